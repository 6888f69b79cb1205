import type { Consents, LeadEvent } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';

/** What the rules may ask about one lead: everything an evaluation reads. Plain data, loaded by the store or built by a test. */
export interface LeadFacts {
  readonly id: string;
  readonly attributes: JsonObject;
  /** The account's attributes, or null for a lead without one. */
  readonly account: JsonObject | null;
  /** Oldest first; at least every event whose type is in `Rulebook.eventTypes`, none later than the evaluation. */
  readonly events: readonly LeadEvent[];
  /** The stage before this evaluation; null before the first. */
  readonly stage: string | null;
  readonly consents: Consents;
}

/** A model's score: integer thousandths of a point, and the letter its `grades` give, if it has any. */
export interface Score {
  readonly milli: number;
  readonly grade: string | null;
}

/** What the rules answer about one lead at one moment. */
export interface Evaluation {
  /** By scoring model id. */
  readonly scores: Readonly<Record<string, Score>>;
  /** A stage name of stages.json; null when no stage's conditions hold yet. */
  readonly stage: string | null;
  /** Ids of the segments whose conditions hold. */
  readonly segments: ReadonlySet<string>;
  /** When time alone could change one of these answers; null when it cannot. */
  readonly nextAt: Date | null;
}
