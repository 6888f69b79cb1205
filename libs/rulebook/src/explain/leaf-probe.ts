import { AppError, stableJson } from '@tendril/kernel';
import { compileRules } from '../evaluate/compile.ts';
import { comparisonsOf, liveRules, type LiveRules } from '../evaluate/live-rules.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import type { Evaluation, LeadFacts, SegmentRule } from '../language/types.ts';

/** What the rules answer about a lead, down to each comparison. */
export interface Probed extends Evaluation {
  holds(leaf: Leaf): boolean;
}

/** Evaluates a lead as production does, and tells what each comparison of the rules came to. */
export type LeafProbe = (lead: LeadFacts, now: Date) => Probed;

const probes = new WeakMap<LiveRules, LeafProbe>();

/** Compiled once per rulebook: every comparison becomes a segment of its own, so no second reading of facts is needed. */
export function leafProbe(rulebook: LiveRules): LeafProbe {
  const known = probes.get(rulebook);
  if (known) return known;
  const rules = liveRules(rulebook);
  const leaves = new Map(comparisonsOf(rules).map((leaf) => [keyOf(leaf), leaf]));
  const segments = [...leaves].map(([id, conditions]): SegmentRule => ({ id, version: 1, status: 'live', owner: '', title: '', conditions }));
  const evaluate = compileRules({ ...rules, segments: [...rules.segments, ...segments] });
  const probe: LeafProbe = (lead, now) => {
    const [answer] = evaluate([lead], now);
    if (!answer) throw new AppError('evaluation-missing', 'The rulebook gave no answer for its one lead', { hint: 'This is a fault in the rulebook room, not in a rule file.' });
    return { ...answer, holds: (leaf) => answer.segments.has(keyOf(leaf)) };
  };
  probes.set(rulebook, probe);
  return probe;
}

/** No rule has such an id: those are paths. */
function keyOf({ fact, params, path, operator, value }: Leaf): string {
  return stableJson([fact, params ?? null, path ?? null, operator, value]);
}
