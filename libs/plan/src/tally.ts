import type { Population, Stratum } from './population.ts';

/** The standard normal quantile of 0.975: all sampling errors are 95 %. */
const Z95 = 1.959963984540054;

/** How many leads (or touchpoints) of the whole database. */
export interface Count {
  /** Whole; an estimate where the population is a sample. */
  readonly n: number;
  /** Half the width of the 95 % interval, whole and rounded up; 0 where every lead was counted. */
  readonly error: number;
  /** What was counted in the population itself. */
  readonly sampled: number;
}

/** Nobody. */
export const NONE: Count = { n: 0, error: 0, sampled: 0 };

/** Something that was found in leads: index of the lead in its population → how much. Leads that are left out have 0. */
export type Found = ReadonlyMap<number, number>;

/** A sum over the whole database, in the unit of the values. */
export interface Estimate {
  readonly sum: number;
  /** Half the width of the 95 % interval. */
  readonly error: number;
}

/** Was every lead of the database read? Then nothing is estimated. */
export function isWhole({ strata }: Pick<Population, 'strata'>): boolean {
  return strata.every(({ total, sampled }) => total === sampled);
}

/** Larger accounts are drawn lead by lead. */
const LARGEST_ACCOUNT = 50;

/** Units of a stratum: accounts, which are drawn whole, and leads that are drawn by themselves. */
interface Units {
  readonly stratum: Stratum;
  count: number;
  /** Sum of the squares of their sizes in leads. */
  squares: number;
}

/** Sums over units: of what was found, of its squares, and of its products with the units' sizes. */
interface Sums {
  found: number;
  squares: number;
  products: number;
}

/**
 * What each lead of a population stands for. Strata are sampled by themselves, each by whole accounts, so that leads of one
 * account count as one draw for the sampling error: a stratified ratio-to-size estimate with finite population correction,
 * Σ Nₕ²(1 − fₕ)/(kₕm̄ₕ²) · Σ(yᵢ − r̂ₕmᵢ)²/(kₕ − 1) for the variance of a total, of kₕ units of mᵢ leads with yᵢ found in them:
 * W. G. Cochran, Sampling Techniques, 3rd edition (1977), chapters 5 and 9A. Where each lead is a unit this is Nₕ(Nₕ − nₕ)sₕ²/nₕ.
 * A stratum of one unit cannot say how units vary: it borrows that from all strata together. What was found in nobody has an
 * error of 0, although a sample proves no absence: of n leads without it, up to 3/n of the database may have it.
 */
export class Sample {
  readonly population: Population;
  /** Lead → its unit. */
  readonly #unitOf: number[] = [];
  readonly #sizes: number[] = [];
  readonly #strata: readonly Units[];
  readonly #stratumOf: number[] = [];

