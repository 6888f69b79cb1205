import type { PlacedCondition } from './check-conditions.ts';
import { type JsonFile, type JsonPath, problemAt } from './json-file.ts';
import type { ParsedRules } from './parse-rules.ts';
import { axisConditions, dependencyOf, type Edge, leavesOf, orderRules } from '../evaluate/rule-graph.ts';
import type { Problem } from '../language/types.ts';

/** A condition tree, and the rule that it belongs to: a segment's id, a model's id or `stage`. */
export interface OwnedCondition extends PlacedCondition {
  readonly rule: string;
}

/** Every condition tree of the rule files. */
export function conditionsOf({ segments, models, stages }: ParsedRules): OwnedCondition[] {
  return [
    ...segments.map(({ rule, file }) => ({ rule: rule.id, file, path: ['conditions'], condition: rule.conditions, live: rule.status === 'live' })),
    ...models.flatMap(({ rule, file }) =>
      axisConditions(rule).map((condition, at) => ({ rule: rule.id, file, path: ['axes', at], condition, live: rule.status === 'live' })),
    ),
    ...models.flatMap(({ rule, file }) =>
      rule.rules.flatMap((line, at) =>
        'conditions' in line
          ? [{ rule: rule.id, file, path: ['rules', at, 'conditions'], condition: line.conditions, live: rule.status === 'live' }]
          : [],
      ),
    ),
    ...(stages?.rule.stages ?? []).flatMap((stage, at) =>
      (['conditions', 'guard'] as const).flatMap((key) => {
        const condition = stage[key];
        return stages && condition ? [{ rule: 'stage', file: stages.file, path: ['stages', at, key], condition, live: true }] : [];
      }),
    ),
  ];
}

/** Rules that would need their own answer, each loop spelled out once. Two ways to the same rule are no loop. */
export function checkLoops(conditions: readonly OwnedCondition[]): Problem[] {
  const graph = new Map<string, Edge<{ file: JsonFile; path: JsonPath }>[]>();
  for (const { rule, file, path, condition } of conditions) {
    const edges = graph.get(rule) ?? [];
    graph.set(rule, edges);
    for (const found of leavesOf(condition, path)) {
      const to = dependencyOf(found);
      if (to !== undefined) edges.push({ to, place: { file, path: found.path } });
    }
  }
  return orderRules(graph).loops.map(({ ids, place }) => {
    const message = ids.length === 2 ? `"${String(ids[0])}" asks for its own answer` : `These rules wait for each other: ${ids.join(' → ')}`;
    return problemAt(place.file, place.path, message, 'Remove one of the references; name the facts themselves instead.');
  });
}
