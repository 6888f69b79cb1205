/** Where every "now" comes from. Production passes `systemClock`; tests, the demo and the simulation move their own. */
export interface Clock {
  now(): Date;
}

/** The wall clock: the only place in Tendril that reads it (a lint rule keeps it so). */
export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still until it is moved, forwards or backwards. */
export class ManualClock implements Clock {
  #at: number;

  constructor(start: Date | string) {
    this.#at = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#at);
  }

  set(at: Date | string): void {
    this.#at = new Date(at).getTime();
  }

  advance(milliseconds: number): void {
    this.#at += milliseconds;
  }
}

/** Milliseconds. */
export const SECOND = 1_000;
/** Milliseconds. */
export const MINUTE = 60 * SECOND;
/** Milliseconds. */
export const HOUR = 60 * MINUTE;
/** Milliseconds in 24 hours: not a calendar day, which needs a zone. */
export const DAY = 24 * HOUR;
