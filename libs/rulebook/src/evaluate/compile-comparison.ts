import { durationMs, type Json } from '@tendril/kernel';
import { momentOf } from '../language/moment.ts';

/** JSON is JavaScript, so a value of a rule file can never become anything but data. */
export const literal = (value: Json): string => JSON.stringify(value);

const SYMBOLS: Readonly<Record<string, string>> = {
  lessThan: '<',
  lessThanInclusive: '<=',
  greaterThan: '>',
  greaterThanInclusive: '>=',
  atLeast: '>=',
  atMost: '<=',
};

/** Does the operator ask for more or less? */
export const isOrder = (operator: string): boolean => operator in SYMBOLS;

/**
 * JavaScript that compares as json-rules-engine does. `fact` is the name of a variable.
 * For `before`, `after` and `withinLast` the variable holds a moment in Unix milliseconds, or NaN.
 * `numeric`: the fact is a number or undefined for sure, so the engine's "reads as a number" need not be asked.
 */
export function comparison(operator: string, fact: string, value: Json, numeric: boolean): string {
  const wanted = literal(value);
  const symbol = SYMBOLS[operator];
  if (symbol !== undefined) {
    const compared = `${fact} ${symbol} ${wanted}`;
    return numeric ? `(${compared})` : `(typeof ${fact} === "number" ? ${compared} : readsAsNumber(${fact}) && ${compared})`;
  }
  switch (operator) {
    case 'equal':
      return `(${fact} === ${wanted})`;
    case 'notEqual':
      return `(${fact} !== ${wanted})`;
    case 'in':
      return oneOf(fact, value);
    case 'notIn':
      return `!${oneOf(fact, value)}`;
    case 'contains':
      return `(Array.isArray(${fact}) && ${fact}.indexOf(${wanted}) > -1)`;
    case 'doesNotContain':
      return `(Array.isArray(${fact}) && ${fact}.indexOf(${wanted}) === -1)`;
    case 'containsAny':
      return `(Array.isArray(${fact}) && (${items(value).map((item) => `${fact}.includes(${literal(item)})`).join(' || ')}))`;
    case 'startsWith':
    case 'endsWith':
      return `(typeof ${fact} === "string" && ${fact}.${operator}(${wanted}))`;
    case 'matches':
      return `matches(${fact}, ${wanted})`;
    case 'before':
      return `(${fact} < ${momentOf(value)})`;
    case 'after':
      return `(${fact} > ${momentOf(value)})`;
    case 'withinLast':
      return `(${fact} <= now && ${fact} > now - ${durationMs(String(value))})`;
    case 'isSet':
      return `(${fact} !== undefined && ${fact} !== null)`;
    default:
      return `(${fact} === undefined || ${fact} === null)`;
  }
}

/** The same for two attributes. `other` is the variable of the second one, which may hold anything, too. */
export function comparisonOfTwo(operator: string, fact: string, other: string): string {
  const symbol = SYMBOLS[operator];
  if (symbol === undefined) return `(${fact} ${operator === 'equal' ? '===' : '!=='} ${other})`;
  return `(readsAsNumber(${fact}) && ${fact} ${symbol} comparable(${other}))`;
}

/** Is the variable equal to one of a list's values? */
export function oneOf(fact: string, list: Json): string {
  return `(${items(list).map((item) => `${fact} === ${literal(item)}`).join(' || ')})`;
}

function items(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/**
 * The whole numbers from 1 on at which a comparison with a count of something changes its answer: it differs between
 * n − 1 and n. Between two of them, time may pass unwatched.
 */
export function turningPoints(operator: string, value: Json): number[] {
  const wanted = items(value).filter((item) => typeof item === 'number');
  const points = wanted.flatMap((item) => turnsAt(operator, item));
  const found = (n: number): boolean => wanted.includes(n);
  return points.filter((n) => n >= 1 && (isOrder(operator) || found(n - 1) !== found(n)));
}

function turnsAt(operator: string, value: number): number[] {
  switch (operator) {
    case 'lessThan':
    case 'greaterThanInclusive':
    case 'atLeast':
      return [Math.ceil(value)];
    case 'lessThanInclusive':
    case 'atMost':
    case 'greaterThan':
      return [Math.floor(value) + 1];
    default:
      return Number.isInteger(value) ? [value, value + 1] : [];
  }
}
