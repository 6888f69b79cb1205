import { describe, expect, it } from 'vitest';
import { chiSquareTail, normalTwoSided, studentQuantile, studentTwoSided } from './distributions.ts';

/** Digits that must agree, relative to the value. */
function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThan(1e-9);
}

describe('the normal distribution', () => {
  // Tabulated: the usual critical values, and P(|Z| ≥ 1, 2, 3, 5).
  it.each([
    [1.959963984540054, 0.05],
    [2.5758293035489, 0.01],
    [1, 0.317310507862914],
    [2, 0.0455002638963584],
    [3, 0.00269979606326019],
    [5, 5.73303143758388e-7],
  ])('has two tails of %d', (z, p) => {
    expectNear(normalTwoSided(z), p);
    expectNear(normalTwoSided(-z), p);
  });

  it('has tails that do not vanish far out, and is whole at zero', () => {
    expect(normalTwoSided(0)).toBe(1);
    expect(normalTwoSided(22.62)).toBeGreaterThan(0);
    expect(normalTwoSided(22.62)).toBeLessThan(1e-112);
  });
});

describe('the chi-square distribution', () => {
  it.each([
    [3.841458820694124, 1, 0.05],
    [5.991464547107979, 2, 0.05],
    [10.82756617, 1, 0.001],
    [18.30703805327515, 10, 0.05],
  ])('has beyond %d with %d degrees a tail of %d', (x, degrees, p) => {
    expect(chiSquareTail(x, degrees)).toBeCloseTo(p, 11);
  });

  it('with two degrees is an exponential', () => {
    for (const x of [0.01, 1, 3, 40]) expectNear(chiSquareTail(x, 2), Math.exp(-x / 2));
  });
});

describe('Student’s distribution', () => {
  it.each([
    [12.706204736174698, 1],
    [4.302652729749464, 2],
    [2.2281388519649385, 10],
    [2.0422724563012373, 30],
  ])('reaches 0.05 at %d with %d degrees', (t, degrees) => {
    expect(studentQuantile(0.05, degrees)).toBeCloseTo(t, 7);
  });

  it('with many degrees is almost normal', () => {
    const z = 1.959963984540054;
    for (const degrees of [1e4, 1e5]) {
      // Abramowitz & Stegun 26.7.5, two terms.
      const expected = z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
      expectNear(studentQuantile(0.05, degrees), expected);
    }
  });

  it('with one and two degrees has a closed form', () => {
    for (const t of [0.1, 1, 3, 50]) {
      expectNear(studentTwoSided(t, 1), 1 - (2 / Math.PI) * Math.atan(t));
      expectNear(studentTwoSided(-t, 2), 1 - t / Math.sqrt(2 + t * t));
    }
  });
});
