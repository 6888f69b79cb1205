import { type Conversions, differenceOfRates, type Interval } from './difference-of-rates.ts';

/** Fewer expected conversions than this in a group, and neither the z test nor a reader's eye is to be trusted: Cochran's rule of five. */
const LEAST_EXPECTED = 5;

/** What nurturing changed: nurtured leads against the holdout. */
export interface Lift {
  /** Percentage points, nurtured minus holdout, with the 95 % interval (Newcombe's hybrid score). Null while a group is empty. */
  readonly points: (Interval & { readonly difference: number }) | null;
  /** As a share of the holdout's rate: 0.25 is a quarter more conversions. Null while the holdout has none. */
  readonly relative: number | null;
  /** Two-sided, pooled z test. Null while a group is empty. */
  readonly p: number | null;
  /** A sentence when the numbers do not say yet whether nurturing helped; null when they do. Show it with the figures. */
  readonly caution: string | null;
}

/**
 * Compares conversion of nurtured leads with the holdout's. Both groups count all leads that were drawn into them,
 * contacted or not: comparing only those who were contacted would flatter nurturing.
 *
 * @example lift({ n: 1800, converted: 180 }, { n: 200, converted: 10 }).points // 5 points, from 0.83 to 7.70
 */
export function lift(nurtured: Conversions, holdout: Conversions): Lift {
  if (nurtured.n === 0 || holdout.n === 0) {
    const empty = nurtured.n === 0 ? 'No lead is nurtured yet' : 'No lead is in the holdout yet';
    return { points: null, relative: null, p: null, caution: `${empty}, so there is nothing to compare.` };
  }
  const { difference, low, high, p } = differenceOfRates(nurtured, holdout);
  const rate = holdout.converted / holdout.n;
  return {
    points: { difference: 100 * difference, low: 100 * low, high: 100 * high },
    relative: rate === 0 ? null : difference / rate,
    p,
    caution: caution(nurtured, holdout, { low, high }),
  };
}

function caution(nurtured: Conversions, holdout: Conversions, { low, high }: Interval): string | null {
  const smaller = Math.min(nurtured.n, holdout.n);
  const rate = (nurtured.converted + holdout.converted) / (nurtured.n + holdout.n);
  const expected = smaller * Math.min(rate, 1 - rate);
  if (expected < LEAST_EXPECTED) {
    const rarer = rate > 0.5 ? 'not convert' : 'convert';
    const chance = `of ${smaller} leads in the smaller group about ${expected.toFixed(1)} would ${rarer} by chance`;
    return `Too few to say: ${chance}, and at least ${LEAST_EXPECTED} are needed.`;
  }
  if (low <= 0 && high >= 0) return 'Not clear yet: the interval includes zero, so this may be chance.';
  return null;
}
