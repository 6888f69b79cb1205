import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { readLead, searchLeads } from '@tendril/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { explainAsOf } from '../src/explain-as-of.ts';
import { takeIn } from '../src/intake.ts';
import { changedRules, event, smallCompany, wholeSnapshots } from './small-company.ts';

const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 15);

const segment = (name: string, ...all: object[]): RuleSource => ({
  path: `segments/${name}.json`,
  text: JSON.stringify({ id: `segments/${name}`, version: 1, status: 'live', owner: 'growth', title: name, conditions: { all } }),
});

/** Points that fade, a stage that a lead may leave again, and segments on attributes, orders of events and scores. */
const RULES: readonly RuleSource[] = [
  ...changedRules({
    'stages.json': ['"never"', '"allow"'],
    'scoring/engagement.json': [/"rules": \[/, '"rules": [{ "name": "reads", "points": 3.125, "max": 30, "halfLife": "2d", "per": { "event": "page_viewed" } },'],
  }),
  segment('warm', { fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value: 12 }),
  segment('quiet', { fact: 'daysSince', params: { event: 'page_viewed' }, operator: 'atLeast', value: 2 }),
  segment('later', { fact: 'stage', operator: 'in', value: ['consideration', 'customer'] }),
];

interface Happened {
  readonly type: string;
  readonly properties: IntakeEvent['properties'];
  /** Hours before now. */
  readonly ago: number;
}

const ago = fc.integer({ min: 0, max: 45 * 24 });
const happened: fc.Arbitrary<Happened> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('page_viewed'), ago, properties: fc.constantFrom({ path: '/pricing' }, { path: '/blog' }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('lead_updated'), ago, properties: fc.constantFrom('health', 'trade', null).map((industry) => ({ attributes: { industry } })) }) },
  fc.record({ type: fc.constantFrom('deal_won', 'noise'), ago, properties: fc.constant({}) }),
);

/** Events no two of which happened in the same hour, in order, and the order and the batches in which they arrive. */
const life = fc.uniqueArray(happened, { selector: (one) => one.ago, minLength: 3, maxLength: 12 }).chain((events) => {
  const order = [...events].sort((a, b) => b.ago - a.ago);
  return fc.record({
    order: fc.constant(order),
    arrival: fc.shuffledSubarray(order, { minLength: order.length }),
    cuts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: order.length, maxLength: order.length }),
  });
});

function batchesOf<One>(all: readonly One[], cuts: readonly number[]): One[][] {
  const batches: One[][] = [];
  let from = 0;
  for (const cut of cuts) {
    if (from < all.length) batches.push(all.slice(from, from + cut));
    from += cut;
  }
  return batches;
}

describe('what is decided about a lead', () => {
  let company: Awaited<ReturnType<typeof smallCompany>>;
  let lives = 0;
  beforeAll(async () => {
    company = await smallCompany(RULES);
  });
  afterAll(() => company.store.close());

  /** Takes in the batches in this order, with an evaluation after each, and says what is stored in the end. */
  async function liveBy(batches: readonly (readonly Happened[])[]): Promise<{ id: string; stored: object }> {
    const { world, store, clock } = company;
    const now = clock.now();
    const lead = { id: `crm-${++lives}` };
    for (const batch of batches) {
      const events = batch.map(({ type, properties, ago: hours }) => event(new Date(now.getTime() - hours * HOUR), type, properties, lead));
      expect(await takeIn(world, events)).toEqual({ stored: batch.length, duplicates: 0, quarantined: [], refused: [] });
      await evaluateAll(world);
    }
    const id = (await searchLeads(store.db, { named: lead.id, limit: 1 }))[0]!.id;
    const { rulebook } = await world.rulebook.require(store.db);
    const [snapshot] = await wholeSnapshots(store.db, [id], { eventTypes: rulebook.eventTypes, reads: rulebook.reads, now });
    const { scores, stage, segments } = snapshot!.state;
    return { id, stored: { scores, stage, segments: Object.keys(segments).sort(), attributes: snapshot!.facts.attributes } };
  }

  it('is the same in whatever order and batches its events arrive, and what explain says now', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(life, async ({ order, arrival, cuts }) => {
        company.clock.advance(DAY);
        const inOrder = await liveBy(order.map((one) => [one]));
        const { id, stored } = await liveBy(batchesOf(arrival, cuts));
        expect(stored).toEqual(inOrder.stored);
        const { scores, stage, segments } = (await explainAsOf(company.world, (await readLead(company.store.db, id))!, {})).explanation;
        expect(stored).toMatchObject({
          scores: Object.fromEntries(scores.map(({ model, milli, grade }) => [model, { milli, grade }])),
          stage: stage.stage,
          segments: segments.flatMap(({ segment: name, member }) => (member ? [name] : [])).sort(),
        });
        seen.add(JSON.stringify(stored));
      }),
      { numRuns: RUNS },
    );
    expect(seen.size).toBeGreaterThan(RUNS / 3);
  }, 60_000 + RUNS * 8_000);
});
