import type { RuleSource } from '@tendril/rulebook';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

interface Activated {
  readonly hash: string;
  readonly gitRevision: string | null;
  readonly activated: boolean;
  readonly previous: string | null;
  readonly run: string | null;
  readonly due: number;
}

let rules: RulesFolder;
let core: CoreUnderTest;
let first: string;
beforeEach(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  bodyOf(await core.call('POST', '/v1/events', [consentOf('email'), eventOf('page_viewed', { path: '/docs' })]), 202);
  await core.settled();
  first = await active();
});
afterEach(async () => {
  await core.close();
  rules.remove();
});

const active = async (): Promise<string> => bodyOf<{ hash: string }>(await core.call('GET', '/v1/rulebook')).hash;

/** The rules with the segment of the pricing journey changed to pages that begin like this. */
async function rulesFor(path: string, name = 'pricing'): Promise<RuleSource[]> {
  const segment = JSON.parse(JSON.stringify(rules.read('segments/pricing.json'))) as { conditions: { all: [{ params: { where: { path: { startsWith: string } } } }] } };
  segment.conditions.all[0].params.where.path.startsWith = path;
  const files = await rules.files();
  return files.map((file) => (file.path === `segments/${name}.json` ? { ...file, text: JSON.stringify(segment) } : file));
}

async function activate(files: readonly RuleSource[], more: object = {}): Promise<Activated> {
  const answer = bodyOf<Activated>(await core.call('POST', '/v1/rulebook', { files, ...more }));
  await core.settled();
  return answer;
}

async function rollBack(body?: object, headers?: Readonly<Record<string, string>>): Promise<Activated> {
  const answer = bodyOf<Activated>(await core.call('POST', '/v1/rulebook/rollback', body, headers));
  await core.settled();
  return answer;
}

describe('activating', () => {
  it('says what was active before and how many leads are due', async () => {
    const made = await activate(await rulesFor('/docs'), { gitRevision: 'abc1234' });
    expect(made).toEqual({ hash: await active(), gitRevision: 'abc1234', activated: true, previous: first, due: 1, run: expect.any(String) });
    expect(await activate(await rulesFor('/docs'))).toEqual({ hash: made.hash, gitRevision: 'abc1234', activated: false, previous: null, due: 0, run: null });
  });

  it('of the same files keeps the newest revision of a clean working tree, and touchpoints name it', async () => {
    const files = await rulesFor('/docs');
    const { hash } = await activate(files, { gitRevision: 'abc1234+' });
    const revision = async () => bodyOf<{ gitRevision: string }>(await core.call('GET', '/v1/rulebook')).gitRevision;
    expect(await revision()).toBe('abc1234+');
    for (const [sent, kept] of [['def5678', 'def5678'], [null, 'def5678'], ['fff0000+', 'def5678'], ['0123456', '0123456']]) {
      expect(await activate(files, { gitRevision: sent })).toMatchObject({ activated: false, gitRevision: kept });
      expect(await revision()).toBe(kept);
    }
    const [touchpoint] = bodyOf<{ items: { why: string[] }[] }>(await core.call('GET', '/v1/touchpoints')).items;
    expect(touchpoint).toMatchObject({ rulebook: hash, gitRevision: '0123456', gatedRulebook: hash, gatedRevision: '0123456' });
    expect(touchpoint?.why.at(-1)).toBe(`Planned by rulebook ${hash.slice(0, 12)}, git revision 0123456.`);
  });

  it('tells files apart by their hash, whatever revision they claim', async () => {
    const one = await activate(await rulesFor('/docs'), { gitRevision: 'abc1234' });
    const other = await activate(await rulesFor('/blog'), { gitRevision: 'abc1234' });
    expect(other).toMatchObject({ activated: true, previous: one.hash, gitRevision: 'abc1234' });
    expect(refusalIn(await core.call('POST', '/v1/rulebook/rollback', { to: 'abc1234' }), 409, 'rulebook-ambiguous').detail).toContain(one.hash.slice(0, 12));
  });

  it('is refused with 412 when somebody else activated meanwhile', async () => {
    const etag = (await core.call('GET', '/v1/rulebook')).headers['etag'] as string;
    expect(etag).toBe(`"${first}"`);
    const { hash } = await activate(await rulesFor('/docs'), { gitRevision: 'abc1234' });
    const files = await rulesFor('/blog');
    const { detail } = refusalIn(await core.call('POST', '/v1/rulebook', { files }, { 'if-match': etag }), 412, 'rulebook-changed');
    expect(detail).toBe(`Another rulebook was activated meanwhile: expected ${first.slice(0, 12)}, but active is ${hash.slice(0, 12)} (git revision abc1234) since 2026-03-02T09:00:00.000Z, by admin`);
    refusalIn(await core.call('POST', '/v1/rulebook', { files, expect: first }), 412, 'rulebook-changed');
    refusalIn(await core.call('POST', '/v1/rulebook/rollback', { expect: first }), 412, 'rulebook-changed');
    refusalIn(await core.call('POST', '/v1/rulebook/rollback', { dryRun: true }, { 'if-match': etag }), 412, 'rulebook-changed');
    refusalIn(await core.call('POST', '/v1/rulebook', { files }, { 'if-match': 'W/"x"' }), 400, 'if-match-invalid');
    refusalIn(await core.call('POST', '/v1/rulebook', { files, expect: first }, { 'if-match': `"${hash}"` }), 400, 'if-match-invalid');
    expect(await active()).toBe(hash);
    expect(await activate(files, { expect: hash })).toMatchObject({ activated: true, previous: hash });
    expect(bodyOf(await core.call('POST', '/v1/rulebook', { files }, { 'if-match': '*' }))).toMatchObject({ activated: false });
  });
});

