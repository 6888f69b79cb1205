import type { IntakeEvent } from '@tendril/events';
import { type Fate, type IntakeResult, takeInWithin, tally } from './intake.ts';
import type { World } from './world.ts';

/** Events that share a transaction: as many as one request may bring, so that nobody waits for much more than their own. */
const GROUP = 1_000;

/**
 * Transactions at a time: one writes while the other one's commit waits for the disk. The embedded database has one connection.
 * The second one begins only for a full group: single events cost least when all of them share one.
 */
const LANES: Readonly<Record<World['store']['kind'], number>> = { PostgreSQL: 2, PGlite: 1 };

/** The events of one caller, who waits for the answer. */
interface Part {
  readonly events: readonly IntakeEvent[];
  readonly answer: (result: IntakeResult) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Group commit: takes in the events of callers that come at the same time, together. A caller who comes alone goes at once;
 * who comes while one runs waits for it to end, and the next takes all that wait. Nothing waits for a clock.
 *
 * Each caller hears of their own events, after the commit. It is as if the callers had come one after the other: of the same
 * event told by two, one is stored and the other a duplicate.
 */
export class IntakeQueue {
  readonly #waiting: Part[] = [];
  #running = 0;
  /** Events that wait. */
  #events = 0;

  constructor(private readonly world: World) {}

  /** As `takeIn`. */
  take(events: readonly IntakeEvent[]): Promise<IntakeResult> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ events, answer, fail });
      this.#events += events.length;
      if (this.#running === 0 || (this.#running < LANES[this.world.store.kind] && this.#events >= GROUP)) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#running += 1;
    while (this.#waiting.length > 0) await takeGroup(this.world, this.#nextGroup());
    this.#running -= 1;
  }

  #nextGroup(): Part[] {
    let events = 0;
    const full = this.#waiting.findIndex((part) => (events += part.events.length) > GROUP);
    const group = this.#waiting.splice(0, full === -1 ? this.#waiting.length : Math.max(1, full));
    for (const part of group) this.#events -= part.events.length;
    return group;
  }
}

/** One transaction for all; when it fails, one for each half: the failure finds the part that caused it, and only that one hears of it. */
async function takeGroup(world: World, parts: readonly Part[]): Promise<void> {
  let fates: readonly Fate[];
  try {
    fates = await world.store.transaction((db) => takeInWithin(db, world, parts.flatMap(({ events }) => events)));
  } catch (error) {
    if (parts.length === 1) return parts[0]!.fail(error);
    const half = Math.ceil(parts.length / 2);
    await takeGroup(world, parts.slice(0, half));
    return takeGroup(world, parts.slice(half));
  }
  let from = 0;
  for (const { events, answer } of parts) answer(tally(fates.slice(from, (from += events.length))));
}
