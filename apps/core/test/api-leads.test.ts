import type { Explanation } from '@tendril/rulebook';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { ANA, bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

interface Lead {
  readonly id: string;
  readonly scores: Readonly<Record<string, { readonly points: number; readonly grade: string | null }>>;
  readonly segments: readonly string[];
  readonly stage: string | null;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

let rules: RulesFolder;
let core: CoreUnderTest;
let ana: Lead;

/** Ana read about prices and may be mailed; 7 others work at clinics, and one of them reads about prices too. */
beforeAll(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  const others = Array.from({ length: 7 }, (_, n) => eventOf('lead_updated', { attributes: { industry: 'clinics' } }, { lead: { id: `crm-${n + 2}` } }));
  const events = [
    eventOf('lead_updated', { attributes: { firstName: 'Ana' }, account: { employees: 12 } }, { account: { domain: 'Clinic.example' } }),
    consentOf('email'),
    eventOf('page_viewed', { path: '/pricing' }),
    ...others,
    eventOf('page_viewed', { path: '/pricing/faq' }, { lead: { id: 'crm-2' } }),
  ];
  bodyOf(await core.call('POST', '/v1/events', events), 202);
  await core.settled();
  ana = await named('crm-1');
});
afterAll(async () => {
  await core.close();
  rules.remove();
});

async function named(name: string): Promise<Lead> {
  const { items } = bodyOf<Page<Lead>>(await core.call('POST', '/v1/leads/search', { named: name }));
  expect(items).toHaveLength(1);
  return items[0]!;
}

/** Every item of a list, page by page, and how many pages it took. */
async function allOf<Item>(read: (cursor: string | null) => Promise<Page<Item>>): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = [];
  let pages = 0;
  for (let cursor: string | null = null; pages === 0 || cursor !== null; pages += 1) {
    const page: Page<Item> = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  }
  return { items, pages };
}

describe('leads', () => {
  it('are found by each of their names', async () => {
    for (const name of [ANA.id, ANA.email, ANA.phone, 'ANA@CLINIC.EXAMPLE']) expect((await named(name)).id).toBe(ana.id);
    expect(bodyOf<Page<Lead>>(await core.call('POST', '/v1/leads/search', { named: 'nobody' }))).toEqual({ items: [], next: null });
  });

  it('are found by segment and stage', async () => {
    const search = async (by: object): Promise<number> => bodyOf<Page<Lead>>(await core.call('POST', '/v1/leads/search', by)).items.length;
    expect(await search({ segment: 'segments/clinics' })).toBe(7);
    expect(await search({ stage: 'consideration' })).toBe(2);
    expect(await search({ segment: 'segments/clinics', stage: 'consideration' })).toBe(1);
  });

  it('are shown with names, attributes, account, scores, stage and segments', async () => {
    expect(bodyOf(await core.call('GET', `/v1/leads/${ana.id}`))).toMatchObject({
      identities: [{ kind: 'email', value: ANA.email }, { kind: 'id', value: ANA.id }, { kind: 'phone', value: ANA.phone }],
      attributes: { firstName: 'Ana' },
      account: { domain: 'clinic.example', attributes: { employees: 12 } },
      scores: { 'scoring/engagement': { points: 12, grade: 'warm' } },
      stage: 'consideration',
      segments: ['segments/pricing'],
    });
  });

  it('are explained: the contributions sum to the score that is stored', async () => {
    for (const lead of [ana, await named('crm-2'), await named('crm-3')]) {
      const { explanation } = bodyOf<{ explanation: Explanation }>(await core.call('GET', `/v1/leads/${lead.id}/explain`));
      const [score] = explanation.scores;
      expect(score?.contributions.reduce((sum, { milli }) => sum + milli, 0)).toBe(score?.milli);
      expect(score?.milli).toBe(1000 * lead.scores['scoring/engagement']!.points);
      expect(explanation.segments.filter(({ member }) => member).map(({ segment }) => segment)).toEqual(lead.segments);
      expect(explanation.stage.stage).toBe(lead.stage);
    }
    const { explanation } = bodyOf<{ explanation: Explanation }>(await core.call('GET', `/v1/leads/${ana.id}/explain`));
    expect(explanation.scores[0]?.contributions).toMatchObject([
      { name: 'reads', milli: 2125 },
      { name: 'prices', milli: 10500 },
      { name: 'tries-it', milli: 0 },
      { kind: 'cap', name: 'web', milli: -625 },
    ]);
  });

  it('have a timeline, the newest first: what happened and what was decided', async () => {
    const { items } = bodyOf<{ items: { at: string; kind: string; what: string; detail: object }[] }>(await core.call('GET', `/v1/leads/${ana.id}/timeline`));
    expect([...items].sort((a, b) => b.at.localeCompare(a.at))).toEqual(items);
    for (const expected of [
      { kind: 'event', what: 'page_viewed', detail: { source: 'test', properties: { path: '/pricing' } } },
      { kind: 'event', what: 'message_sent' },
      { kind: 'transition', what: 'segment segments/pricing', detail: { from: null, to: 'segments/pricing' } },
      { kind: 'transition', what: 'stage stage', detail: { from: null, to: 'consideration' } },
      { kind: 'touchpoint', what: 'content/pricing', detail: { channel: 'email', state: 'accepted' } },
      { kind: 'consent', what: 'email product', detail: { state: 'granted', evidence: 'form 1' } },
    ]) {
      expect(items).toContainEqual(expect.objectContaining(expected.detail ? { ...expected, detail: expect.objectContaining(expected.detail) } : expected));
    }
    expect(bodyOf<{ items: object[] }>(await core.call('GET', `/v1/leads/${ana.id}/timeline?limit=2`)).items).toHaveLength(2);
  });

  it.each(['/v1/leads/nobody', '/v1/leads/nobody/timeline', '/v1/leads/nobody/explain', '/v1/leads/019cadc6-9a80-71ac-bb4c-8073abb4c468'])(
    '%s is a clear 404',
    async (url) => {
      expect(refusalIn(await core.call('GET', url), 404, 'lead-unknown').hint).toContain('/v1/leads/search');
    },
  );

  it('come in pages by cursor, each lead once', async () => {
    const { items, pages } = await allOf<Lead>(async (cursor) => bodyOf(await core.call('POST', '/v1/leads/search', { limit: 3, ...(cursor === null ? {} : { cursor }) })));
    expect([new Set(items.map(({ id }) => id)).size, items.length, pages]).toEqual([8, 8, 3]);
    refusalIn(await core.call('POST', '/v1/leads/search', { cursor: 'bm9uc2Vuc2U' }), 400, 'cursor-invalid');
    refusalIn(await core.call('POST', '/v1/leads/search', { limit: 501 }), 400, 'request-invalid');
    refusalIn(await core.call('POST', '/v1/leads/search', { named: 'a\u0000b' }), 400, 'text-invalid');
  });
});

