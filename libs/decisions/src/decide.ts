import type { Evaluation, Score } from '@tendril/rulebook';
import type { Decision, LeadState, Transition } from './types.ts';

/**
 * Compares what the rules answer now with what was last decided.
 *
 * Transitions come in a fixed order, so that equal histories give equal records: grades by model id, scores by model id, the
 * stage, segments left, segments entered (each by id). A score moves when its whole points do: thousandths change each day that
 * an event grows older, and nobody outside wants to hear of each; what was told last is at most one point away. A lead's first evaluation, and the first after a change of rules,
 * count like any other: what holds now and did not before was entered now.
 * A model that left the rulebook is listed in `changedScores` and is absent from the state.
 */
export function decide(before: LeadState, after: Evaluation, rulebookHash: string, at: Date, lead: string): Decision {
  const stageChanged = before.stage !== after.stage;
  const models = Object.keys({ ...before.scores, ...after.scores }).sort();
  const entered = [...after.segments].sort();
  const transitions = transitionsOf(before, after, { models, entered });
  const changedScores = models.filter((model) => !sameScore(before.scores[model], after.scores[model]));
  const first = before.evaluatedAt === null;
  return {
    lead,
    state: {
      evaluatedAt: at,
      rulebook: rulebookHash,
      scores: after.scores,
      stage: after.stage,
      stageSince: stageChanged ? at : before.stageSince,
      segments: Object.fromEntries(entered.map((id) => [id, before.segments[id] ?? at])),
      nextAt: after.nextAt,
    },
    transitions,
    changedScores,
    changed: first || transitions.length > 0 || changedScores.length > 0 || before.nextAt?.getTime() !== after.nextAt?.getTime(),
  };
}

/** Most evaluations change nothing, so nothing is made for what stays. */
function transitionsOf(before: LeadState, after: Evaluation, { models, entered }: { readonly models: readonly string[]; readonly entered: readonly string[] }): Transition[] {
  const transitions: Transition[] = [];
  const note = (kind: Transition['kind'], subject: string, from: string | null, to: string | null): void => {
    if (from !== to) transitions.push({ kind, subject, from, to });
  };
  for (const model of models) note('grade', model, gradeOf(before.scores[model]), gradeOf(after.scores[model]));
  for (const model of models) note('score', model, pointsOf(before.scores[model]), pointsOf(after.scores[model]));
  note('stage', 'stage', before.stage, after.stage);
  for (const id of Object.keys(before.segments).sort()) note('segment', id, id, after.segments.has(id) ? id : null);
  for (const id of entered) note('segment', id, Object.hasOwn(before.segments, id) ? id : null, id);
  return transitions;
}

/** A model that gives no grade and a model that is not there both have none. */
function gradeOf(score: Score | undefined): string | null {
  return score?.grade ?? null;
}

/** A model that is not there gives no points. */
function pointsOf(score: Score | undefined): string {
  return String(Math.floor((score?.milli ?? 0) / 1000));
}

function sameScore(before: Score | undefined, after: Score | undefined): boolean {
  return before?.milli === after?.milli && before?.grade === after?.grade;
}
