import type { TrackingPlan } from '@tendril/events';
import { DAY, type Json, type JsonObject } from '@tendril/kernel';
import { isAggregate, runningAggregates } from '../language/aggregates.ts';
import { type Change, keysOf } from './apply-changes.ts';
import { own } from '../evaluate/compile-facts.ts';
import { turningPoints } from '../evaluate/compile-comparison.ts';
import { matching } from './engine-facts.ts';
import { momentOf } from '../language/moment.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import type { LeadFacts } from '../language/types.ts';

/** About whom, when, and what the rules and the plan know of an attribute's values. */
export interface LeafQuestion {
  readonly lead: LeadFacts;
  readonly now: Date;
  /** Values that some rule compares the same attribute with. */
  readonly valuesOf: (leaf: Leaf) => readonly Json[];
  readonly plan: TrackingPlan;
}

/** More events than this are no advice. */
const MOST_EVENTS = 100;

/** Single changes after which a comparison may come out otherwise, the most plausible first. Whether they do, the caller tries. */
export function leafChanges(leaf: Leaf, question: LeafQuestion): Change[] {
  if (leaf.fact === 'lead' || leaf.fact === 'account') return attributeChanges(leaf, leaf.fact, question);
  if (leaf.fact === 'consent') {
    const [channel, topic] = [String(leaf.params?.['channel']), String(leaf.params?.['topic'])];
    return (['granted', 'denied'] as const).map((state) => ({ kind: 'consent', channel, topic, state }));
  }
  if (leaf.fact === 'eventCount') {
    const found = matching(question.lead, leaf.params ?? {}, question.now).length;
    return timesUntil(turningPoints(leaf.operator, leaf.value), found).map((times) => eventChange(leaf.params ?? {}, times));
  }
  if (leaf.fact === 'daysSince') return [eventChange(leaf.params ?? {}, 1)];
  if (isAggregate(leaf.fact)) return aggregateChanges(leaf, question);
  return [];
}

function timesUntil(turns: readonly number[], found: number): number[] {
  const times = turns.map((turn) => turn - found).filter((n) => n >= 1 && n <= MOST_EVENTS);
  return [...new Set(times)].sort((a, b) => a - b);
}

/** So many events that pass the test of the params, with examples as properties. */
export function eventChange({ event, where, within }: { readonly [param: string]: Json | undefined }, times: number, more: JsonObject = {}): Change {
  const test = (where ?? {}) as JsonObject;
  return {
    kind: 'event',
    event: String(event),
    times,
    ...(where !== undefined && { where: test }),
    properties: { ...more, ...Object.fromEntries(Object.entries(test).map(([name, wanted]) => [name, exampleOf(wanted)])) },
    ...(typeof within === 'string' && { within }),
  };
}

function exampleOf(test: Json): Json {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return test;
  const { startsWith, in: list } = test as { readonly startsWith?: string; readonly in?: readonly Json[] };
  return startsWith ?? list?.[0] ?? null;
}

/** One more event, with the number that brings the sum, the least, the greatest or the mean to a compared number or beside it. */
function aggregateChanges({ fact, params = {}, value }: Leaf, { lead, now }: LeafQuestion): Change[] {
  const property = String(params['property']);
  const numbers = matching(lead, params, now).flatMap(({ properties }) => {
    const number = Object.hasOwn(properties, property) ? properties[property] : undefined;
    return typeof number === 'number' ? [number] : [];
  });
  const sum = runningAggregates('eventSum', numbers).at(-1) ?? 0;
  const targets = listOf(value).flatMap((one) => (typeof one === 'number' ? [one, one + 1, one - 1] : [1]));
  const needed = targets.map((target) => {
    if (fact === 'eventSum') return target - sum;
    return fact === 'eventAvg' ? target * (numbers.length + 1) - sum : target;
  });
  const plausible = [...new Set(needed.map((number) => Math.round(number * 1000) / 1000))].filter((number) => number >= 0);
  return plausible.map((number) => eventChange(params, 1, { [property]: number }));
}

function attributeChanges(leaf: Leaf, of: 'lead' | 'account', { lead, now, valuesOf, plan }: LeafQuestion): Change[] {
  const path = leaf.path ?? '$';
  const keys = keysOf(path);
  const root: unknown = of === 'lead' ? lead.attributes : lead.account;
  const parents = keys.slice(0, -1).map((_, at) => keys.slice(0, at + 1).reduce(own, root));
  // Inside a text or a list nothing can be set.
  if (parents.some((parent) => parent !== undefined && (typeof parent !== 'object' || parent === null || Array.isArray(parent)))) return [];
  const found = keys.reduce(own, root) as Json | undefined;
  const change = (to: Json, example: boolean): Change => ({ kind: 'attribute', of, path, to, example });
  const wanted = wantedValues(leaf, found, now);
  // What is compared with another attribute names a fact in its place: no value of an attribute.
  const plain = (other: Json): boolean => typeof other !== 'object' || Array.isArray(other);
  const others = [...valuesOf(leaf), ...plannedValues(plan, of, keys)].filter((other) => plain(other) && other !== found && !wanted.includes(other));
  return [
    ...wanted.filter(plain).map((to) => change(to, LOOSE.includes(leaf.operator))),
    ...others.map((to) => change(to, true)),
    ...(found === undefined || found === null ? [] : [change(null, false)]),
  ];
}

/** Operators that more values pass than the one that is shown. */
const LOOSE = ['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive', 'atLeast', 'atMost', 'startsWith', 'endsWith', 'before', 'after', 'withinLast', 'notEqual', 'notIn'];

/** Values that follow from what a comparison wants; those that pass it and, for numbers and dates, the nearest that do not. */
function wantedValues({ operator, value }: Leaf, found: Json | undefined, now: Date): Json[] {
  const list = Array.isArray(found) ? (found as readonly Json[]) : [];
  switch (operator) {
    case 'equal':
    case 'startsWith':
    case 'endsWith':
    case 'in':
      return [...listOf(value)];
    case 'contains':
      return [[...list, value]];
    case 'containsAny':
      return listOf(value).map((item) => [...list, item]);
    case 'doesNotContain':
      return [list.filter((item) => item !== value)];
    case 'before':
    case 'after':
      return [-1, 1].map((days) => new Date(momentOf(value) + days * DAY).toISOString());
    case 'withinLast':
      return [now.toISOString()];
    default:
      return typeof value === 'number' ? [value, value + 1, value - 1] : [];
  }
}

/** What the tracking plan knows of an attribute: its values, or something of its type. */
function plannedValues(plan: TrackingPlan, of: 'lead' | 'account', [name = '', ...inner]: readonly string[]): readonly Json[] {
  const attributes = of === 'lead' ? plan.attributes : plan.account;
  const planned = inner.length === 0 && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (!planned) return [];
  return planned.values ?? { string: ['any'], number: [1], boolean: [true, false], date: [], strings: [['any']] }[planned.type];
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}
