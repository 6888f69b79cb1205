import type { OlderNumbers } from './older.ts';

/** The facts that make one number of a property of several events. */
export const AGGREGATES = ['eventSum', 'eventMin', 'eventMax', 'eventAvg'] as const;

export type Aggregate = (typeof AGGREGATES)[number];

/** Is it one of the facts about a property of events? */
export function isAggregate(fact: string): fact is Aggregate {
  return AGGREGATES.some((one) => one === fact);
}

/**
 * The fact's value for the first number, the first two, and so on. Sums and averages add whole thousandths, so that they do
 * not depend on the order of events of the same moment: exact up to nine trillion.
 */
export function runningAggregates(fact: Aggregate, numbers: readonly number[]): number[] {
  let sofar: OlderNumbers | undefined;
  return numbers.map((number) => aggregateOf(fact, (sofar = withNumber(sofar, number))));
}

/** The fact's value for all numbers, and for those of events that are no longer kept; undefined for none. */
export function aggregate(fact: Aggregate, numbers: readonly number[], older?: OlderNumbers): number | undefined {
  const all = numbers.reduce<OlderNumbers | undefined>(withNumber, older);
  return all && aggregateOf(fact, all);
}

/** One number more. Adding 0 makes 0 of -0. */
export function withNumber(before: OlderNumbers | undefined, number: number): OlderNumbers {
  const milli = Math.round(number * 1000) + 0;
  const value = number + 0;
  if (!before) return { count: 1, milli, min: value, max: value };
  const { count, min, max } = before;
  return { count: count + 1, milli: before.milli + milli, min: Math.min(min, value), max: Math.max(max, value) };
}

function aggregateOf(fact: Aggregate, { count, milli, min, max }: OlderNumbers): number {
  if (fact === 'eventSum') return milli / 1000;
  if (fact === 'eventAvg') return milli / count / 1000;
  return fact === 'eventMin' ? min : max;
}

/** Numbers with the moments of their events in Unix milliseconds, the newest first. */
export interface Samples {
  readonly at: readonly number[];
  readonly numbers: readonly number[];
}

/**
 * When the first comparison changes its answer because events leave the window, in Unix milliseconds; NaN when none does.
 * `answers` tells all comparisons' answers for a value as one text.
 */
export function turnOfWindow(fact: Aggregate, { at, numbers }: Samples, within: number, answers: (value: number | undefined) => string): number {
  return turnOf({ at, values: [undefined, ...runningAggregates(fact, numbers)] }, within, answers);
}

/**
 * The same for any fact: `values` holds its value without an event, for the newest event, for the newest two, and so on;
 * `at` the moments of the events.
 */
export function turnOf<Value>(
  { at, values }: { readonly at: readonly number[]; readonly values: readonly Value[] },
  within: number,
  answers: (value: Value) => string,
): number {
  const now = answers(values[at.length] as Value);
  for (let left = at.length - 1; left >= 0; left--) {
    // Events of one moment leave together.
    if (left > 0 && at[left - 1] === at[left]) continue;
    if (answers(values[left] as Value) !== now) return (at[left] ?? NaN) + within;
  }
  return NaN;
}
