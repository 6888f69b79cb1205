import { sha256Of } from '@tendril/kernel';
import { checkConditions } from './check-conditions.ts';
import { checkDead } from '../prove/check-dead.ts';
import { checkLoops, conditionsOf, type OwnedCondition } from './check-loops.ts';
import { checkBuiltOnRetired } from './check-built-on-retired.ts';
import { checkReactions } from './check-reactions.ts';
import { checkPolicies } from './check-policies.ts';
import { checkConnectors, checkContent, checkJourney, checkRetired, checkScoring, checkStages, checkTrackingPlan } from './check-rules.ts';
import { compileRules } from '../evaluate/compile.ts';
import { eventTypesRead, liveRules, readsOf } from '../evaluate/live-rules.ts';
import { type ParsedRules, parseRules } from './parse-rules.ts';
import { isRuleFile } from './rule-files.ts';
import { checkLock } from './rule-lock.ts';
import type { Problem, Rulebook, RuleSource } from '../language/types.ts';

/** A rulebook with its warnings, or no rulebook and everything that stands against it. */
export type LoadedRulebook =
  | { readonly rulebook: Rulebook; readonly problems: readonly Problem[] }
  | { readonly rulebook: null; readonly problems: readonly Problem[] };

/**
 * Validates all rule files of one revision together and compiles them. Nothing is loaded by halves: one error
 * anywhere, and there is no rulebook. Files that are no rules (READMEs, cases, schemas, a baseline) may be among the sources.
 *
 * @example
 * const { rulebook, problems } = loadRulebook(await readRuleFolder('rules'));
 */
export function loadRulebook(sources: readonly RuleSource[]): LoadedRulebook {
  const files = sources.filter(({ path }) => isRuleFile(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const parsed = parseRules(files);
  const conditions = conditionsOf(parsed);
  const found = [...parsed.problems, ...checkAll(parsed, conditions), ...checkLoops(conditions), ...checkReactions(conditions, parsed.models, parsed.names)];
  const problems = [...found, ...checkDead(parsed, conditions, found)].sort(byPlace);
  const refused = problems.some(({ severity }) => severity === 'error');
  return { rulebook: refused ? null : assemble(files, parsed), problems };
}

function checkAll(parsed: ParsedRules, conditions: readonly OwnedCondition[]): Problem[] {
  const { names, plan, policies, stages, connectors, models, segments, journeys, content } = parsed;
  return [
    ...(plan ? checkTrackingPlan(plan.rule, plan.file) : []),
    ...(stages ? checkStages(stages.rule.stages, stages.file) : []),
    ...(policies ? checkPolicies(policies.rule, policies.file) : []),
    ...(connectors ? checkConnectors(connectors.rule.connectors, connectors.file) : []),
    ...models.flatMap(({ rule, file }) => checkScoring(rule, file, names)),
    ...journeys.flatMap(({ rule, file }) => checkJourney(rule, file, names)),
    ...content.flatMap(({ rule, file }) => checkContent(rule, file, names)),
    ...[...models, ...segments, ...journeys, ...content].flatMap(({ rule, file }) => [...checkRetired(rule, file), ...checkLock(rule, file)]),
    ...conditions.flatMap((placed) => checkConditions(placed, names)),
    ...checkBuiltOnRetired(conditions, names),
  ];
}

function assemble(sources: readonly RuleSource[], parsed: ParsedRules): Rulebook | null {
  const { plan, policies, stages, connectors } = parsed;
  if (!plan || !policies || !stages || !connectors) return null;
  const rules = {
    stages: stages.rule.stages,
    regression: stages.rule.regression,
    models: parsed.models.map(({ rule }) => rule),
    segments: parsed.segments.map(({ rule }) => rule),
    trackingPlan: plan.rule,
  };
  const live = liveRules(rules);
  return {
    ...rules,
    hash: sha256Of(...sources.flatMap(({ path, text }) => [path, text])),
    sources,
    policies: policies.rule,
    journeys: parsed.journeys.map(({ rule }) => rule),
    content: parsed.content.map(({ rule }) => rule),
    connectors: connectors.rule.connectors,
    eventTypes: eventTypesRead(live),
    reads: readsOf(live),
    evaluate: compileRules(live),
  };
}

function byPlace(a: Problem, b: Problem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;
}
