import { decide, type LeadState } from '@tendril/decisions';
import type { Evaluation, LeadFacts, Score, ShadowRules } from '@tendril/rulebook';
import { planProgrammes } from './plan-programmes.ts';
import type { Enrolment, WantedTouch } from './types.ts';

/** What a draft last answered about a lead. */
export interface ShadowAnswer {
  /** Id of a draft segment or scoring model. */
  readonly rule: string;
  /** Null for a segment, which the lead is in. */
  readonly score: Score | null;
  /** Since when the lead is in the segment, or has this score. */
  readonly since: Date;
}

/** All that a shadow evaluation reads about one lead. */
export interface ShadowSnapshot {
  readonly facts: LeadFacts;
  /** What was decided about the lead before, and what the live rules made of it now; the same when nothing live asked for it. */
  readonly before: LeadState;
  readonly after: LeadState;
  /** Enrolments in programmes, and those that draft journeys would have made. */
  readonly enrolments: readonly Enrolment[];
  /** What drafts last answered. */
  readonly answers: readonly ShadowAnswer[];
}

/** What drafts make of a lead. Nothing of it is ever acted on. */
export interface ShadowChanges {
  readonly lead: string;
  /** Answers that are new or other than before. */
  readonly answers: readonly ShadowAnswer[];
  /** Ids of the drafts that answer nothing any more. */
  readonly gone: readonly string[];
  /** What draft journeys would have planned; each is an enrolment too. */
  readonly touches: readonly WantedTouch[];
  /** When time alone may change what a draft answers. */
  readonly nextAt: Date | null;
}

/**
 * What the drafts make of a batch of leads, through the same `decide` and `planProgrammes` as live rules: each lead's live
 * state with the drafts' answers added to it. Answers come in the order of the snapshots.
 */
export function advanceShadow(snapshots: readonly ShadowSnapshot[], shadow: ShadowRules, now: Date): ShadowChanges[] {
  const evaluations = shadow.rulebook.evaluate(snapshots.map(({ facts }) => facts), now);
  return snapshots.flatMap((snapshot, index) => {
    const evaluation = evaluations[index];
    return evaluation ? [shadowChanges(snapshot, evaluation, shadow, now)] : [];
  });
}

function shadowChanges(snapshot: ShadowSnapshot, evaluation: Evaluation, shadow: ShadowRules, now: Date): ShadowChanges {
  const { facts, before, after, enrolments, answers } = snapshot;
  const segments = shadow.segments.filter((id) => evaluation.segments.has(id));
  const scores = shadow.models.flatMap((id) => (evaluation.scores[id] ? [[id, evaluation.scores[id]] as const] : []));
  const beside: LeadState = {
    ...before,
    scores: { ...before.scores, ...Object.fromEntries(answers.flatMap(({ rule, score }) => (score ? [[rule, score]] : []))) },
    segments: { ...before.segments, ...Object.fromEntries(answers.flatMap(({ rule, score, since }) => (score ? [] : [[rule, since]]))) },
  };
  const whole: Evaluation = {
    scores: { ...after.scores, ...Object.fromEntries(scores) },
    stage: after.stage,
    segments: new Set([...Object.keys(after.segments), ...segments]),
    nextAt: evaluation.nextAt,
  };
  const decision = decide(beside, whole, shadow.rulebook.hash, now, facts.id);
  const { touches } = planProgrammes({ facts, state: beside, enrolments, campaigns: [] }, decision, shadow.rulebook, now);
  const held = new Map(answers.map((answer) => [answer.rule, answer]));
  const answered: ShadowAnswer[] = [
    ...segments.map((rule) => ({ rule, score: null, since: decision.state.segments[rule] ?? now })),
    ...scores.map(([rule, score]) => ({ rule, score, since: now })),
  ];
  return {
    lead: facts.id,
    answers: answered.filter(({ rule, score }) => !sameAnswer(held.get(rule), score)),
    gone: [...held.keys()].filter((rule) => !answered.some((answer) => answer.rule === rule)),
    touches,
    nextAt: evaluation.nextAt,
  };
}

function sameAnswer(before: ShadowAnswer | undefined, score: Score | null): boolean {
  if (!before) return false;
  return before.score?.milli === score?.milli && before.score?.grade === score?.grade;
}
