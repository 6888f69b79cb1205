import { DAY } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { population, RUNS } from '../test/populations.ts';
import { type Edits, FILES, leadOf, looks, NOW, points, populationOf, rulesWith, view } from '../test/small-rules.ts';
import { changesNothing, type Plan } from './plan.ts';
import { planChange } from './plan-change.ts';
import type { Population } from './population.ts';

const TWELVE = points({ points: 12 });

async function planOf(edits: Edits, people: Population, { before = {}, days = 14 }: { before?: Edits; days?: number } = {}): Promise<Plan> {
  return planChange({ before: rulesWith(before), after: rulesWith(edits), population: people }, { now: new Date(NOW.getTime() + 3.5 * DAY), days });
}

/** Two looks today are 16 points at 8 each, and 24 at 12; of three, max 24 keeps all at 8, and two at 12. */
const PEOPLE = populationOf([
  leadOf('two', [view('/pricing', 0), view('/pricing/x', 0)]),
  leadOf('three', [...looks(1, 0), ...looks(1, 0), ...looks(1, 0)]),
  leadOf('one', looks(1, 0)),
  leadOf('none', [view('/about', 0)]),
]);

describe('at once', () => {
  it('who enters, moves and is written to, to the lead', async () => {
    const { atOnce, population: about } = await planOf(TWELVE, PEOPLE);
    const exactly = (n: number) => ({ n, error: 0, sampled: n });
    expect(about).toMatchObject({ total: 4, leads: 4, ageInDays: 3, whole: true });
    expect(atOnce.changed).toEqual(exactly(2));
    expect(atOnce.segments).toMatchObject([{ segment: 'segments/keen', before: exactly(1), after: exactly(2), entering: exactly(1), leaving: exactly(0) }]);
    expect(atOnce.stages).toMatchObject([{ from: 'awareness', to: 'decision', leads: exactly(1) }]);
    expect(atOnce.grades).toMatchObject([{ model: 'scoring/engagement', from: 'cold', to: 'hot', leads: exactly(1) }]);
    expect(atOnce.scores).toMatchObject([{ changed: exactly(2), mean: { before: 12, after: 15, error: 0 }, median: { before: 8, after: 12 } }]);
    const bins = atOnce.scores[0]!.bins;
    expect([bins.map(({ before }) => before.n), bins.map(({ after }) => after.n)]).toEqual([
      [2, 1, 1, 0, 0, 0, 0, 0, 0, 0],
      [1, 1, 2, 0, 0, 0, 0, 0, 0, 0],
    ]);
    expect(atOnce.touches).toMatchObject([{ programme: 'journeys/prices', channel: 'email', content: 'content/prices', planned: exactly(1), sent: exactly(1), held: [], ended: [] }]);
  });

  it('names examples with reasons, the nearest to the threshold first', async () => {
    const much = leadOf('much', looks(2, 0));
    const far = leadOf('far', [...looks(1, 8), ...looks(1, 0)]);
    const near = leadOf('near', [...looks(1, 11), ...looks(1, 0)]);
    const { atOnce } = await planOf(points({ points: 14, max: 28 }), populationOf([much, far, near]));
    expect(atOnce.segments[0]!.examples).toEqual([
      { lead: 'near', sentence: 'enters segments/keen: scoring/engagement is 22.121, was 12.641, asked at least 20 (looks-at-prices gives 22.121, was 12.641)' },
      { lead: 'far', sentence: 'enters segments/keen: scoring/engagement is 23.421, was 13.384, asked at least 20 (looks-at-prices gives 23.421, was 13.384)' },
      { lead: 'much', sentence: 'enters segments/keen: scoring/engagement is 27.324, was 15.614, asked at least 20 (looks-at-prices gives 27.324, was 15.614)' },
    ]);
  });

  it('scales a sample, with the error of each number', async () => {
    const people = populationOf([...PEOPLE.leads, leadOf('else', [], { stratum: 1 })], [400, 100]);
    const { atOnce, population: about } = await planOf(TWELVE, people);
    expect(about).toMatchObject({ total: 500, leads: 5, whole: false });
    expect(atOnce.segments[0]!.entering).toMatchObject({ n: 100, sampled: 1 });
    expect(atOnce.segments[0]!.entering.error).toBeGreaterThan(100);
    expect(atOnce.scores[0]!.mean).toMatchObject({ before: 9.6, after: 12 });
  });

  it('asks the gate about each touch, with its reason', async () => {
    const two = looks(2, 0);
    const touches = async (parts: object, edits: Edits = {}) => (await planOf({ ...TWELVE, ...edits }, populationOf([leadOf('a', two, parts)]))).atOnce.touches[0];
    expect(await touches({ consents: {} })).toMatchObject({ sent: { n: 0 }, ended: [{ reason: 'suppressed: no-consent', touches: { n: 1 } }] });
    expect(await touches({ suppressed: { email: 'bounced' } })).toMatchObject({ ended: [{ reason: 'suppressed: bounced' }] });
    expect(await touches({ channels: [] })).toMatchObject({ ended: [{ reason: 'suppressed: no-address' }] });
    expect(await touches({ attributes: {} })).toMatchObject({ held: [{ reason: 'content', touches: { n: 1 } }] });
    const everybodyHeldOut = { 'policies.json': { ...FILES['policies.json'], holdout: { share: 0.5, salt: 'a' } } };
    const people = populationOf(Array.from({ length: 40 }, (_, at) => leadOf(`lead-${at}`, two)));
    const [touch] = (await planOf({ ...TWELVE, ...everybodyHeldOut }, people, { before: everybodyHeldOut })).atOnce.touches;
    expect(touch!.sent.n + touch!.ended[0]!.touches.n).toBe(40);
    expect(touch!.ended[0]!.touches.n).toBeGreaterThan(8);
  });
});

