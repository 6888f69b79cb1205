import { axisConditions, dependencyOf, type Leaf, leavesOf, orderRules } from './rule-graph.ts';
import type { Condition, Rulebook, ScoringModel } from './types.ts';

/** The rules that an evaluation consists of; drafts and retired ones are not among them. */
export type LiveRules = Pick<Rulebook, 'models' | 'segments' | 'stages' | 'regression'>;

/** Leaves out what does not take part. */
export function liveRules({ models, segments, stages, regression }: LiveRules): LiveRules {
  return {
    models: models.filter(({ status }) => status === 'live'),
    segments: segments.filter(({ status }) => status === 'live'),
    stages,
    regression,
  };
}

/** Rule id (`stage` for all stages together) → its condition trees. */
export function conditionsByRule({ models, segments, stages }: LiveRules): Map<string, readonly Condition[]> {
  return new Map<string, readonly Condition[]>([
    ...models.map((model) => [model.id, [...axisConditions(model), ...conditionsIn(model)]] as const),
    ['stage', stages.flatMap(({ conditions }) => conditions ?? [])],
    ...segments.map(({ id, conditions }) => [id, [conditions]] as const),
  ]);
}

function conditionsIn({ rules }: ScoringModel): Condition[] {
  return rules.flatMap((rule) => ('conditions' in rule ? [rule.conditions] : []));
}

/** Ids of all models, all segments and `stage`, each after those whose answers it needs. */
export function evaluationOrder(rules: LiveRules): string[] {
  const edges = [...conditionsByRule(rules)].map(([id, conditions]) => {
    const needed = conditions.flatMap((condition) => leavesOf(condition)).map(dependencyOf);
    return [id, needed.flatMap((to) => (to === undefined ? [] : [{ to, place: null }]))] as const;
  });
  return orderRules(new Map(edges)).order;
}

/** Every comparison of the rules, as often as it is written. */
export function comparisonsOf(rules: LiveRules): Leaf[] {
  return [...conditionsByRule(rules).values()]
    .flat()
    .flatMap((condition) => leavesOf(condition))
    .flatMap(({ condition }) => ('fact' in condition ? [condition] : []));
}

/** The event types that some rule reads, sorted. */
export function eventTypesRead(rules: LiveRules): string[] {
  const compared = comparisonsOf(rules).flatMap(({ params }) => (typeof params?.['event'] === 'string' ? [params['event']] : []));
  const scored = rules.models.flatMap((model) => model.rules.flatMap((rule) => ('per' in rule ? [rule.per.event] : [])));
  return [...new Set([...compared, ...scored])].sort();
}
