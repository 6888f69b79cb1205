import { DAY, durationMs, type Json, type JsonObject } from '@tendril/kernel';
import { isAggregate } from '../language/aggregates.ts';
import { grouped } from '../language/grouped.ts';
import { fit, type Test, valuesClash, wantedNumbers } from './clash-values.ts';

/** How many events of a type pass all tests and are younger than `age` milliseconds (all of them: Infinity). */
interface Count {
  readonly where: JsonObject;
  readonly age: number;
}

/** What one fact demands of counts. */
interface Demand {
  readonly count: Count;
  holds(number: number): boolean;
  /** Numbers near which `holds` may change. */
  readonly turns: readonly number[];
}

/** More ways than this in which days since events can lie, and nothing is concluded. */
const MOST_WAYS = 64;

/**
 * Can no history answer all tests about one type of event, or about touchpoints, as wanted? Everything is told as counts: those of a window are never
 * above those of a longer window or of a wider `where`, and the newest event is `d` days old when none is younger than d days
 * and one is younger than d + 1. The least counts that answer every test are tried; if they run past an answer, all do.
 */
export function eventsClash(tests: readonly Test[]): boolean {
  const groups = [...grouped(tests, ({ key }) => key).values()];
  const ways = groups.map((group) => demandsOf(group));
  if (ways.some((each) => each.length === 0)) return true;
  if (ways.reduce((product, each) => product * each.length, 1) > MOST_WAYS) return false;
  return combinations(ways).every((demands) => !satisfiable(demands.flat()));
}

function combinations<Item>(lists: readonly (readonly Item[])[]): Item[][] {
  return lists.reduce<Item[][]>((sofar, list) => sofar.flatMap((start) => list.map((item) => [...start, item])), [[]]);
}

/** Each way in which one fact can answer its tests, as what it demands of counts; empty when there is none. */
function demandsOf(tests: readonly Test[]): Demand[][] {
  const [first] = tests;
  if (!first) return [[]];
  const { fact, params = {} } = first.leaf;
  const { event: _event, property: _property, within, where: tested, ...others } = params;
  const where = { ...(tested as JsonObject | undefined), ...others };
  const age = within === undefined ? Infinity : durationMs(String(within));
  if (fact === 'daysSince') return ages(tests).map((one) => demandsOfAge(where, one));
  if (!isAggregate(fact)) return [[{ count: { where, age }, holds: (number) => fit(number, tests), turns: turnsOf(tests) }]];
  if (valuesClash(tests, { missing: true, type: 'number' }) && !fit(NaN, tests)) return [];
  // Where no answer is right for "missing", there is an event at least.
  return fit(undefined, tests) ? [[]] : [[some({ where, age })]];
}

function turnsOf(tests: readonly Test[]): number[] {
  return tests.flatMap(({ leaf }) => wantedNumbers(leaf)).flatMap((number) => [Math.floor(number), Math.floor(number) + 1, Math.ceil(number), Math.ceil(number) + 1]);
}

const some = (count: Count): Demand => ({ count, holds: (number) => number >= 1, turns: [1] });
const none = (count: Count): Demand => ({ count, holds: (number) => number === 0, turns: [] });

/** Whole days since the newest event, the first and the one after the last; null for never. */
type Ages = readonly [first: number, end: number] | null;

function ages(tests: readonly Test[]): Ages[] {
  const turns = [...new Set([0, ...turnsOf(tests).filter((turn) => turn > 0)])].sort((a, b) => a - b);
  const found: Ages[] = fit(undefined, tests) ? [null] : [];
  for (const [at, first] of turns.entries()) {
    const end = turns[at + 1] ?? Infinity;
    const before = found.at(-1);
    if (!fit(first, tests)) continue;
    if (before?.[1] === first) found[found.length - 1] = [before[0], end];
    else found.push([first, end]);
  }
  return found;
}

function demandsOfAge(where: JsonObject, range: Ages): Demand[] {
  if (range === null) return [none({ where, age: Infinity })];
  const [first, end] = range;
  const newest = some({ where, age: end * DAY });
  return first === 0 ? [newest] : [none({ where, age: first * DAY }), newest];
}

/** Raises every count to the least number that its demands allow and that no count within it exceeds, until nothing moves. */
function satisfiable(demands: readonly Demand[]): boolean {
  const least = demands.map(() => 0);
  for (let moved = true; moved; ) {
    moved = false;
    for (const [at, demand] of demands.entries()) {
      const floor = Math.max(...demands.map(({ count }, other) => (isWithin(count, demand.count) ? (least[other] ?? 0) : 0)));
      const raised = [floor, ...demand.turns].filter((number) => number >= floor && demand.holds(number)).reduce((a, b) => Math.min(a, b), Infinity);
      if (raised === Infinity) return false;
      moved ||= raised !== least[at];
      least[at] = raised;
    }
  }
  return true;
}

function isWithin(inner: Count, outer: Count): boolean {
  return inner.age <= outer.age && isNarrower(inner.where, outer.where);
}

/** Does every event that passes the first tests pass the second ones? */
function isNarrower(inner: JsonObject, outer: JsonObject): boolean {
  return Object.entries(outer).every(([name, test]) => {
    const own = Object.hasOwn(inner, name) ? inner[name] : undefined;
    return own !== undefined && propertyFollows(own, test);
  });
}

function propertyFollows(inner: Json, outer: Json): boolean {
  const [wanted, given] = [propertyTest(outer), propertyTest(inner)];
  if (typeof wanted === 'string') {
    const texts = typeof given === 'string' ? [given] : given;
    return texts.every((text) => typeof text === 'string' && text.startsWith(wanted));
  }
  return typeof given !== 'string' && given.every((value) => wanted.includes(value));
}

/** What the property must begin with, or the values that it may have. */
function propertyTest(test: Json): string | readonly Json[] {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return [test];
  const { startsWith, in: list } = test as JsonObject;
  return startsWith === undefined ? ((list ?? []) as readonly Json[]) : String(startsWith);
}
