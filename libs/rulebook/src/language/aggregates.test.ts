import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS } from '../../test/arbitraries.ts';
import { aggregate, AGGREGATES, turnOfWindow } from './aggregates.ts';

describe('aggregates of events', () => {
  it.each([
    ['eventSum', [0.1, 0.2], 0.3],
    ['eventSum', [-5, 2.0004], -3],
    ['eventAvg', [0.1, 0.2, 0.6], 0.3],
    ['eventMin', [2, -1, 5], -1],
    ['eventMax', [-2, -1, -5], -1],
  ] as const)('%s of %j is %d', (fact, numbers, value) => {
    expect(aggregate(fact, numbers)).toBe(value);
  });

  it('are missing where there is no number', () => {
    for (const fact of AGGREGATES) expect(aggregate(fact, [])).toBeUndefined();
  });

  it('do not depend on the order of events', () => {
    const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 20 });
    const shuffled = numbers.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(fc.constantFrom(...AGGREGATES), shuffled, (fact, [one, other]) => {
        expect(aggregate(fact, one)).toEqual(aggregate(fact, other));
      }),
      { numRuns: RUNS },
    );
  });

  it('change their answers when enough events have left the window', () => {
    const samples = { at: [30, 20, 20, 10], numbers: [5, 1, 1, 0] };
    const atLeast = (least: number) => (value: number | undefined) => String(value !== undefined && value >= least);
    expect(turnOfWindow('eventSum', samples, 100, atLeast(7))).toBe(120);
    expect(turnOfWindow('eventSum', samples, 100, atLeast(5))).toBe(130);
    expect(turnOfWindow('eventMin', samples, 100, atLeast(1))).toBe(110);
    expect(turnOfWindow('eventMax', samples, 100, atLeast(6))).toBeNaN();
  });
});
