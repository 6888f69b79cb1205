import type { LeadEvent } from '@tendril/events';
import { DAY, HOUR } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventScoring, leadEvents, NOW, onlySegments, plainModel, RUNS } from '../../test/arbitraries.ts';
import { compileRules } from '../evaluate/compile.ts';
import { explainLead } from '../explain/explain.ts';
import { factorAt, fadedMilli } from './fading.ts';
import type { LiveRules } from '../evaluate/live-rules.ts';
import { type Evaluation, type EventScoring, type LeadFacts, NO_TOUCHES } from './types.ts';

const rulesOf = (rules: readonly EventScoring[]): LiveRules => ({ ...onlySegments([]), models: [plainModel(rules)] });
const leadWith = (events: readonly LeadEvent[]): LeadFacts => ({ id: 'x', attributes: {}, account: null, events, stage: null, consents: {}, ...NO_TOUCHES });

function answer(rules: LiveRules, events: readonly LeadEvent[], now = NOW): { milli: number; nextAt: Date | null } {
  const [evaluation] = compileRules(rules)([leadWith(events)], now) as [Evaluation];
  return { milli: evaluation.scores['scoring/plain']?.milli ?? NaN, nextAt: evaluation.nextAt };
}

/** Page views of these ages in hours, oldest first. */
function views(...hours: number[]): LeadEvent[] {
  return hours.sort((a, b) => b - a).map((ago) => ({ type: 'page_viewed', at: new Date(NOW.getTime() - ago * HOUR), properties: {} }));
}

const per = { event: 'page_viewed' };

