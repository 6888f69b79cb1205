import { anonymise, formatBaseline, personalComparisons } from '@tendril/plan';
import type { RuleSource } from '@tendril/rulebook';
import { EVENTS_PER_LEAD, readPopulation } from './read-population.ts';
import type { World } from './world.ts';

/** A baseline to be kept beside rule files. */
export interface DrawnBaseline {
  /** With paths under `rules/`. */
  readonly files: readonly RuleSource[];
  /** Personal values that the active rules compare, such as `lead.email`: over this baseline those comparisons see placeholders. */
  readonly compared: readonly string[];
}

/** Draws about `size` leads and takes away who they are, as the active rulebook and its tracking plan tell. */
export async function drawBaseline(world: World, size: number): Promise<DrawnBaseline> {
  const { rulebook } = await world.rulebook.require(world.store.db);
  const drawn = await readPopulation(world, { size, rulebook });
  const { population, replaced } = anonymise(drawn.population, rulebook);
  const { hash, eventTypes } = rulebook;
  const drawing = { size, rulebook: hash, eventTypes: [...eventTypes], eventsPerLead: EVENTS_PER_LEAD, cutLeads: drawn.cutLeads, replaced };
  return { files: formatBaseline(population, drawing), compared: personalComparisons(rulebook) };
}
