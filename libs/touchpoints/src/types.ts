import type { ConsentState } from '@tendril/events';
import type { Policies } from '@tendril/rulebook';

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

/** A touchpoint that went out, or that may have: it counts against the caps. */
export interface SentTouch {
  readonly channel: string;
  /** `*` when its content is known no more: it counts for every topic. */
  readonly topic: string;
  /** When it was sent; while it is on its way, the moment of the question. */
  readonly at: Date;
}

/** One lead's due touchpoints, gated together: an earlier one that goes counts against the caps of the later ones. */
export interface GateSnapshot {
  readonly lead: string;
  readonly erased: boolean;
  /** The lead is kept un-nurtured so that lift can be measured. */
  readonly holdout: boolean;
  /** IANA name, or null when nobody knows: then a moment must be right in each of the policies' `unknownZone`. */
  readonly zone: string | null;
  /** In any order; at least all that the policies' caps count. */
  readonly sent: readonly SentTouch[];
  readonly candidates: readonly GateCandidate[];
}

/** What holds for everybody at this moment. */
export interface GateWorld {
  readonly now: Date;
  /** Sending is stopped for the whole installation. */
  readonly stopped: boolean;
  /** Of policies.json. What is not there is not asked about. */
  readonly policies: SendingPolicies;
}

/** The policies that the gate asks about. */
export type SendingPolicies = Pick<Policies, 'caps' | 'quietHours' | 'holidays' | 'unknownZone'>;

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
