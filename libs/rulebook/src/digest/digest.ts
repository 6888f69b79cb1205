import type { LeadEvent } from '@tendril/events';
import { NO_OLDER, type Older } from '../language/older.ts';
import type { LeadFacts } from '../language/types.ts';

/** What is kept of a lead's events, so that rules need not read them again: with it they answer as with the whole history. */
export interface Digest {
  /** Oldest first; of one moment, by number. */
  readonly events: readonly KeptEvent[];
  /** Counters of all others. */
  readonly older: Older;
  /** When an event was last found to be needed no more, in Unix milliseconds; 0 for never. */
  readonly prunedAt: number;
}

/** An event as rules see it (`asRulesSee`), with its number in the database. */
export interface KeptEvent extends LeadEvent {
  readonly seq: number;
}

/** The digest of a lead without events. */
export const EMPTY_DIGEST: Digest = { events: [], older: NO_OLDER, prunedAt: 0 };

/**
 * Can the digest answer for this moment? Not for one before it was pruned, when the clock jumped back: events of the windows
 * of then are gone. It is then made anew, from {@link EMPTY_DIGEST} and the whole history.
 */
export function answersAt({ prunedAt }: Digest, now: Date): boolean {
  return prunedAt <= now.getTime();
}

/** What an evaluation reads of the digest. */
export function factsOf({ events, older }: Digest): Required<Pick<LeadFacts, 'events' | 'older'>> {
  return { events, older };
}
