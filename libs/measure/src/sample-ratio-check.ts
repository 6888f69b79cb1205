import { AppError } from '@tendril/kernel';
import { chiSquareTail } from './distributions.ts';

/** Below this the split is called broken. Strict, because the check is made often and a false alarm stops a report. */
const ALARM = 0.001;

/** One arm: how many units it got, and the weight with which it was drawn, in any unit. */
export interface ArmCount {
  readonly arm: string;
  readonly n: number;
  readonly weight: number;
}

/** Whether the arms' sizes fit their weights. */
export interface RatioCheck {
  readonly chiSquare: number;
  readonly degrees: number;
  readonly p: number;
  /**
   * True when chance alone would do this less than once in a thousand times: then the assignment or the counting is broken,
   * and no lift can be read from it.
   */
  readonly mismatch: boolean;
}

/**
 * Checks for a sample ratio mismatch: Pearson's chi-square test of the arms' sizes against their weights.
 *
 * @throws AppError `ratio-unreadable` below two arms, or with a weight or size that makes no sense.
 * @example sampleRatioCheck([{ arm: 'nurtured', n: 1790, weight: 0.9 }, { arm: 'holdout', n: 210, weight: 0.1 }])
 */
export function sampleRatioCheck(arms: readonly ArmCount[]): RatioCheck {
  const units = arms.reduce((sum, { n }) => sum + n, 0);
  const weights = arms.reduce((sum, { weight }) => sum + weight, 0);
  if (arms.length < 2 || units === 0 || arms.some(({ n, weight }) => !(n >= 0 && weight > 0))) {
    throw new AppError('ratio-unreadable', 'There is no ratio to check', {
      hint: 'Pass at least two arms with weights above 0 and at least one unit among them.',
    });
  }
  const chiSquare = arms.reduce((sum, { n, weight }) => {
    const expected = (units * weight) / weights;
    return sum + (n - expected) ** 2 / expected;
  }, 0);
  const degrees = arms.length - 1;
  const p = chiSquareTail(chiSquare, degrees);
  return { chiSquare, degrees, p, mismatch: p < ALARM };
}
