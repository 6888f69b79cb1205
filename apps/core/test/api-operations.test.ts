import type { Plan } from '@tendril/plan';
import type { Problem, RuleSource } from '@tendril/rulebook';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addKeyFor, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

let rules: RulesFolder;
let core: CoreUnderTest;

/** Ana read about prices and was mailed; Bo only works at a clinic. */
async function open(): Promise<void> {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  const bo = { id: 'crm-2', email: 'bo@clinic.example' };
  const events = [consentOf('email'), eventOf('page_viewed', { path: '/pricing' }), consentOf('email', 'granted', bo), eventOf('lead_updated', { attributes: { industry: 'clinics' } }, { lead: bo })];
  bodyOf(await core.call('POST', '/v1/events', events), 202);
  await core.settled();
}

async function close(): Promise<void> {
  await core.close();
  rules.remove();
}

interface Overview {
  readonly leads: number;
  readonly evaluated: number;
  readonly segments: Readonly<Record<string, number>>;
  readonly stages: Readonly<Record<string, number>>;
  readonly touchpoints: readonly object[];
}

const overview = async (): Promise<Overview> => bodyOf(await core.call('GET', '/v1/overview'));
const hash = async (): Promise<string> => bodyOf<{ hash: string }>(await core.call('GET', '/v1/rulebook')).hash;

/** The rules with a journey to clinics that was not there before, and without the segment of trials and its journey. */
async function otherRules(): Promise<RuleSource[]> {
  const journey = rules.read('journeys/pricing.json');
  rules.write('journeys/clinics.json', { ...journey, id: 'journeys/clinics', entry: { segment: 'segments/clinics' } });
  return (await rules.files()).filter(({ path }) => !path.endsWith('/trial.json'));
}

describe('the rulebook', () => {
  beforeEach(open);
  afterEach(close);

  it('tells its hash, since when and by whom', async () => {
    expect(bodyOf(await core.call('GET', '/v1/rulebook'))).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), since: '2026-03-02T09:00:00.000Z', by: 'start', models: 1, journeys: 2 });
  });

  it('is planned: who moves and what would be sent, and nothing changes', async () => {
    const before = [await hash(), await overview()];
    const files = await otherRules();
    const { plan, activated } = bodyOf<{ plan: Plan; activated: boolean }>(await core.call('POST', '/v1/rulebook', { files, dryRun: true }));
    expect(activated).toBe(false);
    expect(plan).toMatchObject({ before: before[0], population: { total: 2, whole: true }, atOnce: { touches: [] }, forecast: { days: 14 } });
    const segment = rules.read('segments/clinics.json');
    rules.write('segments/clinics.json', { ...segment, conditions: rules.read('segments/pricing.json')['conditions'] });
    const moved = bodyOf<Plan>(await core.call('POST', '/v1/rulebook/plan', { files: await otherRules(), days: 2 }));
    expect(moved.atOnce.segments).toMatchObject([{ segment: 'segments/clinics', entering: { n: 1 }, leaving: { n: 1 }, examples: [{}, {}] }]);
    expect(moved.atOnce.touches).toMatchObject([{ programme: 'journeys/clinics', channel: 'email', planned: { n: 1 }, sent: { n: 1 } }]);
    expect(moved.forecast.perDay).toHaveLength(2);
    await core.settled();
    expect([await hash(), await overview()]).toEqual(before);
  });

  it('is planned for whoever may read rules, and refused with its problems', async () => {
    const reader = { authorization: `Bearer ${await addKeyFor(core.world, ['rules:read'])}` };
    const files = await rules.files();
    expect(bodyOf<Plan>(await core.call('POST', '/v1/rulebook/plan', { files }, reader)).rules).toEqual([]);
    const broken = files.map((file) => (file.path === 'stages.json' ? { ...file, text: file.text.replace('"regression"', '"regresion"') } : file));
    refusalIn(await core.call('POST', '/v1/rulebook/plan', { files: broken }, reader), 422, 'rulebook-broken');
    refusalIn(await core.call('POST', '/v1/rulebook/plan', { files, days: 61 }, reader), 400, 'request-invalid');
    const other = { authorization: `Bearer ${await addKeyFor(core.world, ['leads:read'])}` };
    refusalIn(await core.call('POST', '/v1/rulebook/plan', { files }, other), 403, 'scope-missing');
  });

  it('is replaced as a whole, and every lead is looked at again', async () => {
    const before = await hash();
    const segment = rules.read('segments/clinics.json');
    rules.write('segments/hospitals.json', { ...segment, id: 'segments/hospitals' });
    const files = await rules.files();
    const loaded = bodyOf<{ hash: string; activated: boolean }>(await core.call('POST', '/v1/rulebook', { files, gitRevision: 'abc123' }));
    expect(loaded.activated).toBe(true);
    expect(loaded.hash).not.toBe(before);
    await core.settled();
    expect(bodyOf(await core.call('GET', '/v1/rulebook'))).toMatchObject({ hash: loaded.hash, gitRevision: 'abc123', by: 'admin' });
    expect((await overview()).segments).toEqual({ 'segments/clinics': 1, 'segments/hospitals': 1, 'segments/pricing': 1 });
    expect(rules.sent()).toHaveLength(1);
    expect(bodyOf(await core.call('POST', '/v1/rulebook', { files }))).toMatchObject({ activated: false });
  });

  it('is refused as a whole when a file has problems, each with its place, and nothing changes', async () => {
    const before = [await hash(), await overview()];
    const files = (await rules.files()).map((file) => {
      if (file.path === 'segments/pricing.json') return { ...file, text: file.text.replace('"page_viewed"', '"page_viewd"') };
      return file.path === 'stages.json' ? { ...file, text: file.text.replace('"regression"', '"regresion"') } : file;
    });
    for (const dryRun of [true, false]) {
      const { data } = refusalIn(await core.call('POST', '/v1/rulebook', { files, dryRun }), 422, 'rulebook-broken');
      const problems = data as Problem[];
      const lineOf = (path: string, text: string): number => files.find((file) => file.path === path)!.text.split('\n').findIndex((line) => line.includes(text)) + 1;
      expect(problems.find(({ file }) => file === 'segments/pricing.json')).toMatchObject({ line: lineOf('segments/pricing.json', 'page_viewd'), column: expect.any(Number), hint: expect.stringContaining('page_viewed') });
      expect(problems).toContainEqual(expect.objectContaining({ file: 'stages.json', line: lineOf('stages.json', 'regresion') }));
    }
    await core.settled();
    expect([await hash(), await overview()]).toEqual(before);
  });
});

