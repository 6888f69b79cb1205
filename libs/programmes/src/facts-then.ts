import type { Decision } from '@tendril/decisions';
import type { FactsThen, LeadSnapshot } from './types.ts';

/** The facts that a touchpoint keeps of its lead: enough to explain it years later, small enough to store with each. */
export function factsThen(snapshot: LeadSnapshot, decision: Decision): FactsThen {
  const { stage, scores, segments } = decision.state;
  const models = Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1));
  const newest = snapshot.facts.events.at(-1);
  return {
    stage,
    scores: Object.fromEntries(models.map(([model, { milli }]) => [model, milli / 1000])),
    grades: Object.fromEntries(models.flatMap(([model, { grade }]) => (grade === null ? [] : [[model, grade]]))),
    segments: Object.keys(segments).sort(),
    lastEvent: newest ? { type: newest.type, at: newest.at.toISOString() } : null,
  };
}
