import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR, MINUTE } from '@tendril/kernel';
import { type Explanation, explainLead, type RuleSource } from '@tendril/rulebook';
import { readFactsAt, readLead, searchLeads } from '@tendril/store';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { dispatchAll } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { type AsOf, explainAsOf } from '../src/explain-as-of.ts';
import { takeIn, takeInWithin, tally } from '../src/intake.ts';
import { unsubscribe } from '../src/opt-out.ts';
import { event, RULES, smallCompany, wholeSnapshots } from './small-company.ts';

const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 25);

const file = (path: string, json: object): RuleSource => ({ path, text: JSON.stringify(json, null, 2) });
const segment = (id: string, ...all: object[]): RuleSource =>
  file(`${id}.json`, { id, version: 1, status: 'live', owner: 'growth', title: id, conditions: { all } });

/** Rules that ask about everything that can be recorded late, corrected or taken back, and whose time was written down. */
const CURIOUS: readonly RuleSource[] = [
  ...RULES.filter(({ path }) => path !== 'scoring/engagement.json'),
  file('scoring/engagement.json', {
    ...{ id: 'scoring/engagement', version: 2, status: 'live', owner: 'growth', title: 'Engagement' },
    scale: { min: 0, max: 40 },
    rules: [
      { name: 'reads', points: 7.125, max: 30, halfLife: '3d', per: { event: 'page_viewed' } },
      { name: 'trade', points: 5, conditions: { all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'health' }] } },
    ],
    grades: { A: 12, B: 0 },
  }),
  segment('segments/agreed', { fact: 'consent', params: { channel: 'email', topic: 'product' }, operator: 'equal', value: 'granted' }),
  segment('segments/refused', { fact: 'consent', params: { channel: 'sms', topic: 'product' }, operator: 'equal', value: 'denied' }),
  segment('segments/large', { fact: 'account', path: '$.employees', operator: 'atLeast', value: 50 }),
  segment('segments/nameless', { fact: 'lead', path: '$.firstName', operator: 'isNotSet', value: true }),
  segment('segments/warm', { fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value: 9 }),
  segment('segments/mailed', { fact: 'touchpointCount', params: { channel: 'email', content: 'content/pricing', state: 'accepted', within: '7d' }, operator: 'atLeast', value: 1 }),
  segment('segments/colleagues', { fact: 'accountCount', params: { condition: 'segments/agreed' }, operator: 'atLeast', value: 2 }),
  segment('segments/later', { fact: 'stage', operator: 'in', value: ['consideration', 'customer'] }),
];
const REVISIONS = [RULES, CURIOUS];

/** One thing that somebody tells; `late`: so long after it happened. */
interface Told {
  readonly type: string;
  readonly properties: IntakeEvent['properties'];
  readonly late: number;
  readonly account?: string;
}

const late = fc.constantFrom(0, 0, 0, MINUTE, HOUR, DAY, 3 * DAY, 8 * DAY, -2 * MINUTE);
const account = fc.constantFrom('one.example', 'two.example');
const told: fc.Arbitrary<Told> = fc.oneof(
  fc.record({ type: fc.constant('page_viewed'), late, properties: fc.record({ path: fc.constantFrom('/pricing', '/blog') }) }),
  fc.record({ type: fc.constant('deal_won'), late, properties: fc.constant({}) }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('lead_updated'),
      late,
      properties: fc
        .dictionary(fc.constantFrom('industry', 'firstName'), fc.constantFrom('health', 'retail', null), { minKeys: 1, noNullPrototype: true })
        .map((attributes) => ({ attributes })),
    }),
  },
  fc.record({
    type: fc.constant('lead_updated'),
    late,
    account,
    properties: fc.constantFrom(10, 50, 80).map((employees) => ({ account: { employees } })),
  }),
  fc.record({
    type: fc.constant('consent_changed'),
    late,
    properties: fc.record({
      channel: fc.constantFrom('email', 'sms'),
      topic: fc.constantFrom('product', '*'),
      state: fc.constantFrom('granted', 'denied'),
      basis: fc.constant('consent'),
      wording: fc.constant('Yes'),
      evidence: fc.constant('form'),
    }),
  }),
);

