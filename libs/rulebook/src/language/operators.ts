import { durationMs } from '@tendril/kernel';
import { momentOf } from './moment.ts';
import { textPattern } from './text-pattern.ts';

/** What a fact's value can be, by the tracking plan or by the fact itself. */
export type ValueType = 'text' | 'number' | 'boolean' | 'date' | 'texts';

/** What rule authors may compare with, and how the answer comes about. */
export interface OperatorTraits {
  /** The types of facts it makes sense for. */
  readonly types: readonly ValueType[];
  /** One value, a list of values, or only `true`. */
  readonly wants: 'one' | 'list' | 'true';
  /** Its answer when the fact is missing or null. The compiler's and the engine's answers agree on it. */
  readonly whenMissing: boolean;
}

const ALL: readonly ValueType[] = ['text', 'number', 'boolean', 'date', 'texts'];
const SCALAR: readonly ValueType[] = ['text', 'number', 'boolean', 'date'];

const one = (types: readonly ValueType[], whenMissing = false): OperatorTraits => ({ types, wants: 'one', whenMissing });
const list = (types: readonly ValueType[], whenMissing = false): OperatorTraits => ({ types, wants: 'list', whenMissing });

/** Every operator of rule files: the ten of json-rules-engine, and Tendril's own. */
export const OPERATORS = {
  equal: one(SCALAR),
  notEqual: one(SCALAR, true),
  in: list(['text', 'number']),
  notIn: list(['text', 'number'], true),
  contains: one(['texts']),
  doesNotContain: one(['texts']),
  lessThan: one(['number']),
  lessThanInclusive: one(['number']),
  greaterThan: one(['number']),
  greaterThanInclusive: one(['number']),
  atLeast: one(['number']),
  atMost: one(['number']),
  isSet: { types: ALL, wants: 'true', whenMissing: false },
  isNotSet: { types: ALL, wants: 'true', whenMissing: true },
  startsWith: one(['text', 'date']),
  endsWith: one(['text']),
  containsAny: list(['texts']),
  matches: one(['text']),
  before: one(['date']),
  after: one(['date']),
  withinLast: one(['date']),
} as const satisfies Readonly<Record<string, OperatorTraits>>;

export type OperatorName = keyof typeof OPERATORS;

/** The names, for schemas. */
export const OPERATOR_NAMES = Object.keys(OPERATORS) as [OperatorName, ...OperatorName[]];

/** Operators that may compare two attributes: the engine's and ours that ask nothing of the other side. */
export const TWO_SIDED: readonly string[] = [
  'equal',
  'notEqual',
  ...['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive', 'atLeast', 'atMost'],
];

/** Traits by name; undefined for an unknown name. */
export function operatorTraits(name: string): OperatorTraits | undefined {
  return Object.hasOwn(OPERATORS, name) ? OPERATORS[name as OperatorName] : undefined;
}

/** json-rules-engine compares only what reads as a number at its beginning: "12abc" does, "abc", null and true do not. */
export function readsAsNumber(value: unknown): boolean {
  // Most of what is no number is missing, and making texts of that is what costs.
  if (value === undefined || value === null) return false;
  try {
    return !Number.isNaN(Number.parseFloat(String(value)));
  } catch {
    // An object whose toString is data: the engine would throw in the middle of a batch.
    return false;
  }
}

/** The number that a fact is compared with numbers as: NaN, which no comparison takes, for all that {@link readsAsNumber} refuses. */
export function numberOf(value: unknown): number {
  return readsAsNumber(value) ? Number(value) : NaN;
}

/** The value itself, unless comparing it would throw: an object whose toString is data. Then nothing. */
export function comparable(value: unknown): unknown {
  try {
    String(value);
    return value;
  } catch {
    return undefined;
  }
}

type Compare = (fact: unknown, wanted: unknown) => boolean;

const atLeast: Compare = (fact, wanted) => readsAsNumber(fact) && (fact as number) >= (comparable(wanted) as number);
const atMost: Compare = (fact, wanted) => readsAsNumber(fact) && (fact as number) <= (comparable(wanted) as number);

const OWN_OPERATORS: Readonly<Record<string, Compare>> = {
  atLeast,
  atMost,
  isSet: (fact) => fact !== undefined && fact !== null,
  isNotSet: (fact) => fact === undefined || fact === null,
  startsWith: (fact, wanted) => typeof fact === 'string' && fact.startsWith(String(wanted)),
  endsWith: (fact, wanted) => typeof fact === 'string' && fact.endsWith(String(wanted)),
  containsAny: (fact, wanted) => Array.isArray(fact) && Array.isArray(wanted) && wanted.some((item) => fact.includes(item)),
  matches: (fact, wanted) => typeof fact === 'string' && textPattern(String(wanted))(fact),
  before: (fact, wanted) => momentOf(fact) < momentOf(wanted),
  after: (fact, wanted) => momentOf(fact) > momentOf(wanted),
};

/** Tendril's own operators, to be added to an Engine; the compiler writes the same as code. */
export function ownOperators(now: Date): Readonly<Record<string, Compare>> {
  const withinLast: Compare = (fact, wanted) => momentOf(fact) <= now.getTime() && momentOf(fact) > now.getTime() - durationMs(String(wanted));
  return { ...OWN_OPERATORS, withinLast };
}
