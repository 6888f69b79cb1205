import type { Score } from '@tendril/rulebook';

/** What was last decided about a lead. */
export interface LeadState {
  /** Null before the first evaluation. */
  readonly evaluatedAt: Date | null;
  /** Hash of the rulebook that decided it. */
  readonly rulebook: string | null;
  readonly scores: Readonly<Record<string, Score>>;
  readonly stage: string | null;
  readonly stageSince: Date | null;
  /** Segment id → since when the lead is in it. */
  readonly segments: Readonly<Record<string, Date>>;
}

/** The state of a lead that was never evaluated. */
export const NEVER_EVALUATED: LeadState = {
  evaluatedAt: null,
  rulebook: null,
  scores: {},
  stage: null,
  stageSince: null,
  segments: {},
};

/** One thing that changed about a lead. Entering a segment: from null to its id; leaving: from its id to null. */
export interface Transition {
  readonly kind: 'segment' | 'stage' | 'grade';
  /** The segment id, `stage`, or the scoring model id. */
  readonly subject: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The state after an evaluation, and what changed on the way there. */
export interface Decision {
  readonly lead: string;
  readonly state: LeadState;
  readonly transitions: readonly Transition[];
  /** Ids of the models whose milli or grade differ from before. */
  readonly changedScores: readonly string[];
  /** When the lead must be looked at again although nothing happens; null for never. */
  readonly nextAt: Date | null;
}
