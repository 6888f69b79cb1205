import type { Decision, LeadState } from '@tendril/decisions';
import type { JsonObject } from '@tendril/kernel';
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
  readonly because: JsonObject;
}

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
