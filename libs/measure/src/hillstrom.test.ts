import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { differenceOfMeans, type Sample, sampleOf } from './difference-of-means.ts';
import { type Conversions, differenceOfRates } from './difference-of-rates.ts';
import { lift } from './lift.ts';
import { sampleRatioCheck } from './sample-ratio-check.ts';

/** Beside the repository, not in it: 64,000 customers of a randomised e-mail test, published by Kevin Hillstrom in 2008. */
const FILE = new URL('../../../../shared/data/hillstrom/hillstrom.csv', import.meta.url);
const HERE = existsSync(FILE);

type Outcome = 'visit' | 'conversion' | 'spend';

/** Quoted fields hold commas and nothing that is read here. */
const [HEADER = [], ...ROWS] = (HERE ? readFileSync(FILE, 'utf8') : '').trim().split(/\r?\n/).map((line) => line.replace(/"[^"]*"/g, '').split(','));
const SEGMENT = HEADER.indexOf('segment');

/** A column's values in one arm. */
function values(arm: string, outcome: Outcome): number[] {
  const column = HEADER.indexOf(outcome);
  return ROWS.filter((row) => row[SEGMENT] === arm).map((row) => Number(row[column]));
}

function conversions(arm: string, outcome: Outcome): Conversions {
  const all = values(arm, outcome);
  return { n: all.length, converted: all.filter((value) => value === 1).length };
}

/** Each lead as 1 or 0, with the binomial variance. */
function onesAndZeros({ n, converted }: Conversions): Sample {
  const rate = converted / n;
  return { n, mean: rate, variance: rate * (1 - rate) };
}

describe.skipIf(!HERE)(`Hillstrom’s e-mail test${HERE ? '' : ' (skipped: ../shared/data/hillstrom/hillstrom.csv is not there)'}`, () => {
  // The first z is unpooled, as quoted for this test; the second is pooled, as differenceOfRates has it.
  it.each([
    ['Mens E-Mail', 'visit', 7.66, 22.62, 22.49],
    ['Mens E-Mail', 'conversion', 0.68, 7.39, 7.39],
    ['Womens E-Mail', 'visit', 4.52, 13.99, 13.95],
    ['Womens E-Mail', 'conversion', 0.31, 3.78, 3.78],
  ] as const)('%s: %s rises by %d points, z %d unpooled, %d pooled', (arm, outcome, points, unpooled, pooled) => {
    const [mailed, none] = [conversions(arm, outcome), conversions('No E-Mail', outcome)];
    expect(differenceOfMeans(onesAndZeros(mailed), onesAndZeros(none)).t).toBeCloseTo(unpooled, 2);
    expect(differenceOfRates(mailed, none).z).toBeCloseTo(pooled, 2);
    const result = lift(mailed, none);
    expect(result.points?.difference).toBeCloseTo(points, 2);
    expect(result.caution).toBeNull();
  });

  it.each([
    ['Mens E-Mail', 0.77, 5.3],
    ['Womens E-Mail', 0.424, 3.26],
  ] as const)('%s: spend rises by %d dollars, t %d', (arm, dollars, t) => {
    const difference = differenceOfMeans(sampleOf(values(arm, 'spend')), sampleOf(values('No E-Mail', 'spend')));
    expect(difference.difference).toBeCloseTo(dollars, 3);
    expect(difference.t).toBeCloseTo(t, 2);
    expect(difference.low).toBeGreaterThan(0);
  });

  it('was drawn in thirds', () => {
    const arms = ['No E-Mail', 'Mens E-Mail', 'Womens E-Mail'].map((arm) => ({ arm, n: values(arm, 'visit').length, weight: 1 }));
    expect(arms.map(({ n }) => n)).toEqual([21_306, 21_307, 21_387]);
    expect(sampleRatioCheck(arms).mismatch).toBe(false);
  });
});
