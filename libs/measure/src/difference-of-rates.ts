import { AppError } from '@tendril/kernel';
import { normalTwoSided } from './distributions.ts';

/** The standard normal quantile of 0.975: all intervals are 95 %. */
const Z95 = 1.959963984540054;

/** A group of leads and how many of them converted (reached the outcome that is measured). */
export interface Conversions {
  readonly n: number;
  readonly converted: number;
}

/** A 95 % interval, in the unit of the estimate that it belongs to. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The first group's rate minus the second's, as a share from -1 to 1. */
export interface RateDifference extends Interval {
  readonly difference: number;
  /** Zero when nobody or everybody converted in both groups. */
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * A rate's 95 % interval, as shares: Wilson's score interval without continuity correction.
 * E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22 (1927), 209–212.
 */
export function wilson({ n, converted }: Conversions): Interval {
  assertConversions({ n, converted });
  const square = Z95 * Z95;
  const centre = 2 * converted + square;
  const spread = Z95 * Math.sqrt(square + 4 * converted * (1 - converted / n));
  const scale = 2 * (n + square);
  // Clamped because rounding may leave 0 of n a hair below 0, and n of n above 1.
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

/**
 * Compares two independent groups' rates.
 * Interval: Newcombe's hybrid score, his method 10, which stays honest for small groups and rates near zero
 * (R. G. Newcombe, Interval estimation for the difference between independent proportions, Stat. Med. 17 (1998), 873–890).
 * Test: the z test with the pooled variance, without continuity correction. Near the edge the two may disagree by a hair.
 *
 * @throws AppError `conversions-impossible` for an empty group or more conversions than leads.
 * @example differenceOfRates({ n: 70, converted: 56 }, { n: 80, converted: 48 }) // 0.2, from 0.0524 to 0.3339
 */
export function differenceOfRates(first: Conversions, second: Conversions): RateDifference {
  const [one, two] = [wilson(first), wilson(second)];
  const [rate1, rate2] = [first.converted / first.n, second.converted / second.n];
  const difference = rate1 - rate2;
  const pooled = (first.converted + second.converted) / (first.n + second.n);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n));
  const z = error === 0 ? 0 : difference / error;
  return {
    difference,
    low: difference - Math.hypot(rate1 - one.low, two.high - rate2),
    high: difference + Math.hypot(one.high - rate1, rate2 - two.low),
    z,
    p: normalTwoSided(z),
  };
}

function assertConversions({ n, converted }: Conversions): void {
  if (Number.isInteger(n) && Number.isInteger(converted) && n > 0 && converted >= 0 && converted <= n) return;
  throw new AppError('conversions-impossible', `A group cannot have ${n} leads of which ${converted} converted`, {
    hint: 'Pass whole numbers: at least one lead, and no more conversions than leads.',
  });
}