type Step =
  | { readonly kind: 'tell' | 'import'; readonly told: readonly Told[]; readonly colleague: boolean }
  | { readonly kind: 'evaluate' | 'dispatch' | 'unsubscribe' }
  | { readonly kind: 'rules'; readonly revision: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('tell', 'tell', 'import'), told: fc.array(told, { minLength: 1, maxLength: 4 }), colleague: fc.constantFrom(false, false, true) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('evaluate' as const, 'dispatch' as const, 'unsubscribe' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rules' as const), revision: fc.constantFrom(0, 1) }) },
);
const pause = fc.constantFrom(1, 1, MINUTE, HOUR, DAY, 2 * DAY, 7 * DAY);

let company: Awaited<ReturnType<typeof smallCompany>>;
let lives = 0;
let tellings = 0;
beforeEach(async () => {
  company = await smallCompany(CURIOUS);
});
afterEach(() => company.store.close());

function intake({ type, properties, late: delay, account: domain }: Told, lead: IntakeEvent['lead']): IntakeEvent {
  const happened = event(new Date(company.clock.now().getTime() - delay), type, properties, lead);
  // Keys run against the order in which things are told, so that nobody may take them for it.
  return { ...happened, key: String(1e9 - tellings++), ...(domain === undefined ? {} : { account: { domain } }) };
}

async function live(one: Step, lead: IntakeEvent['lead'], colleague: IntakeEvent['lead']): Promise<void> {
  const { world, store } = company;
  switch (one.kind) {
    case 'tell':
    case 'import': {
      const events = one.told.map((what) => intake(what, one.colleague ? colleague : lead));
      const taken = one.kind === 'tell' ? await takeIn(world, events) : tally(await store.transaction((db) => takeInWithin(db, world, events, 'import')));
      return expect(taken.refused).toEqual([]);
    }
    case 'evaluate':
      return void (await evaluateAll(world));
    case 'dispatch':
      return void (await dispatchAll(world));
    case 'unsubscribe': {
      const sent = company.recorder.sent.findLast(({ to }) => to === lead.email);
      return void (sent && (await unsubscribe(world, sent.id)));
    }
    case 'rules': {
      await activate(world, compileRulebook({ files: REVISIONS[one.revision] ?? [], gitRevision: null }), { by: 'test' });
    }
  }
}

interface Kept {
  readonly at: Date;
  readonly explanation: Explanation;
  readonly facts: object;
}

/** What is said now, read the way of production's evaluations, which knows nothing of past times. */
async function keep(id: string): Promise<Kept> {
  const { world, store, clock } = company;
  const at = clock.now();
  const { rulebook } = await world.rulebook.require(store.db);
  const [snapshot] = await wholeSnapshots(store.db, [id], { eventTypes: rulebook.eventTypes, reads: rulebook.reads, now: at });
  const { attributes, account: company_, events, stage, consents } = snapshot!.facts;
  return { at, explanation: await explainLead(rulebook, snapshot!.facts, at), facts: { attributes, account: company_, events, stage, consents } };
}

async function idOf(named: string): Promise<string> {
  return (await searchLeads(company.store.db, { named, limit: 1 }))[0]!.id;
}

describe('explainAsOf', () => {
  it(
    'says of each past moment what was said then, to the last digit',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(step, pause), { minLength: 2, maxLength: 14 }), async (steps) => {
          const { world, clock, store } = company;
          const lead = { id: `crm-${++lives}`, email: `lead-${lives}@small.example` };
          await takeIn(world, [intake({ type: 'page_viewed', properties: { path: '/' }, late: 0 }, lead)]);
          const id = await idOf(lead.id);
          const kept: Kept[] = [];
          for (const [one, passes] of steps) {
            await live(one, lead, { id: `${lead.id}-colleague` });
            kept.push(await keep(id));
            clock.advance(passes);
          }
          const view = (await readLead(store.db, id))!;
          for (const { at, explanation, facts } of kept) {
            const answer = await explainAsOf(world, view, { at });
            expect(answer.explanation).toEqual(explanation);
            expect(answer).toMatchObject({ rulebook: explanation.rulebook, decidedBy: explanation.rulebook });
            const { rulebook } = compileRulebook({ files: REVISIONS.find((files) => compiledHash(files) === explanation.rulebook)!, gitRevision: null });
            expect((await readFactsAt(store.db, id, { eventTypes: rulebook.eventTypes, reads: rulebook.reads, at }))?.facts).toMatchObject(facts);
          }
        }),
        { numRuns: RUNS },
      );
    },
    600_000,
  );
});

