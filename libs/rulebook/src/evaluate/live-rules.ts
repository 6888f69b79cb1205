import { interestSources } from '../language/interest.ts';
import { axisConditions, dependencyOf, keysOf, type Leaf, leavesOf, orderRules, otherSide } from './rule-graph.ts';
import { readKeys, transitionRead, transitionsScored } from './transition-reads.ts';
import type { Condition, Reads, Rulebook, RuleStatus, ScoringModel } from '../language/types.ts';

/** The rules that an evaluation consists of; drafts and retired ones are not among them. */
export type LiveRules = Pick<Rulebook, 'models' | 'segments' | 'stages' | 'regression' | 'trackingPlan'>;

/** Leaves out what does not take part. */
export function liveRules({ models, segments, stages, regression, trackingPlan }: LiveRules): LiveRules {
  return {
    models: models.filter(({ status }) => status === 'live'),
    segments: segments.filter(({ status }) => status === 'live'),
    stages,
    regression,
    trackingPlan,
  };
}

/** The same rules, in which every draft is live. Nothing is compiled anew. */
export function openDrafts(rulebook: Rulebook): Rulebook {
  const opened = <Rule extends { readonly status: RuleStatus }>(rules: readonly Rule[]): Rule[] =>
    rules.map((rule) => (rule.status === 'draft' ? { ...rule, status: 'live' } : rule));
  const { segments, models, journeys } = rulebook;
  return { ...rulebook, segments: opened(segments), models: opened(models), journeys: opened(journeys) };
}

/** These rules and all that their answers depend on; `stage` stands for the stages together. */
export function neededBy(ids: Iterable<string>, rules: LiveRules): ReadonlySet<string> {
  const conditions = conditionsByRule(rules);
  const needed = new Set(ids);
  // A set hands out what is added while it is walked.
  for (const id of needed) {
    const leaves = (conditions.get(id) ?? []).flatMap((condition) => leavesOf(condition));
    for (const to of leaves.map(dependencyOf)) if (to !== undefined) needed.add(to);
  }
  return needed;
}

/** Rule id (`stage` for all stages together) → its condition trees. */
export function conditionsByRule({ models, segments, stages }: LiveRules): Map<string, readonly Condition[]> {
  return new Map<string, readonly Condition[]>([
    ...models.map((model) => [model.id, [...axisConditions(model), ...conditionsIn(model)]] as const),
    ['stage', stages.flatMap(({ conditions, guard }) => [conditions ?? [], guard ?? []].flat())],
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
  const asked = comparisonsOf(rules);
  const compared = asked.flatMap(({ params }) => (typeof params?.['event'] === 'string' ? [params['event']] : []));
  const topical = asked.some(({ fact }) => fact === 'interest') ? interestSources(rules.trackingPlan).properties.keys() : [];
  const scored = rules.models.flatMap((model) => model.rules.flatMap((rule) => ('per' in rule ? [rule.per.event] : [])));
  return [...new Set([...compared, ...topical, ...scored])].sort();
}

/** Names of the attributes of leads or accounts that some rule reads, sorted. */
export function attributesRead(rules: LiveRules, of: 'lead' | 'account'): string[] {
  const asked = comparisonsOf(rules);
  const sides = asked.flatMap((leaf) => [leaf, otherSide(leaf) ?? []].flat()).filter(({ fact }) => fact === of);
  const stated = of === 'lead' && asked.some(({ fact }) => fact === 'interest') ? interestSources(rules.trackingPlan).attributes : [];
  return [...new Set([...sides.map((leaf) => keysOf(leaf)[0] ?? ''), ...stated])].sort();
}

/** What the rules ask about touchpoints, accounts and transitions. */
export function readsOf(rules: LiveRules): Reads {
  const asked = comparisonsOf(rules);
  const counted = asked.flatMap(({ fact, params }) => (fact === 'accountCount' ? [String(params?.['condition'])] : []));
  const transitions = [...asked.map(transitionRead), ...rules.models.flatMap((model) => transitionsScored(model).map(({ read }) => read))];
  return {
    touchpoints: asked.some(({ fact }) => fact === 'inJourney' || fact === 'touchpointCount'),
    accounts: asked.some((leaf) => leaf.fact === 'account' || otherSide(leaf)?.fact === 'account'),
    accountCounts: [...new Set(counted)].sort(),
    transitions: [...new Set(transitions.flatMap((read) => (read ? readKeys(read) : [])))].sort(),
  };
}
