export { addOlder } from './digest/add-older.ts';
export { answersAt, type Digest, EMPTY_DIGEST, factsOf, type KeptEvent } from './digest/digest.ts';
export { type DigestJson, fromJson, toJson } from './digest/digest-json.ts';
export { factPlan, type FactPlan } from './digest/fact-plan.ts';
export { foldEvents } from './digest/fold-events.ts';
export { answeredAlike, type AskedValue, askedValues } from './explain/asked-values.ts';
export { type Expected, type ExpectedTouch, isCasesFile, type LeadCase, parseCases, type RuleCases } from './cases/cases.ts';
export { aloneId, firingPlaces, type Mutant, mutantsOf, rulebookForCases } from './cases/cases-rulebook.ts';
export { casesSchema } from './cases/cases-schema.ts';
export {
  type Contribution,
  type EventPoints,
  type Explanation,
  explainLead,
  type ScoreExplanation,
  type SegmentExplanation,
  type StageAnswer,
  type StageExplanation,
} from './explain/explain.ts';
export type { ComparisonExplanation, ConditionExplanation } from './explain/explain-conditions.ts';
export { applyChanges, type Change } from './explain/apply-changes.ts';
export { factorAt, mostEvents } from './language/fading.ts';
export type { Older, OlderNumbers, OlderStream, OlderTopic } from './language/older.ts';
export { durationInWords, eventsInWords, inWords, type WordedComparison } from './language/in-words.ts';
export { type JsonFile, parseJsonFile, problemAt } from './load/json-file.ts';
export { loadRulebook, type LoadedRulebook } from './load/load-rulebook.ts';
export { lockRules, type Relocked } from './load/lock-rules.ts';
export { placeOf } from './load/place-of.ts';
export { isRuleFile } from './load/rule-files.ts';
export { type Leaf, leavesOf } from './evaluate/rule-graph.ts';
export { ruleSchemas, schemaText } from './language/rule-schemas.ts';
export { type Quiet, quietAt, weekdayOf } from './language/quiet-hours.ts';
export { readRuleFolder } from './load/read-rule-folder.ts';
export { checkForm } from './load/schema-problems.ts';
export type { TimeAlone } from './explain/time-alone.ts';
export { type Touched, touchFacts, TOUCHPOINT_STATES } from './language/touch-facts.ts';
export type { PointsMoved } from './explain/way-in-words.ts';
export { type Alternative, type OfferedWay, type SegmentAlternative, whatWouldChange, type WhatWouldChange } from './explain/what-would-change.ts';
export { type AskedRules, withStageAsRead } from './explain/with-stage-as-read.ts';
export { shadowRules, type ShadowRules } from './evaluate/shadow-rules.ts';
export { NO_TOUCHES } from './language/types.ts';
export type {
  BlastLimits,
  Cap,
  Condition,
  ConditionScoring,
  ConnectorEntry,
  ContentRule,
  Decay,
  Evaluation,
  EventScoring,
  Journey,
  JourneyTouch,
  LeadFacts,
  LeadTouchpoint,
  Policies,
  Problem,
  QuietHours,
  Reads,
  Rulebook,
  RuleHeader,
  RuleSource,
  RuleStatus,
  Score,
  ScoringModel,
  ScoringRule,
  SegmentRule,
  StageRule,
  Weekday,
} from './language/types.ts';