const hashes = new Map<readonly RuleSource[], string>();
function compiledHash(files: readonly RuleSource[]): string {
  const hash = hashes.get(files) ?? compileRulebook({ files, gitRevision: null }).rulebook.hash;
  hashes.set(files, hash);
  return hash;
}

describe('explainAsOf, asked in another way', () => {
  const START = new Date('2026-03-02T09:00:00Z');
  const lead = { id: 'crm-asked', email: 'asked@small.example' };

  async function ask(asOf: AsOf): ReturnType<typeof explainAsOf> {
    return explainAsOf(company.world, (await readLead(company.store.db, await idOf(lead.id)))!, asOf);
  }

  beforeEach(async () => {
    const { world, clock } = company;
    clock.set(START);
    await takeIn(world, [event(START, 'page_viewed', { path: '/pricing' }, lead)]);
    await evaluateAll(world);
    clock.advance(DAY);
    await live({ kind: 'rules', revision: 0 }, lead, lead);
    await evaluateAll(world);
  });

  it('answers by a rulebook that did not decide then: scores and segments anew, the stage as it was', async () => {
    const hash = compiledHash(RULES);
    const answer = await ask({ at: START, rulebook: hash.slice(0, 10) });
    expect(answer).toMatchObject({ rulebook: hash, decidedBy: compiledHash(CURIOUS), notes: [expect.stringContaining('computed anew')] });
    expect(answer.explanation.scores).toMatchObject([{ milli: 10_000, grade: 'A' }]);
    expect(answer.explanation.stage).toMatchObject({ stage: 'consideration', stages: [{ name: 'consideration' }] });
    expect((await ask({ at: START })).explanation.scores).toMatchObject([{ milli: 7_125, grade: 'B' }]);
    const none = RULES.map((one) => (one.path === 'stages.json' ? file('stages.json', { regression: 'never', stages: [{ name: 'customer', title: 'Customer' }] }) : one));
    const stages = (await ask({ files: none.filter(({ path }) => !path.startsWith('segments/health')) })).explanation.stage;
    expect(stages.stage).toBe('consideration');
  });

  it('answers now when no time is named', async () => {
    expect(await ask({})).toMatchObject({ at: company.clock.now(), rulebook: compiledHash(RULES), notes: [] });
  });

  it('refuses times that it cannot know, and rulebooks that it does not have', async () => {
    const refusals: readonly [AsOf, string][] = [
      [{ at: new Date('2026-03-03T09:00:00.001Z') }, 'time-in-future'],
      [{ at: new Date('2026-03-02T08:59:59.999Z') }, 'lead-not-yet'],
      [{ rulebook: 'ffff0000' }, 'rulebook-unknown'],
      [{ files: [{ path: 'policies.json', text: '{' }] }, 'rulebook-broken'],
    ];
    for (const [asOf, code] of refusals) await expect(ask(asOf)).rejects.toMatchObject({ code });
  });

  it('asks for more of a git revision that several rulebooks have', async () => {
    for (const title of ['a', 'b']) {
      const files = [...RULES.filter(({ path }) => path !== 'segments/health.json'), segment('segments/health', { fact: 'lead', path: '$.industry', operator: 'equal', value: title })];
      await activate(company.world, compileRulebook({ files, gitRevision: 'abcdef0123' }), { by: 'test' });
    }
    await expect(ask({ rulebook: 'abcdef' })).rejects.toMatchObject({ code: 'rulebook-ambiguous', hint: expect.stringContaining('hashes') });
  });
});
