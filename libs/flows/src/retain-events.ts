import type { TrackingPlan } from '@tendril/events';
import { durationMs } from '@tendril/kernel';
import { addOlder, answersAt, type Digest, EMPTY_DIGEST, type FactPlan, foldEvents, type KeptEvent } from '@tendril/rulebook';
import {
  claimRetention,
  type Db,
  deleteEvents,
  holdRulebook,
  lockFreeLeads,
  readDigests,
  readExpired,
  readGone,
  type Retained,
  saveDigests,
  saveGone,
  saveRetention,
  type StoredDigest,
} from '@tendril/store';
import { digestOf, textOf } from './digests.ts';
import type { World } from './world.ts';

/**
 * One batch of the day's deletion of events that the tracking plan keeps for a time only, in one transaction. Answers of rules
 * stay the same: what the lead's digest still keeps is not deleted, and what it counts is added to the lead's counters, with
 * which a digest begins that is made anew. Events that wait for a tick, and leads that somebody works on, are left for tomorrow.
 *
 * @returns how many were deleted; undefined when the day's work is done, or another process does it
 */
export async function retainEvents(world: World): Promise<number | undefined> {
  const { latest } = world.rulebook;
  if (latest && retainedAt(latest.rulebook.trackingPlan, world.clock.now()).length === 0) return undefined;
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    const now = world.clock.now();
    const kept = active ? retainedAt(active.rulebook.trackingPlan, now) : [];
    const state = kept.length > 0 ? await claimRetention(db, now) : undefined;
    const day = now.toISOString().slice(0, 10);
    if (!active || !state || (state.day === day && state.after === null)) return undefined;
    const { last, events } = await readExpired(db, state.day === day ? (state.after ?? 0) : 0, kept);
    const deleted = await deleteExpired(db, active.facts, events, now);
    await saveRetention(db, { day, after: last }, now);
    return deleted;
  });
}

/** The types that are kept for a time only, and before when events of each must have arrived to be deleted. */
function retainedAt({ events }: TrackingPlan, now: Date): Retained[] {
  return Object.entries(events).flatMap(([type, { retention, outcome }]) =>
    retention === undefined || outcome ? [] : [{ type, before: new Date(now.getTime() - durationMs(retention)) }],
  );
}

async function deleteExpired(db: Db, plan: FactPlan, events: readonly (KeptEvent & { readonly lead: string })[], now: Date): Promise<number> {
  if (events.length === 0) return 0;
  const leads = await lockFreeLeads(db, [...new Set(events.map(({ lead }) => lead))]);
  const { digests } = await readDigests(db, leads, plan.key);
  const gone = await readGone(db, leads);
  const expired = new Map<string, KeptEvent[]>(leads.map((lead) => [lead, []]));
  for (const { lead, ...event } of events) expired.get(lead)?.push(event);
  const deleted: number[] = [];
  const pruned: StoredDigest[] = [];
  const counted: StoredDigest[] = [];
  for (const [lead, all] of expired) {
    const digest = prunedDigest(digests.get(lead), plan, now);
    const needed = digest && new Set(digest.events.map(({ seq }) => seq));
    if (digest) pruned.push({ lead, digest: textOf(digest) });
    const going = all.filter(({ type, seq }) => !plan.types.includes(type) || (needed && !needed.has(seq)));
    if (going.length === 0) continue;
    const before = gone.get(lead);
    const { older } = before === undefined ? EMPTY_DIGEST : digestOf(before);
    deleted.push(...going.map(({ seq }) => seq));
    counted.push({ lead, digest: textOf({ ...EMPTY_DIGEST, older: addOlder(older, going, plan) }) });
  }
  await saveDigests(db, plan.key, pruned);
  await saveGone(db, counted);
  await deleteEvents(db, deleted);
  return deleted.length;
}

/** Of a lead that was left in peace for long, the digest still keeps what left its windows since. None when it cannot answer for now. */
function prunedDigest(text: string | undefined, plan: FactPlan, now: Date): Digest | undefined {
  const digest = text === undefined ? undefined : digestOf(text);
  return digest && answersAt(digest, now) ? foldEvents(digest, [], plan, now) : undefined;
}