describe('segments', () => {
  it('are listed with their sizes, drafts without any', async () => {
    const { items } = bodyOf<Page<{ id: string; status: string; members: number }>>(await core.call('GET', '/v1/segments'));
    expect(Object.fromEntries(items.map(({ id, members }) => [id, members]))).toEqual({
      'segments/clinics': 7,
      'segments/later': 0,
      'segments/pricing': 2,
      'segments/trial': 0,
      'segments/webinar': 0,
    });
    expect(items.find(({ id }) => id === 'segments/later')?.status).toBe('draft');
  });

  it('list their members in pages by cursor', async () => {
    const { items, pages } = await allOf<Lead>(async (cursor) =>
      bodyOf(await core.call('GET', `/v1/segments/clinics/members?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)),
    );
    expect([new Set(items.map(({ id }) => id)).size, items.length, pages]).toEqual([7, 7, 3]);
    expect(items.every(({ segments }) => segments.includes('segments/clinics'))).toBe(true);
    refusalIn(await core.call('GET', '/v1/segments/clinics/members?cursor=x'), 400, 'cursor-invalid');
    refusalIn(await core.call('GET', '/v1/segments/nothing/members'), 404, 'segment-unknown');
  });
});

describe('touchpoints', () => {
  interface Touchpoint {
    readonly id: string;
    readonly lead: string;
    readonly state: string;
    readonly why: readonly string[];
    readonly answers: readonly object[];
  }

  it('are listed and read, each with its why', async () => {
    const { items } = bodyOf<Page<Touchpoint>>(await core.call('GET', `/v1/touchpoints?lead=${ana.id}`));
    expect(items).toMatchObject([{ programme: 'journeys/pricing', channel: 'email', content: 'content/pricing', state: 'accepted', connector: 'outbox', vendorRef: expect.any(String) }]);
    const why = items[0]!.why.join('\n');
    for (const said of ['journeys/pricing', 'segments/pricing', 'Consent for email about product: granted.']) expect(why).toContain(said);
    expect(bodyOf(await core.call('GET', `/v1/touchpoints/${items[0]!.id}`))).toEqual(items[0]);
    expect(rules.sent()).toMatchObject([{ id: items[0]!.id, to: ANA.email, content: { subject: 'Prices, Ana' } }]);
  });

  it('say why nothing was sent', async () => {
    const { items } = bodyOf<Page<Touchpoint>>(await core.call('GET', '/v1/touchpoints?state=suppressed'));
    expect(items).toMatchObject([{ state: 'suppressed', reason: 'no-address', sentAt: null }]);
    expect(items[0]!.why.join('\n')).toContain('The lead has no address for email.');
  });

  it('come in pages by cursor, the newest first', async () => {
    const { items, pages } = await allOf<Touchpoint>(async (cursor) => bodyOf(await core.call('GET', `/v1/touchpoints?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`)));
    expect([new Set(items.map(({ id }) => id)).size, items.length, pages]).toEqual([2, 2, 3]);
    for (const text of ['x', `2026-99-99T ${'a'.repeat(64)}`]) {
      refusalIn(await core.call('GET', `/v1/touchpoints?cursor=${Buffer.from(text).toString('base64url')}`), 400, 'cursor-invalid');
    }
  });

  it('that nobody planned are a clear 404', async () => {
    refusalIn(await core.call('GET', `/v1/touchpoints/${'0'.repeat(64)}`), 404, 'touchpoint-unknown');
  });
});
