import type { Obstacle, Outcome } from './contract.ts';

/** So many calls in a row without an answer that helps, and the vendor is left alone. */
const FAILURES = 5;

/** How long it is left alone when the vendor names no time. */
const PAUSE = 30_000;

/** Refused credentials and settings need a person, so ask less often. */
const PAUSE_FOR_PEOPLE = 60_000;

/** Why nothing goes out now, and for how many more milliseconds. */
export interface Stop {
  readonly reason: Obstacle;
  readonly message: string;
  readonly after: number;
}

/** Leaves a vendor alone while it cannot serve us, so that no touchpoint burns an attempt, or its one send, on it. */
export interface Breaker {
  /** Undefined when calls may go out. */
  stopped(now: Date): Stop | undefined;
  /** How many calls may be under way together: a dead vendor must not make fifty touchpoints `unknown` at once. */
  width(): number;
  /** Hears what one call came to. */
  heard(outcomes: readonly Outcome[], now: Date): void;
}

/**
 * A breaker on the injected clock (cockatiel's reads the wall clock, so its pauses could not be tested without sleeping).
 *
 * A 429, refused credentials or refused settings stop at once; five unanswered calls in a row stop; after the pause one
 * call at a time probes until the vendor answers.
 */
export function breakerOf(): Breaker {
  let failures = 0;
  let probing = false;
  let pause: { reason: Obstacle; message: string; until: number; length: number } | undefined;

  const begin = (now: Date, reason: Obstacle, message: string, length: number): void => {
    pause = { reason, message, until: now.getTime() + length, length };
    probing = true;
  };

  return {
    stopped(now) {
      if (pause === undefined) return undefined;
      // A clock that was set back starts the pause again, rather than prolonging it by as much.
      pause.until = Math.min(pause.until, now.getTime() + pause.length);
      const after = pause.until - now.getTime();
      if (after > 0) return { reason: pause.reason, message: `paused after: ${pause.message}`, after };
      pause = undefined;
      return undefined;
    },
    width: () => (probing ? 1 : FAILURES),
    heard(outcomes, now) {
      const retries = outcomes.filter((outcome) => outcome.state === 'retry');
      const blocked = retries.find(({ reason }) => reason !== 'vendor');
      if (blocked !== undefined) {
        return begin(now, blocked.reason, blocked.message, blocked.after ?? (blocked.reason === 'limits' ? PAUSE : PAUSE_FOR_PEOPLE));
      }
      const silent = outcomes.every((outcome) => outcome.state === 'retry' || outcome.state === 'unknown');
      failures = silent ? failures + 1 : 0;
      if (!silent) probing = false;
      else if (probing || failures >= FAILURES) {
        begin(now, 'vendor', `${failures} calls in a row got no answer`, retries[0]?.after ?? PAUSE);
      }
    },
  };
}
