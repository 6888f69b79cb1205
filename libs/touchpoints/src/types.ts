import type { ConsentState } from '@tendril/events';

/** Where a touchpoint stands. `claimed` is safe to try again; `sending` is not: see `unknown`. */
export type TouchpointState =
  | 'planned'
  | 'held'
  | 'claimed'
  | 'sending'
  | 'accepted'
  | 'rejected'
  | 'unknown'
  | 'cancelled'
  | 'suppressed'
  | 'expired';

/** One touchpoint that is due, with all that the gate asks about it. Plain data, loaded under the lead's lock. */
export interface GateCandidate {
  readonly id: string;
  readonly programme: string;
  readonly channel: string;
  readonly content: string;
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
  /** The journey is live in the active rulebook, or the campaign is running. */
  readonly programmeActive: boolean;
  /** The content exists and has what the channel needs; else the sentence that says what is missing. */
  readonly contentProblem: string | null;
  /** The connector that serves the channel, or null when none is installed. */
  readonly connector: string | null;
  /** The lead's address on the channel, or null. */
  readonly address: string | null;
  /** Why the address must never be contacted, or null. */
  readonly suppressed: string | null;
  /** The newest consent row for channel and topic; null when never asked. */
  readonly consent: { readonly id: string; readonly state: ConsentState } | null;
  /** The topic asked for, such as `product`. */
  readonly topic: string;
}

/** One lead's due touchpoints, gated together. */
export interface GateSnapshot {
  readonly lead: string;
  readonly erased: boolean;
  /** The lead is kept un-nurtured so that lift can be measured. */
  readonly holdout: boolean;
  readonly candidates: readonly GateCandidate[];
}

/** What holds for everybody at this moment. */
export interface GateWorld {
  readonly now: Date;
  /** Sending is stopped for the whole installation. */
  readonly stopped: boolean;
}

/** One question of the gate and its answer; all of them are kept with the touchpoint. */
export interface GateAnswer {
  /** Such as `suppression` or `consent`. */
  readonly asked: string;
  readonly passed: boolean;
  /** A short sentence: what was found. */
  readonly answer: string;
}

/** What the gate decided about one touchpoint. */
export type Verdict = {
  readonly touchpoint: string;
  readonly answers: readonly GateAnswer[];
} & (
  | { readonly go: 'send'; readonly connector: string; readonly address: string; readonly consent: string | null }
  | { readonly go: 'hold'; readonly reason: string; readonly until: Date }
  | { readonly go: 'end'; readonly state: 'suppressed' | 'expired' | 'cancelled'; readonly reason: string }
);
