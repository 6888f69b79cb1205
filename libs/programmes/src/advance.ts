import { decide } from '@tendril/decisions';
import { AppError } from '@tendril/kernel';
import type { Rulebook } from '@tendril/rulebook';
import { planProgrammes } from './plan-programmes.ts';
import type { LeadChanges, LeadSnapshot } from './types.ts';

/**
 * What the rules make of a batch of leads at a moment: one evaluation for all of them, then for each lead what changed,
 * which programmes enrol it and which touches they want. Answers come in the order of the snapshots.
 * It reads nothing but its arguments, so production, plans, tests and the demo share it.
 */
export function advance(snapshots: readonly LeadSnapshot[], rulebook: Rulebook, now: Date): LeadChanges[] {
  const evaluations = rulebook.evaluate(
    snapshots.map(({ facts }) => facts),
    now,
  );
  return snapshots.map((snapshot, index) => {
    const evaluation = evaluations[index];
    if (!evaluation) {
      throw new AppError('evaluation-missing', `The rulebook answered for ${evaluations.length} of ${snapshots.length} leads`, {
        hint: 'This is a fault in the rulebook room, not in a rule file: report it with the rulebook’s hash.',
      });
    }
    const decision = decide(snapshot.state, evaluation, rulebook.hash, now, snapshot.facts.id);
    return { decision, ...planProgrammes(snapshot, decision, rulebook, now) };
  });
}
