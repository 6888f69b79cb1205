import { compileRules } from '../evaluate/compile.ts';
import { liveRules, type LiveRules } from '../evaluate/live-rules.ts';
import type { Rulebook } from '../language/types.ts';

/** Rules that can be asked and explained. */
export type AskedRules = LiveRules & Pick<Rulebook, 'hash' | 'evaluate' | 'eventTypes'>;

/**
 * The rulebook for a lead whose stage is read and not found: scores, grades and segments are computed as always, and every
 * question about the stage is answered with this one. So a rulebook is asked about a past that another one has decided.
 */
export function withStageAsRead(rulebook: AskedRules, stage: string | null): AskedRules {
  const rules: LiveRules = {
    ...liveRules(rulebook),
    stages: stage === null ? [] : [{ name: stage, title: stage }],
    regression: 'allow',
  };
  const { hash, eventTypes } = rulebook;
  return { ...rules, hash, eventTypes, evaluate: compileRules(rules) };
}
