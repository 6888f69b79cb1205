import type { Json, JsonObject } from '@tendril/kernel';
import { Engine, type TopLevelCondition } from 'json-rules-engine';
import { addFacts, type Asked } from './engine-facts.ts';
import type { LiveRules } from '../evaluate/live-rules.ts';
import { otherSide } from '../evaluate/rule-graph.ts';
import type { Condition } from '../language/types.ts';

/** One comparison: what was wanted, what was found, and whether it held. */
export interface ComparisonExplanation {
  readonly fact: string;
  readonly params?: JsonObject;
  readonly path?: string;
  readonly operator: string;
  readonly value: Json;
  /** Absent when the fact is missing. */
  readonly found?: Json;
  /** What the other attribute holds, when the comparison is with one; absent when that is missing. */
  readonly compared?: Json;
  readonly holds: boolean;
}

/** A condition tree with the answer of every node. A reference's own tree stands with its segment. */
export type ConditionExplanation =
  | { readonly all: readonly ConditionExplanation[]; readonly holds: boolean }
  | { readonly any: readonly ConditionExplanation[]; readonly holds: boolean }
  | { readonly not: ConditionExplanation; readonly holds: boolean }
  | { readonly condition: string; readonly holds: boolean }
  | ComparisonExplanation;

/** Asks json-rules-engine about condition trees of one lead: one explanation each, in order. */
export async function explainConditions(
  conditions: readonly Condition[],
  { segments, trackingPlan }: Pick<LiveRules, 'segments' | 'trackingPlan'>,
  asked: Asked,
): Promise<ConditionExplanation[]> {
  const engine = new Engine([], { allowUndefinedFacts: true });
  addFacts(engine, asked, trackingPlan);
  for (const segment of segments) engine.setCondition(segment.id, forEngine(segment.conditions));
  conditions.forEach((condition, at) => engine.addRule({ name: `#${at}`, conditions: forEngine(condition), event: { type: 'holds' } }));
  const { results, failureResults } = await engine.run();
  const answers = new Map([...results, ...failureResults].map((answer) => [answer.name, answer]));
  return conditions.map((condition, at) => {
    const answer = answers.get(`#${at}`);
    return explanation(condition, (answer?.conditions ?? {}) as EngineNode, answer?.result === true);
  });
}

/** The engine's types lack `readonly`; it copies what it is given. */
function forEngine(condition: Condition): TopLevelCondition {
  return structuredClone(condition) as TopLevelCondition;
}

/** A node of the engine's answer: the same tree, with references replaced by what they refer to. */
interface EngineNode {
  readonly all?: readonly EngineNode[];
  readonly any?: readonly EngineNode[];
  readonly not?: EngineNode;
  readonly result?: boolean;
  readonly factResult?: Json;
  readonly valueResult?: Json;
}

function explanation(condition: Condition, answer: EngineNode, holds: boolean): ConditionExplanation {
  const each = (inner: readonly Condition[], answers: readonly EngineNode[] = []): ConditionExplanation[] =>
    inner.map((one, at) => explanation(one, answers[at] ?? {}, answers[at]?.result === true));
  if ('all' in condition) return { all: each(condition.all, answer.all), holds };
  if ('any' in condition) return { any: each(condition.any, answer.any), holds };
  if ('not' in condition) return { not: explanation(condition.not, answer.not ?? {}, answer.not?.result === true), holds };
  if ('condition' in condition) return { condition: condition.condition, holds };
  const { fact, params, path, operator, value } = condition;
  return {
    fact,
    ...(params !== undefined && { params }),
    ...(path !== undefined && { path }),
    operator,
    value,
    ...(answer.factResult !== undefined && { found: answer.factResult }),
    ...(otherSide(condition) && answer.valueResult !== undefined && { compared: answer.valueResult }),
    holds,
  };
}
