import type { Json } from '@tendril/kernel';
import { checkFact } from '../load/check-fact.ts';
import { factKey } from '../load/check-guards.ts';
import { eventsClash } from './clash-events.ts';
import { pointsClash, reachableLetters } from './clash-points.ts';
import { type Possible, type Test, valuesClash } from './clash-values.ts';
import type { Names } from '../language/names.ts';
import { operatorTraits } from '../language/operators.ts';
import { type Reach, reachablePoints } from './reachable-points.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import type { ScoringModel } from '../language/types.ts';

/** Facts whose values have to do with each other, so that comparisons with them are looked at together. */
export interface Family {
  readonly key: string;
  /** Can the tests not all be answered as wanted? */
  clash(tests: readonly Test[]): boolean;
  /** Why a value is never reached, `scoring/fit gives 60 points at most`, and what to write. */
  readonly limits?: string;
  readonly remedy?: string;
}

/**
 * What proofs may rely on. Stored attributes may be older than the tracking plan, and CSV imports and vendors have sent numbers
 * as texts, so by themselves they may be any JSON at all. With `byPlan` they are what tracking-plan.json says, or missing:
 * what follows only then is a warning. Counts, scores, grades, stages and consents are made by Tendril itself.
 */
export interface Grounds {
  /** Null, or without the rule, where something is wrong with its file. */
  readonly names: Names;
  readonly byPlan: boolean;
}

/** The family of a comparison; null for facts, operators and values that nothing is known about here: each answers as it likes. */
export function familyOf(leaf: Leaf, grounds: Grounds): Family | null {
  const known = Object.hasOwn(FAMILIES, leaf.fact) ? FAMILIES[leaf.fact] : undefined;
  return known && isUsual(leaf) ? known(leaf, grounds) : null;
}

/** Compares with a text, a number, true or a list of them by an operator that takes it; not with another fact, for example. */
function isUsual({ operator, value }: Leaf): boolean {
  const traits = operatorTraits(operator);
  const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
  if (!traits || Array.isArray(value) !== (traits.wants === 'list') || items.some((item) => typeof item === 'object')) return false;
  return traits.types.some((type) => type !== 'number') || typeof value === 'number';
}

/** How to reason about each fact. A new one without a line here is passed over. */
const FAMILIES: Readonly<Record<string, (leaf: Leaf, grounds: Grounds) => Family | null>> = {
  lead: attribute,
  account: attribute,
  eventCount: events,
  daysSince: events,
  eventSum: events,
  eventMin: events,
  eventMax: events,
  eventAvg: events,
  score: points,
  grade: points,
  stage: oneOf,
  consent: oneOf,
  interest,
  inJourney: (leaf) => valuesFamily(leaf, [true, false], false),
  touchpointCount: counts,
  accountCount: counts,
};

function attribute(leaf: Leaf, { names, byPlan }: Grounds): Family | null {
  const traits = byPlan ? checkFact(leaf, names).traits : null;
  const possible: Possible = traits ? { missing: true, type: traits.type, ...(traits.type !== 'texts' && { values: traits.values }) } : { missing: true };
  return { key: factKey(leaf), clash: (tests) => valuesClash(tests, possible), ...(traits?.values && { limits: `it is ${listed(traits.values)}`, remedy: POSSIBLE }) };
}

const POSSIBLE = 'Write a value that it can have.';

function events(leaf: Leaf): Family {
  const family = { key: `events ${String(leaf.params?.['event'])}`, clash: eventsClash };
  if (leaf.fact === 'eventCount') return { ...counts(leaf), ...family };
  if (leaf.fact === 'daysSince') return { ...family, limits: 'days since an event are whole and 0 at least', remedy: '"atMost" 0 asks for the last 24 hours.' };
  return family;
}

/** Params are tests: the more of them, the less is counted. */
function counts({ fact }: Leaf): Family {
  return { key: fact, clash: eventsClash, limits: 'a count is a whole number from 0 on', remedy: '"atLeast" 1 asks for some, "equal" 0 for none.' };
}

/** A text or nothing, whatever was stored: what is no text names no topic. */
function interest(leaf: Leaf, { names, byPlan }: Grounds): Family {
  const values = byPlan ? checkFact(leaf, names).traits?.values : undefined;
  const limits = values && { limits: `it is ${listed(values)}`, remedy: POSSIBLE };
  return { key: factKey(leaf), clash: (tests) => valuesClash(tests, { missing: true, type: 'text', values }), ...limits };
}

/** A fact that has one of a few texts. */
function oneOf(leaf: Leaf, { names }: Grounds): Family | null {
  const { traits } = checkFact(leaf, names);
  return traits?.values ? valuesFamily(leaf, traits.values, traits.optional) : null;
}

function valuesFamily(leaf: Leaf, values: readonly Json[], missing: boolean): Family {
  return { key: factKey(leaf), clash: (tests) => valuesClash(tests, { missing, values }), limits: `it is ${listed(values)}${missing ? ', or unknown' : ''}`, remedy: POSSIBLE };
}

function points(leaf: Leaf, { names }: Grounds): Family | null {
  const id = String(leaf.params?.['model']);
  const model = names.models.get(id);
  if (!model) return null;
  if (model.axes) return axes(leaf, model.axes.map((axis) => names.models.get(axis)));
  const reach = reachablePoints(model);
  const limits = leaf.fact === 'grade' ? letterLimits(model, reach) : pointLimits(id, reach);
  return { key: `points ${id}`, clash: (tests) => pointsClash(tests, model, reach), limits, remedy: `Ask for what it gives, or change the points in ${id}.json.` };
}

/** Both letters, one after the other. Two models always have a grade each. */
function axes(leaf: Leaf, models: readonly (ScoringModel | null | undefined)[]): Family | null {
  const [first, second] = models.map((model) => model && !model.axes && reachableLetters(model, reachablePoints(model)));
  if (!first || !second) return null;
  return valuesFamily(leaf, first.flatMap((one) => second.map((other) => one + other)), true);
}

function letterLimits(model: ScoringModel, reach: Reach): string {
  return `${model.id} gives ${listed(reachableLetters(model, reach))}, from ${reach.least / 1000} to ${reach.most / 1000} points`;
}

function pointLimits(id: string, { least, most, sums }: Reach): string {
  const few = sums && sums.length <= 8 ? [...sums].sort((a, b) => a - b).map((milli) => milli / 1000) : null;
  if (few) return `${id} gives ${listed(few)} points`;
  return `${id} gives ${least / 1000} points at least and ${most / 1000} at most${sums ? ', and not all between' : ''}`;
}

function listed(values: readonly Json[]): string {
  const words = values.map((value) => JSON.stringify(value));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;
}
