import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rateOf } from './rate.ts';

describe('rateOf', () => {
  it('never grants more than one second\'s worth beyond the rate, however the clock moves', () => {
    const asks = fc.array(fc.record({ wanted: fc.nat(20), moved: fc.integer({ min: -2_000, max: 2_000 }) }), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), asks, (perSecond, all) => {
        const rate = rateOf(perSecond);
        let [at, forwards, granted] = [1_000_000, 0, 0];
        for (const { wanted, moved } of all) {
          at += moved;
          forwards += Math.max(0, moved);
          granted += rate.take(wanted, new Date(at));
          expect(granted).toBeLessThanOrEqual(perSecond + (forwards / 1_000) * perSecond + 1e-6);
        }
      }),
    );
  });

  it('tells each waiting call its own time, at which it is granted', () => {
    const rate = rateOf(2);
    expect(rate.take(5, new Date(0))).toBe(2);
    expect([rate.wait(0), rate.wait(1), rate.wait(2)]).toEqual([500, 1_000, 1_500]);
    expect(rate.take(1, new Date(499))).toBe(0);
    expect(rate.take(1, new Date(500))).toBe(1);
  });

  it('serves less than one call a second', () => {
    const rate = rateOf(0.5);
    expect(rate.take(1, new Date(0))).toBe(1);
    expect(rate.take(1, new Date(1_999))).toBe(0);
    expect(rate.take(1, new Date(2_000))).toBe(1);
  });
});
