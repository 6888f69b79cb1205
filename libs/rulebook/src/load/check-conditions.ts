import type { Json } from '@tendril/kernel';
import { checkFact, firstUnfit, type LeafProblem } from './check-fact.ts';
import { checkGuards } from './check-guards.ts';
import { Duration } from '../language/condition-schema.ts';
import { type JsonFile, type JsonPath, problemAt, problemAtKey } from './json-file.ts';
import { momentOf } from '../language/moment.ts';
import { type FactTraits, type Names, notLive, unknownName } from '../language/names.ts';
import { OPERATORS, operatorTraits, type OperatorTraits, TWO_SIDED, type ValueType } from '../language/operators.ts';
import { dependencyOf, type Found, type Leaf, leavesOf, otherSide } from '../evaluate/rule-graph.ts';
import { transitionRead } from '../evaluate/transition-reads.ts';
import { patternProblem } from '../language/text-pattern.ts';
import type { Condition, Problem } from '../language/types.ts';

/** A condition tree, and where it stands. */
export interface PlacedCondition {
  readonly file: JsonFile;
  readonly path: JsonPath;
  readonly condition: Condition;
  /** Does the rule take part? Then all that it builds on must too. */
  readonly live: boolean;
}

/** Everything that Zod cannot know: do the names exist, do the values fit the facts, are negative comparisons guarded? */
export function checkConditions(placed: PlacedCondition, names: Names): Problem[] {
  const { file, path, condition } = placed;
  const found = leavesOf(condition, path);
  const problems = found.flatMap((leaf) => {
    const inner = 'condition' in leaf.condition ? reference(leaf.condition.condition, names) : checkLeaf(leaf.condition, names);
    const needed = placed.live ? needsLive(leaf, names) : undefined;
    return [...inner, ...(needed ? [{ path: [], ...needed }] : [])].map((one: LeafProblem) => {
      const at = [...leaf.path, ...one.path];
      if (one.atKey) return problemAtKey(file, at, one.message, one.hint);
      return problemAt(file, at, one.message, one.hint, one.warning ? 'warning' : 'error');
    });
  });
  if (problems.some(({ severity }) => severity === 'error')) return problems;
  const unguarded = checkGuards(condition, path, (leaf) => checkFact(leaf, names).traits);
  return [...problems, ...unguarded.map((one) => problemAt(file, one.path, one.message, one.hint))];
}

function reference(id: string, names: Names): LeafProblem[] {
  const unknown = unknownName('segment', id, names.segments.keys());
  return unknown ? [{ path: ['condition'], ...unknown }] : [];
}

function needsLive(leaf: Found, names: Names): ReturnType<typeof notLive> {
  const id = dependencyOf(leaf);
  if ('fact' in leaf.condition && leaf.condition.fact === 'inJourney') {
    const journey = String(leaf.condition.params?.['journey']);
    return notLive('journey', journey, names.journeys.get(journey));
  }
  const read = 'fact' in leaf.condition ? transitionRead(leaf.condition)?.subjects : undefined;
  return [...(id === undefined ? [] : [id]), ...(read ?? [])].map((one) => notLiveRule(one, names)).find((problem) => problem !== undefined);
}

/** A draft makes no transitions either. */
function notLiveRule(id: string, names: Names): ReturnType<typeof notLive> {
  return notLive('segment', id, names.segments.get(id)) ?? notLive('scoring model', id, names.models.get(id));
}

function checkLeaf(leaf: Leaf, names: Names): LeafProblem[] {
  const { traits, problems } = checkFact(leaf, names);
  const operator = operatorTraits(leaf.operator);
  if (problems.length > 0 || !traits || !operator) return [...problems];
  const wrongOperator = operatorProblem(leaf.operator, operator, traits.type);
  if (wrongOperator) return [{ path: ['operator'], ...wrongOperator }];
  const other = otherSide(leaf);
  if (other) return twoSidedProblems(leaf, traits, other, names);
  const wrongValue = valueProblem(operator, leaf.operator, leaf.value, traits);
  if (wrongValue) return [{ path: ['value'], ...wrongValue }];
  return neverIsNotLongAgo(leaf);
}

