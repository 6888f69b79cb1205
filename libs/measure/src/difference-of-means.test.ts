import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOfMeans, sampleOf } from './difference-of-means.ts';

// The sleep data of Cushny & Peebles (1905), Student's own example; the result is the one in R's documentation of t.test.
const SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

describe('differenceOfMeans', () => {
  it('gives the published result for the sleep data', () => {
    const { difference, low, high, t, degrees, p } = differenceOfMeans(sampleOf(SLEEP_1), sampleOf(SLEEP_2));
    expect(difference).toBeCloseTo(-1.58, 10);
    expect(t).toBeCloseTo(-1.8608, 4);
    expect(degrees).toBeCloseTo(17.776, 3);
    expect(p).toBeCloseTo(0.07939, 5);
    expect(low).toBeCloseTo(-3.3654832, 7);
    expect(high).toBeCloseTo(0.2054832, 7);
  });

  it('has zero at the edge of its interval exactly when p is 0.05', () => {
    const sample = fc.record({
      n: fc.integer({ min: 2, max: 60 }),
      mean: fc.double({ min: -5, max: 5, noNaN: true }),
      variance: fc.double({ min: 0.1, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const { low, high, p } = differenceOfMeans(first, second);
        fc.pre(Math.abs(p - 0.05) > 1e-9);
        expect(low > 0 || high < 0).toBe(p < 0.05);
      }),
    );
  });

  it('says what can be said of groups that do not vary', () => {
    const [same, more] = [sampleOf([2, 2, 2]), sampleOf([3, 3])];
    expect(differenceOfMeans(same, same)).toMatchObject({ difference: 0, low: 0, high: 0, t: 0, p: 1 });
    expect(differenceOfMeans(more, same)).toMatchObject({ difference: 1, low: 1, high: 1, t: Infinity, p: 0 });
  });

  it('refuses a single value', () => {
    expect(() => sampleOf([1])).toThrow(expect.objectContaining({ code: 'sample-too-small' }));
    expect(() => differenceOfMeans({ n: 1, mean: 0, variance: 0 }, sampleOf([1, 2]))).toThrow(expect.objectContaining({ code: 'sample-too-small' }));
  });
});
