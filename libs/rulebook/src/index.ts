export { type Expected, type ExpectedTouch, isCasesFile, type LeadCase, parseCases, type RuleCases } from './cases.ts';
export { aloneId, firingPlaces, type Mutant, mutantsOf, rulebookForCases } from './cases-rulebook.ts';
export { casesSchema } from './cases-schema.ts';
export { civilTime } from './cases-time.ts';
export {
  type Contribution,
  type EventPoints,
  type Explanation,
  explainLead,
  type ScoreExplanation,
  type SegmentExplanation,
  type StageExplanation,
} from './explain.ts';
export type { ComparisonExplanation, ConditionExplanation } from './explain-conditions.ts';
export { loadRulebook, type LoadedRulebook } from './load-rulebook.ts';
export { ruleSchemas, schemaText } from './rule-schemas.ts';
export { readRuleFolder } from './read-rule-folder.ts';
export type {
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
  Policies,
  Problem,
  Rulebook,
  RuleHeader,
  RuleSource,
  RuleStatus,
  Score,
  ScoringModel,
  ScoringRule,
  SegmentRule,
  StageRule,
} from './types.ts';
