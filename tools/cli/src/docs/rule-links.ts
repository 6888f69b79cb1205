import type { Condition, Journey, Rulebook, RuleHeader, ScoringModel } from '@tendril/rulebook';

/** One thing that builds on another. Ids are those of rules; `stages`, `event:x`, `lead.x` and `account.x` stand for the rest. */
export interface RuleLink {
  readonly from: string;
  readonly to: string;
}

/** A rule of any kind with a header. */
export type AnyRule = Rulebook['segments'][number] | ScoringModel | Journey | Rulebook['content'][number];

/** All rules that have a header, by kind in the order in which they build on each other. */
export function allRules({ models, segments, journeys, content }: Rulebook): AnyRule[] {
  return [...models, ...segments, ...journeys, ...content];
}

/** Who builds on whom, each pair once. Retired rules build on nothing. */
export function ruleLinks(rulebook: Rulebook): RuleLink[] {
  const { models, segments, stages, journeys } = rulebook;
  const links = [
    ...models.filter(inUse).flatMap((model) => linksTo(model.id, [...(model.axes ?? []), ...model.rules.flatMap((rule) => ('per' in rule ? [`event:${rule.per.event}`] : needs(rule.conditions)))])),
    ...linksTo('stages', stages.flatMap(({ conditions }) => (conditions ? needs(conditions) : []))),
    ...segments.filter(inUse).flatMap(({ id, conditions }) => linksTo(id, needs(conditions))),
    ...journeys.filter(inUse).flatMap(({ id, entry, steps }) => [...linksTo(id, [entry.segment]), ...steps.map(({ touch }) => ({ from: id, to: touch }))]),
  ];
  return [...new Map(links.map((link) => [`${link.from} ${link.to}`, link])).values()];
}

function inUse({ status }: RuleHeader): boolean {
  return status !== 'retired';
}

function linksTo(to: string, all: readonly string[]): RuleLink[] {
  return all.map((from) => ({ from, to }));
}

/** What a condition tree asks about. */
function needs(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(needs);
  if ('any' in condition) return condition.any.flatMap(needs);
  if ('not' in condition) return needs(condition.not);
  if ('condition' in condition) return [condition.condition];
  const { fact, params = {}, path = '' } = condition;
  if (fact === 'lead' || fact === 'account') return [path.replace('$', fact)];
  if (fact === 'stage') return ['stages'];
  const named = params['model'] ?? params['condition'];
  if (typeof named === 'string') return [named];
  return typeof params['event'] === 'string' ? [`event:${params['event']}`] : [];
}
