import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadOf, populationOf } from '../test/small-rules.ts';
import { isWhole, Sample, Tally } from './tally.ts';

const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 300);
const lead = (stratum: number, account: string | null = null) => leadOf('x', [], { stratum, account: account === null ? null : { id: account, attributes: {} } });
const leads = (count: number, stratum = 0) => Array.from({ length: count }, () => lead(stratum));

describe('Sample', () => {
  it('of a whole database counts exactly', () => {
    const population = populationOf(leads(5));
    expect(isWhole(population)).toBe(true);
    expect(new Sample(population).countLeads([0, 3])).toEqual({ n: 2, error: 0, sampled: 2 });
  });

  it('scales each stratum by itself, and knows its error', () => {
    // Stratum 0: 2 of 10 leads, each standing for 4, of 40. Stratum 1: all of 2.
    const population = populationOf([...leads(10), ...leads(2, 1)], [40, 2]);
    expect(isWhole(population)).toBe(false);
    const { sum, error } = new Sample(population).estimate(new Map([[0, 1], [1, 1], [10, 1]]));
    expect(sum).toBe(2 * 4 + 1);
    // N(N − n)s²/n with s² = 10 · 0.2 · 0.8 / 9.
    expect(error).toBeCloseTo(1.959963984540054 * Math.sqrt((40 * 30 * ((10 * 0.2 * 0.8) / 9)) / 10), 9);
  });

  it('takes leads of one account as one draw', () => {
    const together = populationOf([lead(0, 'a'), lead(0, 'a'), lead(0, 'b'), lead(0, 'b'), lead(0, 'c'), lead(0, 'c')], [60]);
    const apart = populationOf(leads(6), [60]);
    const found = new Map([[0, 1], [1, 1]]);
    // Three units of two leads: residuals 2 − 2/3, −2/3, −2/3, so Σ = 8/3, over k − 1 = 2.
    const variance = ((60 * 60 * (1 - 6 / 60)) / (3 * 4)) * (8 / 3 / 2);
    expect(new Sample(together).estimate(found).error).toBeCloseTo(1.959963984540054 * Math.sqrt(variance), 9);
    expect(new Sample(apart).estimate(found).error).toBeLessThan(new Sample(together).estimate(found).error);
  });

  it('lets a stratum of one lead borrow how leads vary', () => {
    const { error } = new Sample(populationOf([...leads(9), lead(1)], [9, 10])).estimate(new Map([[0, 1], [9, 1]]));
    const pooled = (10 * 0.2 * 0.8) / 9;
    expect(error).toBeCloseTo(1.959963984540054 * Math.sqrt(10 * 9 * pooled), 9);
  });

  it('of everybody is the database, of the parts the sum', () => {
    const strata = fc.array(fc.record({ sampled: fc.integer({ min: 1, max: 6 }), unseen: fc.nat(50) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(strata, fc.infiniteStream(fc.nat(2)), (drawn, values) => {
        const population = populationOf(drawn.flatMap(({ sampled }, at) => leads(sampled, at)), drawn.map(({ sampled, unseen }) => sampled + unseen));
        const sample = new Sample(population);
        const everybody = sample.estimate(new Map(population.leads.map((_, at) => [at, 1])));
        expect(everybody.sum).toBeCloseTo(population.total, 6);
        expect(everybody.error).toBeCloseTo(0, 4);
        const found = new Map(population.leads.map((_, at) => [at, values.next().value ?? 0]));
        const parts = drawn.map((_, at) => sample.estimate(new Map([...found].filter(([index]) => population.leads[index]?.stratum === at))).sum);
        expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(sample.estimate(found).sum, 6);
      }),
      { numRuns: RUNS },
    );
  });

  it('covers the truth in about 95 of 100 draws', () => {
    const database = Array.from({ length: 1000 }, (_, at) => (at % 7 === 0 ? 1 : 0));
    let state = 7;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const truth = database.reduce<number>((a, b) => a + b, 0);
    const covered = Array.from({ length: 400 }, () => {
      const rest = [...database];
      const drawn = Array.from({ length: 200 }, () => rest.splice(Math.floor(random() * rest.length), 1)[0] ?? 0);
      const { sum, error } = new Sample(populationOf(leads(200), [1000])).estimate(new Map(drawn.map((value, at) => [at, value])));
      return Math.abs(sum - truth) <= error;
    }).filter(Boolean).length;
    expect(covered / 400).toBeGreaterThan(0.92);
    expect(covered / 400).toBeLessThan(0.98);
  });
});

describe('Tally', () => {
  it('adds up by lead, and tells its names in order', () => {
    const tally = new Tally(new Sample(populationOf(leads(4), [8])));
    tally.add(['b', 'x'], 3);
    tally.add(['a'], 1);
    tally.add(['a'], 1);
    tally.add(['a'], 0);
    expect(tally.names()).toEqual([['a'], ['b', 'x']]);
    expect(tally.leads(['a'])).toEqual([0, 1]);
    expect(tally.count(['a'])).toMatchObject({ n: 6, sampled: 3 });
    expect(tally.count(['nobody'])).toEqual({ n: 0, error: 0, sampled: 0 });
  });
});
