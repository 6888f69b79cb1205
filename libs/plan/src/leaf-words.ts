import { type Json, stableJson } from '@tendril/kernel';
import { eventsInWords, type WordedComparison } from '@tendril/rulebook';

const SUMS: Readonly<Record<string, string>> = { eventSum: 'sum', eventMin: 'least', eventMax: 'most', eventAvg: 'average' };

/** What a comparison asks about, without what it asks for: `page_viewed in the last 7 days`. */
export function subjectInWords({ fact, path, params = {} }: WordedComparison): string {
  const events = eventsInWords(params, '');
  const attribute = (path ?? '').replace(/^\$\.?/, '');
  switch (fact) {
    case 'lead':
      return attribute;
    case 'account':
      return `account ${attribute}`;
    case 'eventCount':
      return events;
    case 'daysSince':
      return `days since ${events}`;
    case 'score':
      return String(params['model']);
    case 'grade':
      return `grade of ${String(params['model'])}`;
    case 'consent':
      return `consent for ${String(params['channel'])} about ${String(params['topic'])}`;
    default:
      return SUMS[fact] ? `${SUMS[fact]} of ${String(params['property'])} of ${events}` : otherInWords(fact, params);
  }
}

function otherInWords(fact: string, params: object): string {
  const given = Object.entries(params).map(([name, value]: [string, Json]) => `${name} ${valueInWords(value)}`);
  return given.length === 0 ? fact : `${fact} (${given.join(', ')})`;
}

const OPERATORS: Readonly<Record<string, string>> = {
  equal: '',
  notEqual: 'not',
  in: '',
  notIn: 'none of',
  contains: 'with',
  doesNotContain: 'without',
  containsAny: 'with any of',
  atLeast: 'at least',
  greaterThanInclusive: 'at least',
  atMost: 'at most',
  lessThanInclusive: 'at most',
  greaterThan: 'more than',
  lessThan: 'less than',
  startsWith: 'to start with',
  endsWith: 'to end with',
  matches: 'to match',
  before: 'before',
  after: 'after',
  withinLast: 'within the last',
};

/** What it asks for: `at least 2`, `clinics or retail`. */
export function askedInWords({ operator, value }: WordedComparison): string {
  if (operator === 'isSet') return 'to be known';
  if (operator === 'isNotSet') return 'to be unknown';
  return [OPERATORS[operator] ?? operator, valueInWords(value)].filter((part) => part !== '').join(' ');
}

/** A value for people; `unknown` when it is missing. */
export function valueInWords(value: Json | undefined): string {
  if (value === undefined || value === null) return 'unknown';
  if (Array.isArray(value)) return (value as readonly Json[]).map(valueInWords).join(' or ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Two comparisons with the same key ask about the same thing, perhaps within another time. */
export function subjectKey({ fact, path, params }: WordedComparison): string {
  const { within: _within, ...rest } = params ?? {};
  return stableJson([fact, path ?? null, rest]);
}

/** Pairs what was written before with what is written now: the same first, then what asks about the same; what is left over has no partner. */
export function pairUp<Item>(before: readonly Item[], after: readonly Item[], keys: readonly ((item: Item) => string)[]): (readonly [before: Item | null, after: Item | null])[] {
  const left = [...before];
  const partners = new Map<Item, Item>();
  for (const keyOf of keys) {
    for (const item of after) {
      if (partners.has(item)) continue;
      const at = left.findIndex((one) => keyOf(one) === keyOf(item));
      if (at >= 0) partners.set(item, left.splice(at, 1)[0]!);
    }
  }
  return [...after.map((item) => [partners.get(item) ?? null, item] as const), ...left.map((item) => [item, null] as const)];
}