describe('a rulebook that cannot be', () => {
  beforeAll(open);
  afterAll(close);

  it.each([
    ['a package that is not installed', { package: 'nobody-wrote-this' }, 'connector-missing', 'npm install nobody-wrote-this'],
    ['code in place of a package', { package: 'data:text/javascript,globalThis.ran=true' }, 'connector-missing', 'package'],
    ['a package that is no connector', { package: 'zod' }, 'connector-not-one', 'defineConnector'],
    ['settings that do not fit', { package: '@tendril/outbox-file', settings: { folde: 'x' } }, 'connector-misconfigured', 'folde'],
  ])('is refused with %s, and the connectors stay', async (_what, entry, code, words) => {
    rules.write('connectors.json', { connectors: [{ name: 'outbox', ...entry }] });
    const before = await hash();
    const said = refusalIn(await core.call('POST', '/v1/rulebook', { files: await rules.files() }), 422, code);
    expect(`${said.detail} ${said.hint}`).toContain(words);
    expect(await hash()).toBe(before);
    expect(bodyOf(await core.call('GET', '/v1/connectors'))).toMatchObject({ items: [{ name: 'outbox', package: '@tendril/outbox-file', health: { ok: true } }] });
    expect(globalThis).not.toHaveProperty('ran');
  });
});

describe('operations', () => {
  beforeAll(open);
  afterAll(close);

  it('count at a glance', async () => {
    expect(await overview()).toEqual({
      leads: 2,
      evaluated: 2,
      segments: { 'segments/clinics': 1, 'segments/pricing': 1 },
      stages: { awareness: 1, consideration: 1 },
      touchpoints: [{ programme: 'journeys/pricing', channel: 'email', state: 'accepted', reason: null, n: 1 }],
    });
  });

  it('list the connectors with their health', async () => {
    expect(bodyOf(await core.call('GET', '/v1/connectors'))).toEqual({
      items: [
        {
          name: 'outbox',
          package: '@tendril/outbox-file',
          id: 'outbox-file',
          channel: '*',
          contract: 1,
          vendorApi: null,
          resend: 'idempotent',
          health: { ok: true, message: expect.stringContaining('outbox') },
        },
      ],
    });
  });

  it('say that the process lives and can work', async () => {
    expect(bodyOf(await core.call('GET', '/health/live'))).toEqual({ status: 'ok' });
    expect(bodyOf(await core.call('GET', '/health/ready'))).toEqual({ status: 'ok', database: core.world.store.kind, stopped: false });
  });

  it('answer what is not there, and what cannot be a URL, with problem details', async () => {
    refusalIn(await core.call('GET', '/v1/nothing'), 404, 'not-found');
    refusalIn(await core.call('POST', '/v1/overview', {}), 404, 'not-found');
    refusalIn(await core.call('GET', '/v1/leads/%zz'), 400, 'bad-request');
    refusalIn(await core.call('GET', '/v1/touchpoints/%00'), 400, 'text-invalid');
  });

  it('describe themselves: OpenAPI 3.1 with the form of every error, and a page to browse it', async () => {
    const answer = await core.call('GET', '/v1/openapi.json');
    const document = bodyOf<{ openapi: string; components: { schemas: Record<string, object> } }>(answer);
    expect(document.openapi).toBe('3.1.0');
    expect(document.components.schemas['Problem']).toMatchObject({ required: expect.arrayContaining(['status', 'code', 'detail']) });
    const references = [...new Set([...answer.text.matchAll(/"\$ref":\s*"#\/([^"]+)"/g)].map(([, path]) => path!))];
    const dangling = references.filter((path) => path.split('/').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document) === undefined);
    expect(references).toContain('components/schemas/Problem');
    expect(dangling).toEqual([]);
    expect((await core.call('GET', '/docs')).text).toContain('Tendril API');
  });

  it('evaluate what time alone has changed', async () => {
    expect(bodyOf(await core.call('POST', '/v1/evaluate'))).toMatchObject({ evaluated: { leads: expect.any(Number), transitions: 0, planned: 0 } });
    core.clock.set('2026-03-09T08:59:00Z');
    expect(bodyOf(await core.call('POST', '/v1/evaluate'))).toMatchObject({ evaluated: { leads: 1, planned: 0 } });
    expect((await overview()).segments).toEqual({ 'segments/clinics': 1 });
  });
});
