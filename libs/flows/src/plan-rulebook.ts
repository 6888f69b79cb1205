import { setImmediate as others } from 'node:timers/promises';
import { type Plan, planChange } from '@tendril/plan';
import type { Active } from './active-rulebook.ts';
import { readPopulation } from './read-population.ts';
import type { World } from './world.ts';

/** A database of so many leads is planned for as a whole; of a larger one, a stratified sample of about as many. */
const MOST_LEADS = 10_000;

/**
 * What a rulebook would change if it were activated now, and in the days after, on the leads of the database. One moment is
 * read and nothing is written; between batches, whatever else waits has its turn.
 */
export async function planRulebook(world: World, { rulebook: after }: Active, days: number): Promise<Plan> {
  const before = (await world.rulebook.read(world.store.db))?.rulebook ?? null;
  const eventTypes = [...new Set([...(before?.eventTypes ?? []), ...after.eventTypes])];
  const { population } = await readPopulation(world, { size: MOST_LEADS, rulebook: before ?? after, eventTypes });
  return planChange({ before, after, population }, { now: world.clock.now(), days, pause: () => others() });
}
