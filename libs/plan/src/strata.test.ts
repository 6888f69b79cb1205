import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS } from '../test/populations.ts';
import { allocate } from './strata.ts';

describe('allocate', () => {
  it('takes all while they are few, and never more than there are', () => {
    expect(allocate([3, 0, 20], 23)).toEqual([3, 1, 20]);
    expect(allocate([100, 10_000], 50_000)).toEqual([100, 10_000]);
  });

  it('sees small strata: by the square root of their size, and whole where that is more than there are', () => {
    const [customers = 0, visitors = 0] = allocate([100, 100_000], 2000);
    expect(Math.round(customers)).toBe(61);
    expect(customers + visitors).toBeCloseTo(2000);
    expect(allocate([4, 10_000], 1000)).toEqual([4, 996].map((n) => expect.closeTo(n, 0) as number));
    const [few, many = 0] = allocate([4, 400], 300);
    expect(few).toBe(4);
    expect(many).toBeCloseTo(296);
  });

  it('gives each stratum at least one lead, and no stratum more than a smaller one’s share', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 20_000 }), (all, size) => {
        const shares = allocate(all, size);
        shares.forEach((share, index) => {
          expect(share).toBeGreaterThanOrEqual(1);
          expect(share).toBeLessThanOrEqual(all[index] ?? 0);
        });
        const total = all.reduce((sum, n) => sum + n, 0);
        const drawn = shares.reduce((sum, share) => sum + share, 0);
        expect(drawn).toBeLessThanOrEqual(Math.min(total, size + all.length) + 1e-6);
        expect(drawn).toBeGreaterThanOrEqual(Math.min(total, size) - 1e-6);
      }),
      { numRuns: RUNS },
    );
  });
});
