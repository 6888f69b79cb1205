import type { Score } from '@tendril/rulebook';

/** What was last decided about a lead. */
export interface LeadState {
  /** When an evaluation last changed something of this; null before the first one. */
  readonly evaluatedAt: Date | null;
  /** Hash of the rulebook that decided it. */
  readonly rulebook: string | null;
  readonly scores: Readonly<Record<string, Score>>;
  readonly stage: string | null;
  readonly stageSince: Date | null;
  /** Segment id → since when the lead is in it. */
  readonly segments: Readonly<Record<string, Date>>;
  /** When the lead must be looked at again although nothing happens; null for never. */
  readonly nextAt: Date | null;
}

/** The state of a lead that was never evaluated. */
export const NEVER_EVALUATED: LeadState = {
  evaluatedAt: null,
  rulebook: null,
  scores: {},
  stage: null,
  stageSince: null,
  segments: {},
  nextAt: null,
};

/**
 * One thing that changed about a lead. Entering a segment: from null to its id; leaving: from its id to null. A score: its whole
 * points, rounded down, such as from `11` to `14`; a model that is not there gives 0.
 */
export interface Transition {
  readonly kind: 'segment' | 'stage' | 'grade' | 'score';
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
  /** Is anything new, be it only the time of the next look? Most evaluations change nothing, and then nothing is written. */
  readonly changed: boolean;
}
