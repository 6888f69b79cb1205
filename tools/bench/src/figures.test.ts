import { describe, expect, it } from 'vitest';
import { type Figure, figuresAsData, figuresInWords, median, quantile, reached } from './figures.ts';

describe('figures', () => {
  const ratio: Figure = { name: 'ratio', unit: '×', runs: [1.1, 1.3, 1.15], goal: { atMost: 1.2 } };
  const rate: Figure = { name: 'rate', unit: 'a second', runs: [59_000, 61_000], goal: { atLeast: 61_000 } };

  it('takes the middle of the runs, and the run that a share of them does not exceed', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1), quantile([7], 0.5)]).toEqual([50, 99, 100, 7]);
  });

  it('reaches a goal by the median, in the direction that is meant', () => {
    expect([reached(ratio), reached(rate), reached({ ...rate, runs: [61_000] }), reached({ ...ratio, runs: [1.3] })]).toEqual([true, false, true, false]);
    expect(reached({ name: 'explains', unit: 'ms', runs: [5] })).toBeUndefined();
  });

  it('says so in words and as data', () => {
    expect(figuresInWords([ratio, rate])).toEqual([
      'ratio         1.15×  goal at most 1.20×: reached (1.10× to 1.30×, 3 runs)',
      'rate   60,000 a second  goal at least 61,000 a second: MISSED (59,000 a second to 61,000 a second, 2 runs)',
    ]);
    expect(figuresAsData([rate])).toEqual([
      { name: 'rate', unit: 'a second', median: 60_000, least: 59_000, most: 61_000, runs: 2, goal: { atLeast: 61_000 }, reached: false },
    ]);
  });
});
