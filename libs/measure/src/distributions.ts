import { gammaln } from 'simple-statistics';

/*
 * Tail probabilities, from the two functions that all of them are cases of. simple-statistics supplies the logarithm of the
 * gamma function; its own normal distribution is a table with two decimals of z, too coarse for p-values.
 * Series and continued fractions: Abramowitz & Stegun, Handbook of Mathematical Functions, 6.5.29, 6.5.31 and 26.5.8,
 * the fractions evaluated by Lentz's method. Relative error below 1e-9 up to a hundred thousand degrees of freedom
 * (tested); beyond that the logarithms of gamma lose a digit for each further one.
 */

const TINY = 1e-300;
const EPSILON = 1e-15;
const MOST_TERMS = 10_000;

/** P(|Z| ≥ |z|) for a standard normal Z. */
export function normalTwoSided(z: number): number {
  return gammaQ(0.5, (z * z) / 2);
}

/** P(X ≥ x) for a chi-square distributed X. */
export function chiSquareTail(x: number, degrees: number): number {
  return gammaQ(degrees / 2, x / 2);
}

/** P(|T| ≥ |t|) for Student's T; the degrees of freedom need not be whole. */
export function studentTwoSided(t: number, degrees: number): number {
  return betaI(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t with P(|T| ≥ t) = p, by bisection: p falls as t grows. */
export function studentQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degrees) > p) high *= 2;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised upper incomplete gamma function Q(a, x). */
function gammaQ(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - gammaln(a));
  if (x >= a + 1) return scale / lentz(x + 1 - a, (i) => [i * (a - i), x + 1 - a + 2 * i]);
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return 1 - scale * sum;
}

/** The regularised incomplete beta function I_x(a, b). The fraction converges fast below the mean, so the other side is mirrored. */
function betaI(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaI(1 - x, b, a);
  const scale = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  return scale / lentz(1, (i) => [betaNumerator(i, x, a, b), 1]);
}

function betaNumerator(i: number, x: number, a: number, b: number): number {
  const m = Math.floor(i / 2);
  return i % 2 === 0 ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)) : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
}

/** b0 + a1/(b1 + a2/(b2 + …)), where `part(i)` gives [ai, bi] for i = 1, 2, … */
function lentz(b0: number, part: (i: number) => readonly [number, number]): number {
  let value = b0 === 0 ? TINY : b0;
  let c = value;
  let d = 0;
  for (let i = 1; i < MOST_TERMS; i++) {
    const [a, b] = part(i);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < EPSILON) break;
  }
  return value;
}
