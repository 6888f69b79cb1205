import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conversions, differenceOfRates, wilson } from './difference-of-rates.ts';

describe('differenceOfRates', () => {
  // Newcombe 1998, table II: contrasts (a) to (h), method 10.
  it.each([
    ['56/70', '48/80', 0.0524, 0.3339],
    ['9/10', '3/10', 0.1705, 0.809],
    ['6/7', '2/7', 0.0582, 0.8062],
    ['5/56', '0/29', -0.0381, 0.1926],
    ['0/10', '0/20', -0.1611, 0.2775],
    ['0/10', '0/10', -0.2775, 0.2775],
    ['10/10', '0/20', 0.6791, 1],
    ['10/10', '0/10', 0.6075, 1],
  ])('gives Newcombe’s interval for %s against %s', (first, second, low, high) => {
    const interval = differenceOfRates(fraction(first), fraction(second));
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('tests with the pooled variance', () => {
    // 0.2 / √(104/150 · 46/150 · (1/70 + 1/80)), by hand.
    const { z, p } = differenceOfRates(fraction('56/70'), fraction('48/80'));
    expect(z).toBeCloseTo(2.65017, 5);
    expect(p).toBeCloseTo(0.008045, 6);
    expect(differenceOfRates(fraction('0/5'), fraction('0/9'))).toMatchObject({ z: 0, p: 1 });
  });

  it('holds the difference in its interval, and turns with its groups', () => {
    fc.assert(
      fc.property(group, group, (first, second) => {
        const there = differenceOfRates(first, second);
        const back = differenceOfRates(second, first);
        expect(there.low).toBeLessThanOrEqual(there.difference);
        expect(there.high).toBeGreaterThanOrEqual(there.difference);
        expect(there.low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(there.high).toBeLessThanOrEqual(1 + 1e-12);
        expect(back.low).toBeCloseTo(-there.high, 12);
        expect(back.p).toBeCloseTo(there.p, 12);
      }),
    );
  });

  it.each([
    { n: 0, converted: 0 },
    { n: 3, converted: 4 },
    { n: 3, converted: -1 },
    { n: 3.5, converted: 1 },
    { n: Number.NaN, converted: 0 },
  ])('refuses %j', (impossible) => {
    expect(() => differenceOfRates({ n: 10, converted: 1 }, impossible)).toThrow(expect.objectContaining({ code: 'conversions-impossible' }));
  });
});

describe('wilson', () => {
  // Newcombe's companion paper, Stat. Med. 17 (1998), 857–872, table I, method 3.
  it.each([
    ['81/263', 0.2553, 0.3662],
    ['15/148', 0.0624, 0.1605],
    ['0/20', 0, 0.1611],
    ['1/29', 0.0061, 0.1718],
  ])('gives the published interval of %s', (rate, low, high) => {
    const interval = wilson(fraction(rate));
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

const group: fc.Arbitrary<Conversions> = fc
  .integer({ min: 1, max: 500 })
  .chain((n) => fc.record({ n: fc.constant(n), converted: fc.integer({ min: 0, max: n }) }));

function fraction(text: string): Conversions {
  const [converted, n] = text.split('/').map(Number);
  return { n: n ?? 0, converted: converted ?? 0 };
}