  constructor(population: Population) {
    this.population = population;
    this.#strata = population.strata.map((stratum) => ({ stratum, count: 0, squares: 0 }));
    this.#divide();
    this.#sizes.forEach((size, unit) => {
      const stratum = this.#strata[this.#stratumOf[unit] ?? -1];
      if (!stratum) return;
      stratum.count += 1;
      stratum.squares += size * size;
    });
  }

  #divide(): void {
    const accounts = new Map<string, number>();
    const together = new Map<string, number>();
    const { leads } = this.population;
    for (const { account } of leads) if (account) accounts.set(account.id, (accounts.get(account.id) ?? 0) + 1);
    for (const { account, stratum } of leads) {
      const shared = account && (accounts.get(account.id) ?? 0) <= LARGEST_ACCOUNT ? `${stratum} ${account.id}` : null;
      const unit = (shared === null ? undefined : together.get(shared)) ?? this.#sizes.length;
      if (shared !== null) together.set(shared, unit);
      this.#unitOf.push(unit);
      this.#sizes[unit] = (this.#sizes[unit] ?? 0) + 1;
      this.#stratumOf[unit] = stratum;
    }
  }

  /** The sum over the database of what was found in leads. */
  estimate(found: Found): Estimate {
    const byUnit = new Map<number, number>();
    for (const [lead, value] of found) {
      const unit = this.#unitOf[lead] ?? -1;
      byUnit.set(unit, (byUnit.get(unit) ?? 0) + value);
    }
    const sums = this.#strata.map((): Sums => ({ found: 0, squares: 0, products: 0 }));
    for (const [unit, value] of byUnit) {
      const into = sums[this.#stratumOf[unit] ?? -1];
      if (!into) continue;
      into.found += value;
      into.squares += value * value;
      into.products += value * (this.#sizes[unit] ?? 1);
    }
    return this.#scaled(sums);
  }

  #scaled(sums: readonly Sums[]): Estimate {
    const all = this.#strata.reduce((a, { count, squares, stratum }) => ({ count: a.count + count, squares: a.squares + squares, leads: a.leads + stratum.sampled }), { count: 0, squares: 0, leads: 0 });
    const allSums = sums.reduce((a, b) => ({ found: a.found + b.found, squares: a.squares + b.squares, products: a.products + b.products }), { found: 0, squares: 0, products: 0 });
    const pooled = this.#strata.some(({ count }) => count === 1) ? (residualVariance(allSums, all) ?? 0) : 0;
    let sum = 0;
    let variance = 0;
    this.#strata.forEach(({ stratum: { total, sampled }, count, squares }, at) => {
      const own = sums[at];
      if (!own || sampled === 0) return;
      sum += (total / sampled) * own.found;
      const spread = residualVariance(own, { count, squares, leads: sampled }) ?? pooled;
      variance += ((total * total * (1 - sampled / total) * count) / (sampled * sampled)) * spread;
    });
    return { sum, error: Z95 * Math.sqrt(variance) };
  }

  /** What was found, as a count of the database. */
  count(found: Found): Count {
    const { sum, error } = this.estimate(found);
    return { n: Math.round(sum), error: Math.max(0, Math.ceil(error - 1e-9)), sampled: [...found.values()].reduce((all, one) => all + one, 0) };
  }

  /** How many of these leads the database has. */
  countLeads(leads: Iterable<number>): Count {
    return this.count(new Map([...leads].map((lead) => [lead, 1])));
  }
}

/** Of units about their share of what was found, by their sizes; undefined for fewer than two. */
function residualVariance({ found, squares, products }: Sums, units: { readonly count: number; readonly squares: number; readonly leads: number }): number | undefined {
  if (units.count < 2) return undefined;
  const ratio = found / units.leads;
  return Math.max(0, squares - 2 * ratio * products + ratio * ratio * units.squares) / (units.count - 1);
}

/** Counts by name, lead by lead, so that each count knows its sampling error. */
export class Tally {
  readonly #sample: Sample;
  readonly #found = new Map<string, Map<number, number>>();

  constructor(sample: Sample) {
    this.#sample = sample;
  }

  /** `name`: parts of a key, none with a line break. */
  add(name: readonly string[], lead: number, amount = 1): void {
    const key = name.join('\n');
    const found = this.#found.get(key) ?? new Map<number, number>();
    this.#found.set(key, found);
    found.set(lead, (found.get(lead) ?? 0) + amount);
  }

  /** Every name that something was added to, sorted. */
  names(): string[][] {
    return [...this.#found.keys()].sort().map((key) => key.split('\n'));
  }

  /** Indexes of the leads that something was added for, in the order of the population. */
  leads(name: readonly string[]): number[] {
    return [...this.found(name).keys()].sort((a, b) => a - b);
  }

  /** How much, by lead. */
  found(name: readonly string[]): Found {
    return this.#found.get(name.join('\n')) ?? new Map<number, number>();
  }

  count(name: readonly string[]): Count {
    const found = this.found(name);
    return found.size > 0 ? this.#sample.count(found) : NONE;
  }
}