describe('the forecast', () => {
  const sentDays = (plan: Plan, side: 'before' | 'after'): number[] => plan.forecast.perDay.flatMap(({ day, sent }) => Array.from({ length: sent[side].n }, () => day));

  it('lets each lead do again what it did, so many days later', async () => {
    // Looks of ten and of nine and a half days ago come again four and four and a half days from now: only then there are 20 points.
    const people = populationOf([leadOf('a', [view('/pricing', 10), view('/pricing', 9.5)])]);
    const plan = await planOf(TWELVE, people);
    expect(plan.atOnce.touches).toEqual([]);
    expect(sentDays(plan, 'before')).toEqual([5]);
    expect(sentDays(plan, 'after')).toEqual([5]);
    const short = await planOf(TWELVE, people, { days: 3 });
    expect(sentDays(short, 'after')).toEqual([]);
    expect(short.forecast.perDay).toHaveLength(3);
  });

  it('tells what is sent, held and ended, before and after', async () => {
    const people = populationOf([
      leadOf('sent', looks(2, 0)),
      leadOf('unsayable', looks(2, 0), { attributes: {} }),
      leadOf('waits', [], { touchpoints: [{ programme: 'journeys/prices', entry: 1, step: 'mail', visit: 1, channel: 'email', content: 'content/prices', state: 'held', at: NOW, dueAt: new Date(NOW.getTime() + 2 * DAY), expiresAt: null }] }),
    ]);
    const { forecast } = await planOf(TWELVE, people);
    expect(forecast.touches).toMatchObject([
      {
        before: { planned: { n: 1 }, sent: { n: 1 }, held: [], ended: [] },
        after: { planned: { n: 3 }, sent: { n: 2 }, held: [], ended: [{ reason: 'expired: expired', touches: { n: 1 } }] },
      },
    ]);
    expect(forecast.touched).toMatchObject({ before: { n: 1 }, after: { n: 2 } });
    expect(forecast.touchedByChange).toMatchObject({ n: 1 });
    expect(forecast.perDay[1]).toMatchObject({ sent: { before: { n: 1 }, after: { n: 1 } } });
  });

  it('counts as touched by the change who gets something on the first day', async () => {
    const people = populationOf([leadOf('later', [view('/pricing', 13.5), view('/pricing', 11)]), leadOf('today', [view('/pricing', 13.9), view('/pricing', 13.8)]), leadOf('fourth day', looks(1, 10))]);
    const { forecast } = await planOf(points({ points: 14, max: 28 }), people);
    expect(forecast.perDay.flatMap(({ day, sent }) => (sent.after.n > 0 ? [[day, sent.before.n, sent.after.n]] : []))).toEqual([
      [1, 1, 2],
      [4, 0, 1],
    ]);
    expect(forecast.touchedByChange.n).toBe(1);
  });

  it('cancels what waits for a journey that is gone', async () => {
    const touch = { programme: 'journeys/prices', entry: 1, step: 'mail', visit: 1, channel: 'email', content: 'content/prices', state: 'held', at: NOW, dueAt: NOW, expiresAt: null } as const;
    const { forecast, atOnce } = await planOf({ 'journeys/prices.json': null }, populationOf([leadOf('waits', [], { touchpoints: [touch] })]));
    expect(forecast.touches).toMatchObject([{ before: { sent: { n: 1 } }, after: { sent: { n: 0 }, ended: [{ reason: 'cancelled: programme-ended' }] } }]);
    expect(atOnce.changed.n).toBe(0);
  });
});

