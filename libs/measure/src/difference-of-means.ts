import { AppError } from '@tendril/kernel';
import { mean, sampleVariance } from 'simple-statistics';
import { studentQuantile, studentTwoSided } from './distributions.ts';
import type { Interval } from './difference-of-rates.ts';

/** What a comparison of means needs to know about a group's values. */
export interface Sample {
  /** At least 2. */
  readonly n: number;
  /** In the unit of the values. */
  readonly mean: number;
  /** With n − 1 below the line; in the square of that unit. */
  readonly variance: number;
}

/** The first group's mean minus the second's, in the unit of the values. */
export interface MeanDifference extends Interval {
  readonly difference: number;
  readonly t: number;
  /** Degrees of freedom by Welch and Satterthwaite; not whole. */
  readonly degrees: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * A group's size, mean and variance, from its values (such as money spent per lead, zeros included).
 *
 * @throws AppError `sample-too-small` below two values.
 */
export function sampleOf(values: readonly number[]): Sample {
  if (values.length < 2) throw tooSmall(values.length);
  const copy = [...values];
  return { n: copy.length, mean: mean(copy), variance: sampleVariance(copy) };
}

/**
 * Compares two independent groups' means with Welch's t interval (95 %) and test, which do not assume equal variances.
 * B. L. Welch, The generalization of "Student's" problem when several different population variances are involved, Biometrika 34 (1947), 28–35.
 * Where neither group varies at all there is nothing to infer from: the interval is the difference itself and p is 1 or 0.
 */
export function differenceOfMeans(first: Sample, second: Sample): MeanDifference {
  for (const { n } of [first, second]) if (n < 2) throw tooSmall(n);
  const difference = first.mean - second.mean;
  const [part1, part2] = [first.variance / first.n, second.variance / second.n];
  const square = part1 + part2;
  if (square === 0) return constantGroups(difference, first.n + second.n - 2);
  const degrees = (square * square) / ((part1 * part1) / (first.n - 1) + (part2 * part2) / (second.n - 1));
  const error = Math.sqrt(square);
  const margin = studentQuantile(0.05, degrees) * error;
  const t = difference / error;
  return { difference, low: difference - margin, high: difference + margin, t, degrees, p: studentTwoSided(t, degrees) };
}

function constantGroups(difference: number, degrees: number): MeanDifference {
  const same = difference === 0;
  return { difference, low: difference, high: difference, t: same ? 0 : Math.sign(difference) * Infinity, degrees, p: same ? 1 : 0 };
}

function tooSmall(n: number): AppError {
  return new AppError('sample-too-small', `A group of ${n} has no variance`, { hint: 'Compare means of groups with at least two values each.' });
}
