import { MINUTE } from '@tendril/kernel';
import { answersAt, type Digest, type DigestJson, EMPTY_DIGEST, type FactPlan, factsOf, foldEvents, fromJson, type KeptEvent, toJson } from '@tendril/rulebook';
import {
  type Db,
  dropDigestsOfOtherPlans,
  type EventFacts,
  lastEvent,
  leadsWithoutDigest,
  prepareDigests,
  readAsOfNow,
  readDigests,
  readGone,
  readHistories,
  saveDigests,
  type Waiting,
} from '@tendril/store';
import type { World } from './world.ts';

/** The digests of leads that a transaction holds. */
export interface OpenDigests {
  readonly of: Map<string, Digest>;
  /** Leads whose digest is another than the stored one. */
  readonly changed: Set<string>;
  /** Do some of the leads have digests for other plans? */
  readonly others: boolean;
}

/**
 * The digests of leads that this transaction holds, with what waits for them folded in; a lead without a digest for the plan gets
 * one from its events.
 */
export async function openDigests(db: Db, plan: FactPlan, leads: readonly string[], waiting: Waiting['events'], now: Date): Promise<OpenDigests> {
  const { digests: kept, others } = await readDigests(db, leads, plan.key);
  const digests = new Map([...kept].map(([lead, text]) => [lead, digestOf(text)]));
  const missing = leads.filter((lead) => !answersNow(digests.get(lead), now));
  const histories = missing.length > 0 ? await readHistories(db, missing, plan.types) : new Map<string, never>();
  const open = { of: digests, changed: new Set<string>(missing), others };
  const gone = await readGone(db, missing);
  for (const lead of missing) digests.set(lead, foldEvents(beginning(gone.get(lead)), histories.get(lead) ?? [], plan, prunedUntil(now)));
  foldInto(open, plan, waiting, now);
  return open;
}

/** Folds more events into open digests. */
export function foldInto({ of, changed }: OpenDigests, plan: FactPlan, fresh: ReadonlyMap<string, readonly KeptEvent[]>, now: Date): void {
  for (const [lead, events] of fresh) {
    const before = of.get(lead) ?? EMPTY_DIGEST;
    const digest = foldEvents(before, events, plan, prunedUntil(now));
    if (digest === before) continue;
    of.set(lead, digest);
    changed.add(lead);
  }
}

/** What rules may ask about the events of each lead. */
export function eventFacts({ of }: OpenDigests): Map<string, EventFacts> {
  return new Map([...of].map(([lead, digest]) => [lead, factsOf(digest)]));
}

/** Stores the digests that changed. `heard`: leads to whom something happened; what they have for other plans lacks it, and goes. */
export async function closeDigests(db: Db, plan: FactPlan, { of, changed, others }: OpenDigests, heard: Iterable<string>): Promise<void> {
  if (others) await dropDigestsOfOtherPlans(db, plan.key, [...new Set(heard)]);
  await saveDigests(db, plan.key, [...changed].flatMap((lead) => {
    const digest = of.get(lead);
    return digest ? [{ lead, digest: textOf(digest) }] : [];
  }));
}

/** Clocks of other processes may be behind ours by a minute, and digests still answer for them. */
function prunedUntil(now: Date): Date {
  return new Date(now.getTime() - MINUTE);
}

function answersNow(digest: Digest | undefined, now: Date): boolean {
  return digest !== undefined && answersAt(digest, now);
}

/** What a digest begins with that is made from a lead's events: what is known of those that were deleted. */
function beginning(gone: string | undefined): Digest {
  return gone === undefined ? EMPTY_DIGEST : digestOf(gone);
}

/** A digest as it is stored. */
export function textOf(digest: Digest): string {
  return JSON.stringify(toJson(digest));
}

/** What rules may ask at a moment about the events that a stored digest holds; undefined when it cannot answer for that moment. */
export function eventFactsAt(text: string, now: Date): EventFacts | undefined {
  const digest = digestOf(text);
  return answersAt(digest, now) ? factsOf(digest) : undefined;
}

/** The digest of a stored text. */
export function digestOf(text: string): Digest {
  return fromJson(JSON.parse(text) as DigestJson);
}

/** Leads whose events are read at once when a plan is prepared. */
const PREPARED = 2000;

/**
 * Makes the digests for a plan before it becomes active, so that no tick has to read histories then: the events of all leads,
 * read once, a few thousand leads at a time. Returns the number of the last event that they hold.
 */
export async function prepareFacts(world: World, plan: FactPlan): Promise<number> {
  const upto = await world.store.transaction(lastEvent);
  let after: string | null = null;
  for (;;) {
    const leads: string[] = await leadsWithoutDigest(world.store.db, { plan: plan.key, upto, after, limit: PREPARED });
    if (leads.length === 0) return upto;
    const now = prunedUntil(world.clock.now());
    const { histories, gone } = await world.store.transaction(async (db) => {
      await readAsOfNow(db); // an event is among the lead's or among the deleted ones, and never in both
      return { histories: await readHistories(db, leads, plan.types, upto), gone: await readGone(db, leads) };
    });
    const rows = [...histories].map(([lead, events]) => ({ lead, digest: textOf(foldEvents(beginning(gone.get(lead)), events, plan, now)) }));
    await prepareDigests(world.store.db, plan.key, upto, rows);
    after = leads.at(-1) ?? null;
  }
}
