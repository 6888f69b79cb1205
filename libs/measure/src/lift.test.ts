import { describe, expect, it } from 'vitest';
import { lift } from './lift.ts';

describe('lift', () => {
  it('tells the difference in percentage points, with its interval', () => {
    const { points, relative, p, caution } = lift({ n: 1800, converted: 180 }, { n: 200, converted: 10 });
    expect(points?.difference).toBeCloseTo(5, 10);
    expect(points?.low).toBeCloseTo(0.83, 2);
    expect(points?.high).toBeCloseTo(7.7, 2);
    expect(relative).toBeCloseTo(1, 10);
    expect(p).toBeCloseTo(0.0221, 4);
    expect(caution).toBeNull();
  });

  it('finds nurturing that harms', () => {
    const { points, relative, caution } = lift({ n: 1000, converted: 20 }, { n: 1000, converted: 80 });
    expect(points?.high).toBeLessThan(0);
    expect(relative).toBeCloseTo(-0.75, 10);
    expect(caution).toBeNull();
  });

  it('warns when the interval includes zero', () => {
    expect(lift({ n: 1800, converted: 100 }, { n: 200, converted: 10 }).caution).toContain('includes zero');
  });

  it.each([
    [{ n: 90, converted: 30 }, { n: 10, converted: 1 }, 'of 10 leads in the smaller group about 3.1 would convert'],
    [{ n: 9, converted: 9 }, { n: 9, converted: 8 }, 'about 0.5 would not convert'],
    [{ n: 5000, converted: 0 }, { n: 5000, converted: 0 }, 'about 0.0 would convert'],
  ])('says that %j against %j is too few', (nurtured, holdout, words) => {
    const { caution } = lift(nurtured, holdout);
    expect(caution).toContain('Too few to say');
    expect(caution).toContain(words);
  });

  it('has no relative lift over a holdout without conversions', () => {
    expect(lift({ n: 500, converted: 50 }, { n: 500, converted: 0 }).relative).toBeNull();
  });

  it.each([
    [{ n: 0, converted: 0 }, { n: 9, converted: 1 }, 'No lead is nurtured yet'],
    [{ n: 9, converted: 1 }, { n: 0, converted: 0 }, 'No lead is in the holdout yet'],
  ])('has nothing to say about %j against %j', (nurtured, holdout, words) => {
    expect(lift(nurtured, holdout)).toEqual({ points: null, relative: null, p: null, caution: expect.stringContaining(words) });
  });
});
