import { AppError, sha256Of } from '@tendril/kernel';

/** 13 hex digits are 52 bits: all that a double holds exactly below 1. */
const DIGITS = 13;

/**
 * Is the lead kept un-nurtured? The same answer for ever for the same salt: a growing share only adds leads, a shrinking one only frees some.
 *
 * @param policy `share` from 0 to 1 of all leads; another `salt` draws another holdout.
 * @example inHoldout('lead-1', { share: 0.1, salt: '2026' })
 */
export function inHoldout(lead: string, { share, salt }: { readonly share: number; readonly salt: string }): boolean {
  if (!(share >= 0 && share <= 1)) {
    throw new AppError('holdout-share', `The holdout's share is ${share}`, {
      status: 400,
      field: 'share',
      hint: 'Write a number from 0 to 1, such as 0.1 for a tenth.',
    });
  }
  return uniform('holdout', salt, lead) < share;
}

/**
 * The arm of an experiment that a unit (a lead, or an account) is drawn into: the same for ever for the same salt and weights.
 * The order in which the arms are written does not matter. Other weights move units, so the drawn arm is stored when first used.
 *
 * @param draw `weights`: arm → weight, not negative, in any unit; an arm of weight 0 gets nobody.
 * @throws AppError `arm-weights` when no arm has a weight above 0, or one is negative.
 */
export function assignArm(unit: string, { salt, weights }: { readonly salt: string; readonly weights: Readonly<Record<string, number>> }): string {
  const arms = Object.entries(weights)
    .filter(([, weight]) => weight !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const total = arms.reduce((sum, [, weight]) => sum + weight, 0);
  const last = arms.at(-1);
  if (!last || !Number.isFinite(total) || arms.some(([, weight]) => weight < 0)) {
    throw new AppError('arm-weights', `Nobody can be assigned by the weights ${JSON.stringify(weights)}`, {
      status: 400,
      field: 'weights',
      hint: 'Give each arm a number that is not negative, and at least one arm more than 0.',
    });
  }
  let left = uniform('arm', salt, unit) * total;
  // The last arm also takes what rounding leaves over.
  return (arms.find(([, weight]) => (left -= weight) < 0) ?? last)[0];
}

/** A number in [0, 1) that only the parts decide. */
function uniform(...parts: readonly string[]): number {
  return Number.parseInt(sha256Of(...parts).slice(0, DIGITS), 16) / 16 ** DIGITS;
}