describe('any population', () => {
  const rulebook = rulesWith();

  it('sees nothing change when the rules do not', async () => {
    await fc.assert(
      fc.asyncProperty(population, async (people) => {
        const plan = await planChange({ before: rulebook, after: rulebook, population: people }, { now: people.takenAt, days: 2 });
        expect(changesNothing(plan)).toBe(true);
        expect([plan.rules, plan.notices, plan.limits.filter(({ exceeded }) => exceeded)]).toEqual([[], [], []]);
      }),
      { numRuns: Math.max(20, RUNS / 10) },
    );
  });

  it('sees all that is new where there were no rules, and gets the same plan twice', async () => {
    const plan = async () => planChange({ before: null, after: rulebook, population: PEOPLE }, { now: NOW, days: 2 });
    const first = await plan();
    expect(first.before).toBeNull();
    expect(first.atOnce.segments).toMatchObject([{ segment: 'segments/keen', before: { n: 0 }, entering: { n: 1 } }]);
    expect(first.rules.every(({ kind }) => kind === 'added')).toBe(true);
    expect(JSON.stringify(await plan())).toBe(JSON.stringify(first));
  });
});

describe('blast limits', () => {
  const limited = (blastLimits: object): Edits => ({ 'policies.json': { ...FILES['policies.json'], blastLimits } });

  it('are those of before, and say by how much', async () => {
    const edits = { ...TWELVE, ...limited({ touched: 1, entering: 1, stageMoves: 1 }) };
    const { limits, rules } = await planOf(edits, PEOPLE, { before: limited({ touched: 0.1, entering: 0.25, stageMoves: 0.2 }) });
    expect(limits).toEqual([
      { limit: 'touched', segment: null, allowed: 0.1, found: 0.25, leads: { n: 1, error: 0, sampled: 1 }, exceeded: true },
      { limit: 'entering', segment: 'segments/keen', allowed: 0.25, found: 0.25, leads: { n: 1, error: 0, sampled: 1 }, exceeded: false },
      { limit: 'stageMoves', segment: null, allowed: 0.2, found: 0.25, leads: { n: 1, error: 0, sampled: 1 }, exceeded: true },
    ]);
    expect(rules.find(({ id }) => id === 'policies')?.changes).toEqual(['blastLimits: touched 0.1 → 1', 'blastLimits: entering 0.25 → 1', 'blastLimits: stageMoves 0.2 → 1']);
  });

  it('that nobody set limit nothing', async () => {
    expect((await planOf(TWELVE, PEOPLE, { before: limited({}) })).limits).toEqual([]);
  });
});