/** The other attribute exists, can be compared so, and is of the same kind. */
function twoSidedProblems(leaf: Leaf, { type, values }: FactTraits, other: Leaf, names: Names): LeafProblem[] {
  if (!TWO_SIDED.includes(leaf.operator)) {
    const hint = `Compare two attributes with ${TWO_SIDED.join(', ')}.`;
    return [{ path: ['value'], message: `"${leaf.operator}" compares with a value that stands here`, hint }];
  }
  const { traits, problems } = checkFact(other, names);
  if (problems.length > 0 || !traits) return problems.map((one) => ({ ...one, path: ['value', ...one.path] }));
  const pair = `${leaf.fact} ${String(leaf.path)} and ${other.fact} ${String(other.path)}`;
  if (traits.type !== type) {
    return [{ path: ['value'], message: `One is ${KINDS[type]}, the other ${KINDS[traits.type]}`, hint: `Compare attributes of one kind: ${pair} differ.` }];
  }
  if (leaf.fact === other.fact && leaf.path === other.path) {
    return [{ path: ['value'], message: 'This compares an attribute with itself', hint: 'Name another attribute.' }];
  }
  const disjoint = values && traits.values && !values.some((value) => traits.values?.includes(value));
  return disjoint ? [{ path: ['value'], message: `${pair} can never be equal`, hint: 'Their "values" in tracking-plan.json have nothing in common.' }] : [];
}

const KINDS: Readonly<Record<ValueType, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date',
  texts: 'a list of texts',
};

function operatorProblem(name: string, operator: OperatorTraits, type: ValueType): { message: string; hint: string } | undefined {
  if (operator.types.includes(type)) return undefined;
  const fitting = Object.entries(OPERATORS).flatMap(([each, { types }]) => ((types as readonly ValueType[]).includes(type) ? [each] : []));
  return { message: `"${name}" does not work on ${KINDS[type]}`, hint: `Use ${fitting.join(', ')}.` };
}

function valueProblem(operator: OperatorTraits, name: string, value: Json, traits: FactTraits): { message: string; hint: string } | undefined {
  if (operator.wants === 'true') {
    const other = name === 'isSet' ? 'isNotSet' : 'isSet';
    return value === true ? undefined : { message: `"${name}" is asked with true`, hint: `Write "value": true; the opposite is "${other}".` };
  }
  const isList = Array.isArray(value);
  if (operator.wants === 'list' && !isList) return { message: `"${name}" compares with a list`, hint: `Write [${JSON.stringify(value)}].` };
  if (operator.wants === 'one' && isList) {
    return { message: `"${name}" compares with one value, not a list`, hint: LISTS[name] ?? 'Write one value, or several comparisons in "any".' };
  }
  const free = name === 'startsWith' || name === 'endsWith' || name === 'matches';
  return firstUnfit(isList ? value : [value], traits.type, free ? undefined : traits.values) ?? formProblem(name, String(value));
}

/** Patterns, moments and durations have a form of their own. */
function formProblem(name: string, value: string): { message: string; hint: string } | undefined {
  if (name === 'matches') return patternProblem(value);
  if (name === 'withinLast' && !Duration.safeParse(value).success) {
    return { message: `"${value}" is no duration`, hint: 'Write a whole number and m, h or d: "30d".' };
  }
  if ((name === 'before' || name === 'after') && Number.isNaN(momentOf(value))) {
    return { message: `"${value}" is no date`, hint: 'Write "2026-03-01", which is its midnight in UTC, or "2026-03-01T09:00:00Z".' };
  }
  return undefined;
}

/** Which operator takes a list where this one does not. */
const LISTS: Readonly<Record<string, string>> = {
  equal: 'Use "in".',
  notEqual: 'Use "notIn".',
  contains: 'Use "containsAny".',
};

function neverIsNotLongAgo(leaf: Leaf): LeafProblem[] {
  const longAgo = ['atLeast', 'greaterThan', 'greaterThanInclusive'].includes(leaf.operator);
  if (leaf.fact !== 'daysSince' || !longAgo) return [];
  return [
    {
      path: ['operator'],
      warning: true,
      message: 'This is false for leads who never did it',
      hint: 'To reach them too, ask for { "fact": "eventCount", "params": { "event": …, "within": "7d" }, "operator": "equal", "value": 0 }.',
    },
  ];
}
