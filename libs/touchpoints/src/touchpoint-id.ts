import { sha256Of } from '@tendril/kernel';

/** What makes a touchpoint this one and no other. */
export interface TouchpointKey {
  readonly programme: string;
  readonly lead: string;
  /** Counts this lead's enrolments in the programme, from 1. */
  readonly entry: number;
  readonly step: string;
  /** Counts this enrolment's arrivals at the step, from 1. */
  readonly visit: number;
}

/**
 * The touchpoint's id: 64 hex digits of SHA-256 over its key, so that planning twice finds the first plan.
 * The programme's version is no part of it: a new version never plans the same contact again.
 */
export function touchpointId({ programme, lead, entry, step, visit }: TouchpointKey): string {
  return sha256Of('touchpoint', programme, lead, entry, step, visit);
}