describe('points for each event', () => {
  it.each<[string, Omit<EventScoring, 'name' | 'per'> & { within?: string }, number[], milli: number, hoursToNext: number | null]>([
    ['never fade unless told to', { points: 8 }, [1, 24, 9_000], 24_000, null],
    ['count the newest up to max', { points: 8, max: 23, halfLife: '1d' }, [0, 24, 48], 12_000, 24],
    ['count all that max has room for', { points: 8, max: 24, halfLife: '1d' }, [0, 24, 48], 14_000, 24],
    ['are halved after the half-life, but only once a day', { points: 8, halfLife: '36h' }, [23.9, 71.9], 8_000 + 3_175, 0.1],
    ['fall evenly to nothing', { points: 10, decay: { linear: '4d' } }, [25, 95, 96], 7_500 + 2_500, 1],
    ['fall in steps, whatever their order in the file', { points: 10, decay: { steps: { '30d': 0.5, '7d': 1 } } }, [167, 168, 719, 720], 20_000, 1],
    ['end with the window', { points: 10, halfLife: '1d', within: '36h' }, [35, 36], 5_000, 1],
    ['end with the window without fading', { points: -3, max: -6, within: '36h' }, [35, 30, 20], -6_000, 6],
    ['take half thousandths for whole ones, lost or gained', { points: -0.001, halfLife: '1d' }, [24, 48], -1, 24],
  ])('%s', (_name, { within, ...rule }, hours, milli, hoursToNext) => {
    const rules = rulesOf([{ ...rule, name: 'views', per: within === undefined ? per : { ...per, within } }]);
    const found = answer(rules, views(...hours));
    expect(found.milli).toBe(milli);
    expect(found.nextAt && (found.nextAt.getTime() - NOW.getTime()) / HOUR).toBeCloseTo(hoursToNext ?? 0);
    expect(found.nextAt === null).toBe(hoursToNext === null);
  });

  it('are whole thousandths, computed anew in whole numbers to the last one', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 1_000_000 }), (milli, factor) => {
        const product = BigInt(Math.abs(milli)) * BigInt(factor);
        const whole = Number((product * 2n + 1_000_000n) / 2_000_000n);
        expect(fadedMilli(milli, factor)).toBe(whole === 0 ? 0 : Math.sign(milli) * whole);
      }),
      { numRuns: RUNS },
    );
  });

  it('never grow with age', () => {
    fc.assert(
      fc.property(eventScoring, fc.nat(400), (rule, age) => {
        const factor = factorAt(rule, age);
        expect(factor).toBeLessThanOrEqual(1_000_000);
        expect(factorAt(rule, age + 1)).toBeLessThanOrEqual(factor);
        expect(factorAt(rule, age + 1)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: RUNS },
    );
  });

  const histories = fc.tuple(fc.array(eventScoring, { minLength: 1, maxLength: 3 }), leadEvents);

  it('do not depend on the order of arrival', () => {
    const arrivals = histories.chain(([lines, events]) =>
      fc.tuple(fc.constant(lines), fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );
    fc.assert(
      fc.property(arrivals, ([lines, events, arrived]) => {
        const stored = [...arrived].sort((a, b) => a.at.getTime() - b.at.getTime());
        expect(answer(rulesOf(lines), stored)).toEqual(answer(rulesOf(lines), events));
      }),
      { numRuns: RUNS },
    );
  });

  it('are explained event by event, to the last thousandth and within their bounds', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ([lines, events]) => {
        const named = lines.map((line, at) => ({ ...line, name: String(at) }));
        const rules = rulesOf(named);
        const { scores } = await explainLead({ ...rules, hash: 'h', evaluate: compileRules(rules) }, leadWith(events), NOW);
        const { contributions = [], milli } = scores[0] ?? {};
        expect(milli).toBe(answer(rules, events).milli);
        expect(contributions).toHaveLength(named.length);
        contributions.forEach((part, at) => {
          const line = named[at];
          if (part.kind !== 'events' || !line) throw new TypeError('Not an explanation of events');
          expect(part.events.reduce((sum, one) => sum + one.milli, 0)).toBe(part.milli);
          expect(Math.abs(part.milli)).toBeLessThanOrEqual(Math.abs(Math.round((line.max ?? line.points * events.length) * 1000)));
          if (part.beyondMax > 0) expect(part.events).toHaveLength(Math.floor(Number(line.max) / line.points + 1e-9));
        });
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('stay as they are until the next moment to look', () => {
    fc.assert(
      fc.property(histories, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), ([lines, events], part) => {
        const rules = rulesOf(lines);
        const found = answer(rules, events);
        const next = found.nextAt?.getTime() ?? NOW.getTime() + 1e11;
        expect(next).toBeGreaterThan(NOW.getTime());
        for (const until of [next - 1, NOW.getTime() + Math.floor((next - NOW.getTime()) * part)]) {
          expect(answer(rules, events, new Date(until))).toEqual(found);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are others at the next moment to look', () => {
    fc.assert(
      fc.property(eventScoring, leadEvents, (line, events) => {
        const { milli, nextAt } = answer(rulesOf([line]), events);
        if (nextAt) expect(answer(rulesOf([line]), events, nextAt).milli).not.toBe(milli);
      }),
      { numRuns: RUNS },
    );
  });

  it('come to nothing in the end, if they fade at all', () => {
    fc.assert(
      fc.property(eventScoring.filter(({ halfLife, decay }) => halfLife !== undefined || decay !== undefined), leadEvents, (line, events) => {
        expect(answer(rulesOf([line]), events, new Date(NOW.getTime() + 1_000 * DAY))).toEqual({ milli: 0, nextAt: null });
      }),
      { numRuns: RUNS / 4 },
    );
  });
});

it('the explanation shows what each event is worth, what max leaves out and what the group takes back', async () => {
  const line: EventScoring = { name: 'views', points: 8, max: 16, halfLife: '14d', group: 'web', per };
  const rules: LiveRules = { ...rulesOf([]), models: [{ ...plainModel([line]), groups: { web: { max: 10 } }, scale: { min: 0, max: 9 } }] };
  const { scores } = await explainLead({ ...rules, hash: 'h', evaluate: compileRules(rules) }, leadWith(views(1, 14 * 24, 500)), NOW);
  expect(scores[0]?.milli).toBe(9_000);
  expect(scores[0]?.contributions).toEqual([
    {
      kind: 'events',
      name: 'views',
      group: 'web',
      milli: 12_000,
      events: [
        { at: '2026-03-10T11:00:00.000Z', ageInDays: 0, factor: 1, milli: 8_000 },
        { at: '2026-02-24T12:00:00.000Z', ageInDays: 14, factor: 0.5, milli: 4_000 },
      ],
      beyondMax: 1,
    },
    { kind: 'cap', name: 'web', milli: -2_000 },
    { kind: 'scale', milli: -1_000 },
  ]);
});
