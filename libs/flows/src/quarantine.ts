import type { IntakeEvent } from '@tendril/events';
import { deleteQuarantined, keepQuarantined, lockQuarantined } from '@tendril/store';
import { takeInWithin } from './intake.ts';
import type { World } from './world.ts';

/** Events of one transaction. */
const BATCH = 1_000;

/** What became of events in quarantine. */
export interface Released {
  /** Taken in now. */
  readonly released: number;
  /** Taken in before: only the quarantine ends. */
  readonly duplicates: number;
  /** They do not fit yet either, and stay with the reason of now. */
  readonly kept: number;
}

/**
 * Takes in again what lies in quarantine, or only these ids, the oldest first, as if it were sent now: by the tracking plan
 * and the policies of now. What still does not fit stays there, whatever its source's policy has become, so that nothing is lost.
 */
export async function releaseQuarantined(world: World, ids?: readonly number[]): Promise<Released> {
  let sum: Released = { released: 0, duplicates: 0, kept: 0 };
  for (let after: number | undefined = 0; after !== undefined; ) {
    const batch: Batch = await releaseBatch(world, ids, after);
    after = batch.last;
    sum = { released: sum.released + batch.released, duplicates: sum.duplicates + batch.duplicates, kept: sum.kept + batch.kept };
  }
  return sum;
}

/** `last`: the id after which the next batch begins; undefined behind the last one. */
type Batch = Released & { readonly last: number | undefined };

async function releaseBatch(world: World, ids: readonly number[] | undefined, after: number): Promise<Batch> {
  return world.store.transaction(async (db) => {
    const aside = await lockQuarantined(db, ids, after, BATCH);
    const fates = await takeInWithin(db, world, aside.map(({ body }) => body as unknown as IntakeEvent));
    const kept = aside.flatMap(({ id }, n) => {
      const fate = fates[n]!;
      return typeof fate === 'string' ? [] : [{ id, code: fate.code, reason: fate.message }];
    });
    const stay = new Set(kept.map(({ id }) => id));
    await keepQuarantined(db, kept);
    await deleteQuarantined(db, aside.flatMap(({ id }) => (stay.has(id) ? [] : [id])));
    const released = fates.filter((fate) => fate === 'stored').length;
    return { released, kept: kept.length, duplicates: aside.length - kept.length - released, last: aside.length < BATCH ? undefined : aside.at(-1)?.id };
  });
}
