import type { Consents, LeadEvent } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { Enrolment } from '@tendril/programmes';
import type { TouchpointState } from '@tendril/touchpoints';

/** Leads as they stood at one moment, with all that a plan must know of them: a database's own, or a sample of one. */
export interface Population {
  /** When it was read: the moment at which a plan's virtual clock begins. */
  readonly takenAt: Date;
  /** Leads of the database that it was drawn from. */
  readonly total: number;
  readonly strata: readonly Stratum[];
  readonly leads: readonly PopulationLead[];
}

/** A part of the database that was sampled by itself, so that small parts are seen too. */
export interface Stratum {
  /** Such as `stage decision`. */
  readonly name: string;
  /** Leads of the database in it. */
  readonly total: number;
  /** Leads of the sample in it; each stands for `total / sampled` of the database. */
  readonly sampled: number;
}

/** One lead of a population. */
export interface PopulationLead {
  /** The lead's id, or a pseudonym in a baseline: `lead-0042`. */
  readonly id: string;
  /** Index in `Population.strata`. */
  readonly stratum: number;
  readonly zone: string | null;
  readonly attributes: JsonObject;
  /** The account's id (or pseudonym) and attributes; null for a lead without one. */
  readonly account: { readonly id: string; readonly attributes: JsonObject } | null;
  readonly stage: string | null;
  readonly consents: Consents;
  /** Channels on which the lead has an address. */
  readonly channels: readonly string[];
  /** Channel → why its address must never be contacted. */
  readonly suppressed: Readonly<Record<string, string>>;
  /** Oldest first, none after `takenAt`. */
  readonly events: readonly LeadEvent[];
  readonly enrolments: readonly Enrolment[];
  /** Oldest first. */
  readonly touchpoints: readonly PopulationTouchpoint[];
}

/** A touchpoint of a lead as it stood then. */
export interface PopulationTouchpoint {
  readonly programme: string;
  readonly entry: number;
  readonly step: string;
  readonly visit: number;
  readonly channel: string;
  readonly content: string;
  readonly state: TouchpointState;
  /** When it was sent; before that, when it was planned. */
  readonly at: Date;
  /** When dispatch looks at it next, while it is planned or held. */
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
}