describe('a rollback', () => {
  it('returns to the rulebook before, twice to the one before that, and then there is none', async () => {
    const second = await activate(await rulesFor('/docs'));
    expect(rules.sent()).toHaveLength(1);
    const third = await activate(await rulesFor('/blog'), { gitRevision: 'abc1234' });
    expect(await rollBack({ dryRun: true })).toEqual({ hash: second.hash, gitRevision: null, activated: false, previous: third.hash, due: 0, run: null });
    expect(await active()).toBe(third.hash);
    expect(await rollBack({ reason: 'blog readers are no buyers' })).toEqual({ hash: second.hash, gitRevision: null, activated: true, previous: third.hash, due: 1, run: expect.any(String) });
    expect(bodyOf(await core.call('GET', '/v1/overview'))).toMatchObject({ segments: { 'segments/pricing': 1 } });
    expect(await rollBack()).toMatchObject({ hash: first, previous: second.hash });
    expect(bodyOf(await core.call('GET', '/v1/overview'))).toMatchObject({ segments: {} });
    const refused = refusalIn(await core.call('POST', '/v1/rulebook/rollback', {}), 409, 'rollback-impossible');
    expect(refused.detail).toContain('is the first rulebook');
    expect(await rollBack({ to: 'abc1234' })).toMatchObject({ hash: third.hash, previous: first });
    expect(await rollBack({ to: second.hash.slice(0, 10) })).toMatchObject({ hash: second.hash });
    expect(await rollBack({ to: second.hash })).toMatchObject({ activated: false });
    refusalIn(await core.call('POST', '/v1/rulebook/rollback', { to: 'fffffff' }), 404, 'rulebook-unknown');
    refusalIn(await core.call('POST', '/v1/rulebook/rollback', { to: 'fff' }), 400, 'request-invalid');
    expect(rules.sent()).toHaveLength(1);
  });

  it('stands in the history: what, since when, by whom, why, and what it took the place of', async () => {
    const second = await activate(await rulesFor('/docs'), { reason: 'docs readers buy' });
    core.clock.set('2026-03-02T10:00:00Z');
    await rollBack({ reason: 'they do not' });
    const start = { gitRevision: null, reason: null };
    const lines = [
      { hash: first, gitRevision: null, since: '2026-03-02T10:00:00.000Z', by: 'admin', reason: 'they do not', before: second.hash, how: 'rolled-back' },
      { hash: second.hash, gitRevision: null, since: '2026-03-02T09:00:00.000Z', by: 'admin', reason: 'docs readers buy', before: first, how: 'activated' },
      { ...start, hash: first, since: '2026-03-02T09:00:00.000Z', by: 'start', before: null, how: 'activated' },
    ];
    expect(bodyOf(await core.call('GET', '/v1/rulebook/history'))).toEqual({ items: lines, next: null });
    const page = bodyOf<{ items: object[]; next: string }>(await core.call('GET', '/v1/rulebook/history?limit=2'));
    expect(page.items).toEqual(lines.slice(0, 2));
    expect(bodyOf(await core.call('GET', `/v1/rulebook/history?limit=2&cursor=${page.next}`))).toEqual({ items: lines.slice(2), next: null });
  });

  it('brings the connectors of that time back', async () => {
    const names = async (): Promise<string[]> => bodyOf<{ items: { name: string }[] }>(await core.call('GET', '/v1/connectors')).items.map(({ name }) => name);
    const connectors = rules.read('connectors.json')['connectors'] as object[];
    rules.write('connectors.json', { connectors: connectors.map((entry) => ({ ...entry, name: 'other' })) });
    await activate(await rules.files());
    expect(await names()).toEqual(['other']);
    await rollBack();
    expect(await names()).toEqual(['outbox']);
  });

  it('of two at once happens once', async () => {
    await activate(await rulesFor('/docs'));
    const third = await activate(await rulesFor('/blog'));
    const both = await Promise.all([1, 2].map(() => core.call('POST', '/v1/rulebook/rollback', { expect: third.hash })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe('drafts in shadow', () => {
  const draft = (kind: string, id: string, rule: object): RuleSource => ({
    path: `${kind}/${id}.json`,
    text: JSON.stringify({ id: `${kind}/${id}`, version: 2, status: 'draft', owner: 'growth', title: `Draft ${id}`, ...rule }),
  });
  const readsDocs = { fact: 'eventCount', params: { event: 'page_viewed', where: { path: '/docs' } }, operator: 'atLeast', value: 1 };
  const DRAFTS = [
    draft('segments', 'docs', { conditions: { all: [readsDocs] } }),
    draft('scoring', 'docs', { scale: { min: 0, max: 10 }, rules: [{ name: 'reads', points: 2.5, conditions: { all: [readsDocs] } }], grades: { A: 2, B: 0 } }),
    draft('journeys', 'docs', { entry: { segment: 'segments/docs' }, reentry: 'never', steps: [{ id: 'mail', touch: 'content/pricing', channel: 'email' }] }),
  ];
  interface Shadow {
    readonly hash: string;
    readonly items: readonly { readonly id: string; readonly examples: readonly string[] }[];
  }
  const shadow = async (): Promise<Shadow> => bodyOf(await core.call('GET', '/v1/rulebook/shadow'));

  it('tell what they would do, and do nothing', async () => {
    const later = { since: null, leads: 0, examples: [], id: 'segments/later', kind: 'segment', title: 'Not ready yet', version: 1, owner: 'growth' };
    expect(await shadow()).toMatchObject({ hash: first, items: [{ ...later, since: '2026-03-02T09:00:00.000Z' }] });
    const before = bodyOf(await core.call('GET', '/v1/overview'));
    const bo = { id: 'crm-2', email: 'bo@clinic.example' };
    bodyOf(await core.call('POST', '/v1/events', eventOf('lead_updated', { attributes: { industry: 'clinics' } }, { lead: bo })), 202);
    core.clock.set('2026-03-02T10:00:00Z');
    const made = await activate([...(await rules.files()), ...DRAFTS]);
    const { hash, items } = await shadow();
    expect(hash).toBe(made.hash);
    const common = { version: 2, owner: 'growth', since: '2026-03-02T10:00:00.000Z', examples: [expect.stringMatching(/^[0-9a-f-]{36}$/)] };
    expect(items).toEqual([
      { ...common, id: 'segments/docs', kind: 'segment', title: 'Draft docs', leads: 1 },
      { ...later, since: '2026-03-02T09:00:00.000Z' },
      {
        ...common,
        id: 'scoring/docs',
        kind: 'scoring',
        title: 'Draft docs',
        leads: 2,
        examples: [expect.any(String), expect.any(String)],
        mean: 1.25,
        histogram: [{ from: 0, to: 0.25, leads: 1 }, { from: 2.25, to: 2.5, leads: 1 }],
        grades: { A: 1, B: 1 },
      },
      { ...common, id: 'journeys/docs', kind: 'journey', title: 'Draft docs', leads: 1, touches: 1, perDay: [{ day: '2026-03-02', touches: 1 }] },
    ]);
    expect(bodyOf(await core.call('GET', '/v1/overview'))).toMatchObject({ touchpoints: (before as { touchpoints: object[] }).touchpoints });
    expect(rules.sent()).toEqual([]);
    await rollBack();
    expect((await shadow()).items).toHaveLength(1);
  });
});
