import { type Json, type JsonObject, stableJson } from '@tendril/kernel';

/** A comparison of a condition tree, or of an explanation of one. */
export interface WordedComparison {
  readonly fact: string;
  readonly operator: string;
  readonly value: Json;
  readonly params?: JsonObject | undefined;
  readonly path?: string | undefined;
}

/** The end of a condition tree as a phrase for people: `at least 2 page_viewed in the last 7 days (path begins with "/pricing")`. */
export function inWords(leaf: WordedComparison | { readonly condition: string }): string {
  if ('condition' in leaf) return `in ${leaf.condition}`;
  const { fact, params = {}, path, operator, value } = leaf;
  const param = (key: string): string => String(params[key]);
  switch (fact) {
    case 'lead':
    case 'account':
      return `the ${fact}’s ${String(path).replace(/^\$\./, '')} ${compared(operator, value)}`;
    case 'eventCount':
      return `${amount(operator, value)} ${eventsInWords(params)}`;
    case 'eventSum':
    case 'eventMin':
    case 'eventMax':
    case 'eventAvg':
      return `the ${AGGREGATE_WORDS[fact]} ${param('property')} of ${eventsInWords(params)} ${compared(operator, value)}`;
    case 'daysSince':
      return daysSince(eventsInWords(params, ''), operator, value);
    case 'score':
      return `${amount(operator, value)} points of ${param('model')}`;
    case 'grade':
      return `the grade of ${param('model')} ${compared(operator, value)}`;
    case 'stage':
      return `the stage ${compared(operator, value)}`;
    case 'consent':
      return `the consent to ${param('topic')} by ${param('channel')} ${compared(operator, value)}`;
    case 'inJourney':
      return `on the way in ${param('journey')} ${compared(operator, value)}`;
    case 'touchpointCount':
      return `${amount(operator, value)} ${touchpointsInWords(params)}`;
    case 'accountCount':
      return `${amount(operator, value)} leads of the account in ${param('condition')}`;
    default:
      return [fact, path, params && Object.keys(params).length > 0 ? stableJson(params) : undefined, compared(operator, value)]
        .filter((part) => part !== undefined)
        .join(' ');
  }
}

/** Which events are meant: `page_viewed in the last 7 days (path begins with "/pricing")`. `ever`: what is said where no window is. */
export function eventsInWords({ event, within, where }: Readonly<Record<string, unknown>>, ever = 'ever'): string {
  const tests = Object.entries((where ?? {}) as JsonObject).map(([name, test]) => `${name} ${propertyTest(test)}`);
  const window = typeof within === 'string' ? `in the last ${durationInWords(within)}` : ever;
  return [String(event), window, tests.length > 0 ? `(${tests.join(', ')})` : ''].filter((part) => part !== '').join(' ');
}

/** `7d` → `7 days`. */
export function durationInWords(text: string): string {
  const [, number = '', unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const word = { m: 'minute', h: 'hour', d: 'day' }[unit];
  return word === undefined ? text : `${number} ${word}${number === '1' ? '' : 's'}`;
}

const AGGREGATE_WORDS = { eventSum: 'sum of', eventMin: 'least', eventMax: 'greatest', eventAvg: 'average' } as const;

function propertyTest(test: Json): string {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return compared('equal', test);
  const { startsWith, in: list } = test as JsonObject;
  return startsWith === undefined ? compared('in', list ?? []) : compared('startsWith', startsWith);
}

function touchpointsInWords({ channel, content, state, within }: JsonObject): string {
  const kind = [state, 'touchpoints', content && `of ${String(content)}`, channel && `by ${String(channel)}`];
  const window = typeof within === 'string' ? `in the last ${durationInWords(within)}` : 'ever';
  return [...kind, window].filter((part) => part !== undefined).join(' ');
}

function daysSince(events: string, operator: string, value: Json): string {
  if (operator === 'isSet') return `there was ${events}`;
  if (operator === 'isNotSet') return `there never was ${events}`;
  return `${amount(operator, value)} whole days since the newest ${events}`;
}

const AMOUNTS: Readonly<Record<string, string>> = {
  equal: 'exactly',
  notEqual: 'not exactly',
  notIn: 'not',
  in: '',
  lessThan: 'less than',
  lessThanInclusive: 'at most',
  atMost: 'at most',
  greaterThan: 'more than',
  greaterThanInclusive: 'at least',
  atLeast: 'at least',
};

/** How many: `at least 2`, `no`. */
function amount(operator: string, value: Json): string {
  if (operator === 'equal' && value === 0) return 'no';
  return `${AMOUNTS[operator] ?? operator} ${said(value)}`.trim();
}

const COMPARISONS: Readonly<Record<string, string>> = {
  equal: 'is',
  notEqual: 'is not',
  in: 'is',
  notIn: 'is not',
  contains: 'has',
  doesNotContain: 'has not',
  containsAny: 'has',
  startsWith: 'begins with',
  endsWith: 'ends with',
  matches: 'matches',
  before: 'is before',
  after: 'is after',
};

function compared(operator: string, value: Json): string {
  if (operator === 'isSet') return 'is known';
  if (operator === 'isNotSet') return 'is unknown';
  if (operator === 'withinLast') return `is within the last ${durationInWords(String(value))}`;
  const words = COMPARISONS[operator];
  return words === undefined ? `is ${amount(operator, value)}` : `${words} ${said(value)}`;
}

function said(value: Json): string {
  return Array.isArray(value) ? value.map((one) => JSON.stringify(one)).join(' or ') : JSON.stringify(value);
}
