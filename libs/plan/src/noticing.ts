import type { LeadState } from '@tendril/decisions';
import { type Condition, type Leaf, leavesOf, placeOf, type Rulebook } from '@tendril/rulebook';
import type { AtOnce, Notice } from './plan.ts';
import type { Population } from './population.ts';
import type { FileChange } from './rule-changes.ts';

/** All that is known when notices are looked for. */
export interface Noticing {
  readonly before: Rulebook;
  readonly after: Rulebook;
  readonly population: Population;
  /** Where each lead stands before and after, in the order of the population. */
  readonly stood: { readonly before: readonly LeadState[]; readonly after: readonly LeadState[] };
  readonly changes: readonly FileChange[];
  readonly atOnce: AtOnce;
  /** Types of events that the population has; undefined for all. */
  readonly eventTypes: readonly string[] | undefined;
}

/** A condition tree of a rulebook, and where it stands. */
export interface PlacedCondition {
  /** The rule that it belongs to, for people: `segments/x`, `stages decision`. */
  readonly of: string;
  readonly file: string;
  readonly path: readonly (string | number)[];
  readonly condition: Condition;
}

/** A sentence about a place of the rules after; about a file that is gone, of the rules before. */
export function noticeAt({ before, after }: Noticing, file: string, path: readonly (string | number)[], message: string): Notice {
  const source = [...after.sources, ...before.sources].find((one) => one.path === file);
  return { file, line: source ? placeOf(source, path).line : 1, message };
}

/** Every live condition tree. */
export function conditionsOf({ segments, stages, models }: Rulebook): PlacedCondition[] {
  const live = <Rule extends { readonly status: string }>(rules: readonly Rule[]): Rule[] => rules.filter(({ status }) => status === 'live');
  return [
    ...live(segments).map(({ id, conditions }) => ({ of: id, file: `${id}.json`, path: ['conditions'], condition: conditions })),
    ...stages.flatMap(({ name, conditions }, at) => (conditions ? [{ of: `the stage ${name}`, file: 'stages.json', path: ['stages', at, 'conditions'], condition: conditions }] : [])),
    ...live(models).flatMap(({ id, rules }) =>
      rules.flatMap((rule, at) => ('conditions' in rule ? [{ of: `${rule.name} of ${id}`, file: `${id}.json`, path: ['rules', at, 'conditions'], condition: rule.conditions }] : [])),
    ),
  ];
}

/** The comparisons of a tree, with the way to each. */
export function comparisonsOf({ condition, path }: Pick<PlacedCondition, 'condition' | 'path'>): { readonly leaf: Leaf; readonly path: readonly (string | number)[] }[] {
  return leavesOf(condition, path).flatMap((found) => ('fact' in found.condition ? [{ leaf: found.condition, path: found.path }] : []));
}
