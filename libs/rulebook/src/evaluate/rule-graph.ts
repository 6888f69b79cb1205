import type { Condition } from '../language/types.ts';
import type { JsonPath } from '../load/json-file.ts';

/** A comparison: the end of a condition tree. */
export type Leaf = Extract<Condition, { readonly fact: string }>;

/** The other attribute that a comparison's `value` asks for, as a question of its own; undefined for a value that stands there. */
export function otherSide({ value }: Leaf): Leaf | undefined {
  if (value === null || typeof value !== 'object' || !('fact' in value)) return undefined;
  return { fact: String(value['fact']), path: String(value['path']), operator: 'isSet', value: true };
}

/** The keys that a comparison's path leads through; the first one is an attribute's name. */
export function keysOf({ path = '' }: Leaf): string[] {
  return path.replace(/^\$\.?/, '').split('.');
}

/** A node of a condition tree that is not a branch, with the way to it. */
export interface Found {
  readonly condition: Leaf | { readonly condition: string };
  readonly path: JsonPath;
}

/** Every comparison and every reference of a condition tree, in reading order. */
export function leavesOf(condition: Condition, path: JsonPath = []): Found[] {
  if ('all' in condition) return condition.all.flatMap((inner, at) => leavesOf(inner, [...path, 'all', at]));
  if ('any' in condition) return condition.any.flatMap((inner, at) => leavesOf(inner, [...path, 'any', at]));
  if ('not' in condition) return leavesOf(condition.not, [...path, 'not']);
  return [{ condition, path }];
}

/**
 * The rule that a leaf depends on: a segment's id, a model's id, `stage`; undefined for plain facts. A count of leads in a
 * segment needs no answer of this evaluation, but a loop through it would let the leads of an account push each other for ever.
 */
export function dependencyOf({ condition }: Found): string | undefined {
  if ('condition' in condition) return condition.condition;
  if (condition.fact === 'stage') return 'stage';
  if (condition.fact === 'accountCount') return String(condition.params?.['condition']);
  if (condition.fact !== 'score' && condition.fact !== 'grade') return undefined;
  return String(condition.params?.['model']);
}

/** What a model of two axes asks for: that each of the two has a grade. */
export function axisConditions({ axes = [] }: { readonly axes?: readonly string[] | undefined }): Leaf[] {
  return axes.map((model) => ({ fact: 'grade', params: { model }, operator: 'isSet', value: true }));
}

/** One rule needs another one's answer. */
export interface Edge<Place> {
  readonly to: string;
  readonly place: Place;
}

/** Rule id → what it needs. `stage` is one node. */
export type RuleGraph<Place> = ReadonlyMap<string, readonly Edge<Place>[]>;

/**
 * An order in which every rule comes after all it needs, and the loops that prevent one:
 * each as its ids in order, with the place of the reference that closes it. Edges to unknown ids are passed over.
 */
export function orderRules<Place>(graph: RuleGraph<Place>): { order: string[]; loops: { ids: string[]; place: Place }[] } {
  const order: string[] = [];
  const loops: { ids: string[]; place: Place }[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (id: string): void => {
    trail.push(id);
    for (const { to, place } of graph.get(id) ?? []) {
      const at = trail.indexOf(to);
      if (at >= 0) loops.push({ ids: [...trail.slice(at), to], place });
      else if (!done.has(to) && graph.has(to)) visit(to);
    }
    trail.pop();
    done.add(id);
    order.push(id);
  };
  for (const id of graph.keys()) if (!done.has(id)) visit(id);
  return { order, loops };
}
