import type { LeadState } from '@tendril/decisions';
import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR, MINUTE } from '@tendril/kernel';
import { explainLead, type RuleSource } from '@tendril/rulebook';
import { leadPage, loadSnapshots, readHistories, readLead } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { changedRules, event, RULES, smallCompany } from './small-company.ts';

const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 12);

const segment = (name: string, ...all: object[]): RuleSource => ({
  path: `segments/${name}.json`,
  text: JSON.stringify({ id: `segments/${name}`, version: 1, status: 'live', owner: 'growth', title: name, conditions: { all } }),
});
const views = (within: string | undefined, operator: string, value: number): object => ({
  ...{ fact: 'eventCount', params: { event: 'page_viewed', ...(within && { within }) }, operator, value },
});

/** Rules that ask for all that a digest keeps and counts, in two wordings whose digests differ. */
const BOOKS: readonly (readonly RuleSource[])[] = [
  [
    ...changedRules({
      'stages.json': ['"never"', '"allow"'],
      'scoring/engagement.json': [/"rules": \[/, '"rules": [{ "name": "reads", "points": 3.125, "max": 30, "halfLife": "2d", "per": { "event": "page_viewed" } },'],
    }),
    segment('often', views('3d', 'atLeast', 2)),
    segment('ever', views(undefined, 'atLeast', 3)),
    segment('quiet', { fact: 'daysSince', params: { event: 'page_viewed' }, operator: 'atLeast', value: 2 }),
  ],
  [
    ...RULES,
    segment('often', views('8d', 'equal', 3)),
    segment('ever', views(undefined, 'atLeast', 5), { not: { fact: 'eventCount', params: { event: 'noise', within: '1d' }, operator: 'atLeast', value: 1 } }),
    segment('heard', { fact: 'eventCount', params: { event: 'noise' }, operator: 'atLeast', value: 2 }),
  ],
];

type Step =
  | { readonly kind: 'tell'; readonly told: readonly { readonly lead: number; readonly type: string; readonly properties: IntakeEvent['properties']; readonly ago: number }[] }
  | { readonly kind: 'again' | 'evaluate' | 'few' }
  | { readonly kind: 'rules'; readonly book: number }
  | { readonly kind: 'wait'; readonly time: number };

const told = fc.record({
  lead: fc.nat(2),
  type: fc.constantFrom('page_viewed', 'page_viewed', 'page_viewed', 'noise', 'deal_won'),
  properties: fc.constantFrom({ path: '/pricing' }, { path: '/blog' }),
  // Some happened together, some long ago, some in the next minutes.
  ago: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }).map((hours) => hours * 12 * HOUR), fc.constant(-4 * MINUTE)),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tell' as const), told: fc.array(told, { minLength: 1, maxLength: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('again' as const, 'evaluate' as const, 'evaluate' as const, 'few' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), time: fc.constantFrom(MINUTE * 5, HOUR, DAY, 3 * DAY, 9 * DAY) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rules' as const), book: fc.nat(1) }) },
);

describe('what ticks decide from digests', () => {
  let company: Awaited<ReturnType<typeof smallCompany>>;
  let lives = 0;
  let keys = 0;
  beforeAll(async () => {
    company = await smallCompany(BOOKS[0]);
  });
  afterAll(() => company.store.close());

  async function live(one: Step, life: number, before: IntakeEvent[]): Promise<void> {
    const { world, clock } = company;
    switch (one.kind) {
      case 'tell': {
        const events = one.told.map(({ lead, type, properties, ago }) => ({
          ...event(new Date(clock.now().getTime() - ago), type, type === 'page_viewed' ? properties : {}, { id: `crm-${life}-${lead}` }),
          key: String(++keys),
        }));
        before.push(...events);
        expect(await takeIn(world, events)).toMatchObject({ stored: events.length });
        return;
      }
      case 'again':
        expect(await takeIn(world, before.slice(-5))).toMatchObject({ stored: 0 });
        return;
      case 'evaluate':
        return void (await evaluateAll(world));
      case 'few':
        return void (await evaluateLeads(world, 1));
      case 'rules':
        return void (await activate(world, compileRulebook({ files: BOOKS[one.book] ?? [], gitRevision: null }), { by: 'test' }));
      case 'wait':
        clock.advance(one.time);
    }
  }

  /** Each lead as it is stored, as the whole history gives it, and as json-rules-engine does. */
  async function compare(): Promise<number> {
    const { world, store, clock } = company;
    const now = clock.now();
    const { rulebook } = await world.rulebook.require(store.db);
    const leads = await leadPage(store.db, undefined, 10_000);
    const histories = await readHistories(store.db, leads, rulebook.eventTypes);
    const events = new Map([...histories].map(([lead, history]) => [lead, { events: history }]));
    const snapshots = await loadSnapshots(store.db, leads, { events, reads: rulebook.reads, now });
    const answers = rulebook.evaluate(snapshots.map(({ facts }) => facts), now);
    for (const [n, { state }] of snapshots.entries()) {
      const { scores, stage, segments, nextAt } = answers[n]!;
      expect(asDecided(state)).toEqual({ scores, stage, segments: [...segments].sort(), nextAt });
    }
    const newest = snapshots.at(-1);
    if (!newest) return 0;
    const { facts, state } = newest;
    const asked = await explainLead(rulebook, facts, now);
    expect(asked.segments.flatMap(({ segment: id, conditions }) => (conditions.holds ? [id] : [])).sort()).toEqual(Object.keys(state.segments).sort());
    expect(asked.stage.stage).toBe(state.stage);
    const view = await readLead(store.db, facts.id);
    expect(view?.segments).toEqual(Object.keys(state.segments).sort());
    expect(view?.scores).toEqual(Object.fromEntries(Object.entries(state.scores).map(([model, { milli, grade }]) => [model, { points: milli / 1000, grade }])));
    return snapshots.length;
  }

  it('is what the whole history gives, and json-rules-engine says: late, doubled, future events, waits, rule changes in between', async () => {
    let leads = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const life = ++lives;
        const before: IntakeEvent[] = [];
        for (const one of steps) await live(one, life, before);
        await evaluateAll(company.world);
        leads = await compare();
        // Nothing waits, and nobody is looked at again before the time has come.
        expect((await sql<{ n: number }>`select (select count(*) from due) + (select count(*) from run_part) as n`.execute(company.store.db)).rows).toEqual([{ n: 0 }]);
        expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
      }),
      { numRuns: RUNS },
    );
    expect(leads).toBeGreaterThan(RUNS);
  }, 300_000);
});

function asDecided({ scores, stage, segments, nextAt }: LeadState): object {
  return { scores, stage, segments: Object.keys(segments).sort(), nextAt };
}
