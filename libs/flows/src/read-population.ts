import { DAY } from '@tendril/kernel';
import { allocate, type Population, type PopulationLead, strataOf, stratumName } from '@tendril/plan';
import type { Rulebook } from '@tendril/rulebook';
import { countStrata, type Db, drawLeads, type EventsRequest, readAsOfNow, readSample, type StratumCount, type StratumQuota } from '@tendril/store';
import type { World } from './world.ts';

/** No more of a lead's newest events are read. */
export const EVENTS_PER_LEAD = 200;

/** An account of more leads is a mail provider's domain rather than a company: its leads are drawn one by one. */
const LARGEST_ACCOUNT = 50;

const PAGE = 500;
const RECENT_DAYS = 60;

/** What every lead's recent past is kept of, whether rules read it or not: it says how the lead's attributes and rights came about. */
const ALWAYS = ['lead_updated', 'consent_changed', 'suppressed'] as const;

/** What to draw. */
export interface PopulationRequest {
  /** About so many leads at most: accounts are drawn whole. */
  readonly size: number;
  /** Names the stages, and the grades that tell who is engaged. */
  readonly rulebook: Rulebook;
  /** Types of events to read; those that the rulebook reads when left out. */
  readonly eventTypes?: readonly string[];
}

/**
 * The leads of the database as they stand now, with their real ids: all of them, or a sample. Strata are stages and, in them,
 * how engaged the account's leads are; from each, whole accounts are drawn with equal chances. So every lead of a stratum
 * stands for `total / sampled` leads, a share over the sample is a ratio estimate, and `accountCount` sees whole accounts.
 * Reads one moment of the database, in pages; writes nothing.
 */
export function readPopulation(world: World, { size, rulebook, eventTypes = rulebook.eventTypes }: PopulationRequest): Promise<{ population: Population; cutLeads: number }> {
  const takenAt = world.clock.now();
  const recent = { types: ALWAYS.filter((type) => !eventTypes.includes(type)), after: new Date(takenAt.getTime() - RECENT_DAYS * DAY) };
  const names = strataOf(rulebook);
  return world.store.transaction(async (db) => {
    await readAsOfNow(db);
    const request = { ...names, largestAccount: LARGEST_ACCOUNT };
    const counts = await countStrata(db, request);
    const drawn = await drawLeads(db, request, quotasOf(counts, size));
    const { leads, cutLeads } = await readPages(db, drawn.map(({ lead }) => lead), { now: takenAt, types: eventTypes, recent, perLead: EVENTS_PER_LEAD });
    const key = ({ stage, grade }: { readonly stage: number; readonly grade: number }): string => `${stage} ${grade}`;
    const places = new Map(counts.map((count, index) => [key(count), index]));
    const stratumOf = new Map(drawn.map((one) => [one.lead, places.get(key(one)) ?? 0]));
    const members = leads.map((lead): PopulationLead => ({ ...lead, stratum: stratumOf.get(lead.id) ?? 0 }));
    const sampled = (index: number): number => members.filter(({ stratum }) => stratum === index).length;
    const strata = counts.map((count, index) => ({ name: stratumName(names, count), total: count.leads, sampled: sampled(index) }));
    return { population: { takenAt, total: counts.reduce((sum, count) => sum + count.leads, 0), strata, leads: members }, cutLeads };
  });
}

/** Leads to draw, as units: by number and not by leads, or a large account would have less of a chance than a small one. */
function quotasOf(counts: readonly StratumCount[], size: number): StratumQuota[] {
  const shares = allocate(counts.map(({ leads }) => leads), size);
  return counts.map(({ stage, grade, units, leads }, index) => {
    const share = (shares[index] ?? leads) / leads;
    return { stage, grade, units: share >= 1 ? units : Math.max(1, Math.round(units * share)) };
  });
}

async function readPages(db: Db, ids: readonly string[], request: EventsRequest): Promise<{ leads: Omit<PopulationLead, 'stratum'>[]; cutLeads: number }> {
  const leads: Omit<PopulationLead, 'stratum'>[] = [];
  let cutLeads = 0;
  for (let n = 0; n < ids.length; n += PAGE) {
    for (const { cut, ...lead } of await readSample(db, ids.slice(n, n + PAGE), request)) {
      leads.push(lead);
      if (cut) cutLeads += 1;
    }
  }
  return { leads, cutLeads };
}
