import type { Decision, LeadState } from '@tendril/decisions';
import type { LeadFacts } from '@tendril/rulebook';

/** A lead's passage through one programme. */
export interface Enrolment {
  /** `journeys/<id>` or `campaigns/<id>`. */
  readonly programme: string;
  readonly version: number;
  /** Counts this lead's enrolments in this programme, from 1. */
  readonly entry: number;
  readonly at: Date;
}

/** A campaign that addresses the lead now: a one-step programme made over the API. */
export interface Campaign {
  /** `campaigns/<id>` */
  readonly id: string;
  readonly version: number;
  /** Leads in any of these segments are addressed … */
  readonly include: readonly string[];
  /** … unless they are in one of these. */
  readonly exclude: readonly string[];
  /** `content/<id>` */
  readonly content: string;
  readonly channel: string;
  readonly expiresAt: Date | null;
}

/** One contact that a programme wants; its identity is (programme, lead, entry, step, visit). */
export interface WantedTouch {
  readonly programme: string;
  readonly version: number;
  readonly entry: number;
  readonly step: string;
  readonly visit: number;
  readonly channel: string;
  readonly content: string;
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
  /** Why the programme wants it: rule file, what happened, and the facts at that moment. Kept with the touchpoint. */
  readonly because: Because;
}

/** What was known about the lead when a programme wanted a touch. Plain JSON. */
export type FactsThen = {
  readonly stage: string | null;
  /** Scoring model id → points, with at most three decimals. */
  readonly scores: { readonly [model: string]: number };
  /** Scoring model id → letter, for the models that give one. */
  readonly grades: { readonly [model: string]: string };
  /** Sorted ids. */
  readonly segments: readonly string[];
  /** The newest event that the rules read; its time is RFC 3339 UTC. Null when there is none. */
  readonly lastEvent: { readonly type: string; readonly at: string } | null;
};

/** A journey wants the touch because the lead entered its segment. */
export type JourneyReason = {
  readonly kind: 'journey';
  readonly programme: string;
  readonly version: number;
  /** Path under `rules/`. */
  readonly file: string;
  /** The segment entered. */
  readonly entered: string;
  readonly facts: FactsThen;
};

/** A campaign wants the touch because the lead is in its audience. */
export type CampaignReason = {
  readonly kind: 'campaign';
  readonly programme: string;
  readonly version: number;
  /** The first of the campaign's segments that the lead is in. */
  readonly included: string;
  readonly facts: FactsThen;
};

/** Why a programme wants a touch. A JSON object, so it can be kept as it is. */
export type Because = JourneyReason | CampaignReason;

/** All that `advance` reads about one lead. */
export interface LeadSnapshot {
  readonly facts: LeadFacts;
  readonly state: LeadState;
  /** This lead's enrolments in every programme so far, ended ones included. */
  readonly enrolments: readonly Enrolment[];
  /** Running campaigns that asked for this lead and have not enrolled it yet. */
  readonly campaigns: readonly Campaign[];
}

/** All that `advance` wants changed about one lead. */
export interface LeadChanges {
  readonly decision: Decision;
  readonly enrolments: readonly Enrolment[];
  readonly touches: readonly WantedTouch[];
}
