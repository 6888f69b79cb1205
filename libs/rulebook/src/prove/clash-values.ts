import { durationMs, type Json } from '@tendril/kernel';
import { momentOf } from '../language/moment.ts';
import { type OperatorName, ownOperators, readsAsNumber, type ValueType } from '../language/operators.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';

/** A comparison whose answer is wanted. */
export interface Test {
  readonly leaf: Leaf;
  readonly wanted: boolean;
  /** The same for tests of the same fact: its `factKey`. */
  readonly key: string;
}

/** What a fact can be. Nothing but `missing`: any JSON at all. */
export interface Possible {
  /** May it be missing? */
  readonly missing: boolean;
  /** The only values, where they are known. */
  readonly values?: readonly Json[] | undefined;
  /** The only type, where it is known. */
  readonly type?: ValueType | undefined;
}

/**
 * Can no single value answer all tests about one fact as wanted? Says so only when none of the possible values can; a value
 * is tried by json-rules-engine's semantics, texts that compare as numbers included. Infinitely many values are tried by
 * their kinds, each of which needs a few numbers or one look at the texts that are asked for.
 */
export function valuesClash(tests: readonly Test[], { missing, values, type }: Possible): boolean {
  if (missing && fit(undefined, tests)) return false;
  const few = values ?? onlyValues(tests);
  if (few) return !few.some((value) => fit(value, tests));
  const kinds = type === undefined ? Object.values(CLASHES) : [CLASHES[KIND_OF[type]]];
  return kinds.every((clash) => clash(tests, type === 'date'));
}

/** Does the value answer all tests as wanted? What only the moment of the evaluation can tell counts as fitting. */
export function fit(value: unknown, tests: readonly Test[]): boolean {
  return tests.every(({ leaf, wanted }) => (compare(leaf.operator, value, leaf.value) ?? wanted) === wanted);
}

/** Numbers between which comparisons with these tests' numbers never change: every number answers like one of them. */
export function numbersFor(tests: readonly Test[]): number[] {
  const turns = [...new Set(tests.flatMap(({ leaf }) => wantedNumbers(leaf)))].sort((a, b) => a - b);
  const between = turns.flatMap((turn, at) => {
    const next = turns[at + 1];
    return next === undefined ? [] : [turn / 2 + next / 2];
  });
  return [...turns, ...between, 0, -Number.MAX_VALUE, Number.MAX_VALUE, -Infinity, Infinity];
}

/** The numbers that a comparison compares with. */
export function wantedNumbers({ value }: Leaf): number[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : [value]).filter((one) => typeof one === 'number');
}

const OWN = ownOperators(new Date(0));

const ENGINE: Readonly<Partial<Record<OperatorName, (fact: unknown, wanted: Json) => boolean>>> = {
  equal: (fact, wanted) => fact === wanted,
  notEqual: (fact, wanted) => fact !== wanted,
  in: (fact, wanted) => listed(fact, wanted),
  notIn: (fact, wanted) => !listed(fact, wanted),
  contains: (fact, wanted) => Array.isArray(fact) && fact.includes(wanted),
  doesNotContain: (fact, wanted) => Array.isArray(fact) && !fact.includes(wanted),
  lessThan: (fact, wanted) => readsAsNumber(fact) && (fact as number) < (wanted as number),
  lessThanInclusive: (fact, wanted) => readsAsNumber(fact) && (fact as number) <= (wanted as number),
  greaterThan: (fact, wanted) => readsAsNumber(fact) && (fact as number) > (wanted as number),
  greaterThanInclusive: (fact, wanted) => readsAsNumber(fact) && (fact as number) >= (wanted as number),
};

/** A comparison's answer for one value; undefined where it depends on the moment of the evaluation. */
export function compare(operator: string, fact: unknown, wanted: Json): boolean | undefined {
  if (operator === 'withinLast') return typeof fact === 'string' ? undefined : false;
  return (ENGINE[operator as OperatorName] ?? OWN[operator])?.(fact, wanted);
}

function listed(fact: unknown, list: Json): boolean {
  return Array.isArray(list) && (list as readonly unknown[]).includes(fact);
}

/** The values that a positive `equal` or `in` among the tests leaves; null without one. */
function onlyValues(tests: readonly Test[]): readonly Json[] | null {
  for (const { leaf, wanted } of tests) {
    const { operator, value } = leaf;
    if (operator === (wanted ? 'equal' : 'notEqual')) return [value];
    if (operator === (wanted ? 'in' : 'notIn') && Array.isArray(value)) return value as readonly Json[];
  }
  return null;
}

const ORDER: readonly string[] = ['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive', 'atLeast', 'atMost'];

/** Texts and lists compare as the number that they read as, or as none; which number, their other tests are taken not to mind. */
function ordersClash(tests: readonly Test[]): boolean {
  const orders = tests.filter(({ leaf }) => ORDER.includes(leaf.operator));
  return ![...numbersFor(orders), NaN].some((number) => fit(number, orders));
}

/** Values of the operators among the tests, with the wanted answer. */
function valuesOf(tests: readonly Test[], operator: OperatorName, answer: boolean): Json[] {
  return tests.flatMap(({ leaf, wanted }) => (leaf.operator === operator && wanted === answer ? [leaf.value] : []));
}

const demands = (tests: readonly Test[], operators: readonly OperatorName[]): boolean => operators.some((one) => valuesOf(tests, one, true).length > 0);

const OF_LISTS = ['contains', 'doesNotContain', 'containsAny'] as const;
const OF_TEXTS = ['startsWith', 'endsWith', 'matches', 'before', 'after', 'withinLast'] as const;

function isMissing(tests: readonly Test[]): boolean {
  return valuesOf(tests, 'isNotSet', true).length > 0 || valuesOf(tests, 'isSet', false).length > 0;
}

/** Patterns are taken to fit anything here; a text that must be equal was tried against them before. */
function textsClash(tests: readonly Test[], dated: boolean): boolean {
  if (isMissing(tests) || demands(tests, OF_LISTS) || ordersClash(tests) || momentsClash(tests, dated)) return true;
  return endsClash(tests, 'startsWith', (text) => text) || endsClash(tests, 'endsWith', (text) => text.split('').reverse().join(''));
}

/** Beginnings must continue each other, and must not begin with what is not wanted. Ends are beginnings read backwards. */
function endsClash(tests: readonly Test[], operator: 'startsWith' | 'endsWith', read: (text: string) => string): boolean {
  const texts = (answer: boolean): string[] => valuesOf(tests, operator, answer).map((value) => read(String(value)));
  const longest = texts(true).reduce((a, b) => (b.length > a.length ? b : a), '');
  return texts(true).some((text) => !longest.startsWith(text)) || texts(false).some((text) => longest.startsWith(text));
}

/**
 * Can no date answer all tests as wanted? The date and its age are looked at one by one: which moment an evaluation has is
 * not known when rules are checked. Without a test that demands a date, a text that is none answers all of them with no.
 */
function momentsClash(tests: readonly Test[], dated: boolean): boolean {
  const asked = tests.filter(({ leaf }) => leaf.operator in BOUNDS || leaf.operator === 'withinLast');
  if (!dated && !asked.some(({ wanted }) => wanted)) return false;
  let [first, last, younger, older] = [-Infinity, Infinity, Infinity, 0];
  for (const { leaf, wanted } of asked) {
    const bound = BOUNDS[leaf.operator];
    if (bound) {
      const [from, to] = bound(momentOf(leaf.value), wanted);
      [first, last] = [Math.max(first, from), Math.min(last, to)];
    } else if (wanted) younger = Math.min(younger, durationMs(String(leaf.value)));
    else older = Math.max(older, durationMs(String(leaf.value)));
  }
  // Younger than the one and, as dates to come are not within the last anything, at least as old as the other.
  return first > last || (younger < Infinity && older >= younger);
}

/** The first and the last millisecond at which the comparison has the wanted answer. */
const BOUNDS: Readonly<Record<string, (moment: number, wanted: boolean) => readonly [first: number, last: number]>> = {
  before: (moment, wanted) => (wanted ? [-Infinity, moment - 1] : [moment, Infinity]),
  after: (moment, wanted) => (wanted ? [moment + 1, Infinity] : [-Infinity, moment]),
};

function listsClash(tests: readonly Test[]): boolean {
  if (isMissing(tests) || demands(tests, OF_TEXTS) || ordersClash(tests)) return true;
  const forbidden = new Set([
    ...valuesOf(tests, 'contains', false),
    ...valuesOf(tests, 'doesNotContain', true),
    ...valuesOf(tests, 'containsAny', false).flat(),
  ]);
  const needed = [...valuesOf(tests, 'contains', true), ...valuesOf(tests, 'doesNotContain', false)];
  const oneOf = valuesOf(tests, 'containsAny', true) as (readonly Json[])[];
  return needed.some((item) => forbidden.has(item)) || oneOf.some((items) => items.every((item) => forbidden.has(item)));
}

type Clash = (tests: readonly Test[], dated: boolean) => boolean;

/** The kinds of values besides "missing": can none of a kind answer all tests as wanted? */
const CLASHES = {
  number: (tests) => !numbersFor(tests).some((number) => fit(number, tests)),
  boolean: (tests) => !fit(true, tests) && !fit(false, tests),
  text: textsClash,
  list: listsClash,
  object: (tests) => !fit({}, tests),
} as const satisfies Readonly<Record<string, Clash>>;

const KIND_OF: Readonly<Record<ValueType, keyof typeof CLASHES>> = { text: 'text', number: 'number', boolean: 'boolean', date: 'text', texts: 'list' };
