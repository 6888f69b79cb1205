import { messageOf } from '@tendril/kernel';
import { advanceShadow, type LeadSnapshot, type ShadowSnapshot } from '@tendril/programmes';
import type { Reads } from '@tendril/rulebook';
import {
  addShadowDue,
  addShadowDueColleagues,
  claimShadowDue,
  type Db,
  deleteWaiting,
  holdRulebook,
  loadShadows,
  loadSnapshots,
  readWaiting,
  saveShadows,
  withinSavepoint,
} from '@tendril/store';
import type { Active } from './active-rulebook.ts';
import { closeDigests, eventFacts, openDigests } from './digests.ts';
import type { World } from './world.ts';

/** Leads a pass takes, as in `evaluateLeads`. */
const BATCH = 250;

/** A batch of leads for the drafts. */
interface ShadowBatch {
  /** With the events that drafts read. */
  readonly snapshots: readonly LeadSnapshot[];
  /** Lead → what the live rules made of it just now; a lead that is missing was not asked for by them. */
  readonly after: ReadonlyMap<string, LeadSnapshot['state']>;
}

/** What live rules and drafts ask about besides events. */
export function readsOf({ rulebook: { reads }, shadow }: Active): Reads {
  if (!shadow) return reads;
  const drafts = shadow.rulebook.reads;
  return {
    touchpoints: reads.touchpoints || drafts.touchpoints,
    accounts: reads.accounts || drafts.accounts,
    accountCounts: [...new Set([...reads.accountCounts, ...drafts.accountCounts])].sort(),
    transitions: [...new Set([...reads.transitions, ...drafts.transitions])].sort(),
  };
}

/** The snapshots as live rules see them: without the events that only drafts read, so that these change not even a why. */
export function withoutShadow(snapshots: readonly LeadSnapshot[], active: Active): readonly LeadSnapshot[] {
  const read = new Set(active.rulebook.eventTypes);
  if (active.facts.types.every((type) => read.has(type))) return snapshots;
  return snapshots.map((snapshot) => {
    const events = snapshot.facts.events.filter(({ type }) => read.has(type));
    return events.length === snapshot.facts.events.length ? snapshot : { ...snapshot, facts: { ...snapshot.facts, events } };
  });
}

/**
 * Evaluates the drafts for a batch of leads, in the transaction that decided about them. Drafts are evaluated in shadow: nothing
 * live reads what is written here, and a failure here is logged and undoes nothing that was decided: the leads of `waiting` are
 * asked about again.
 */
export async function evaluateShadow(db: Db, world: World, active: Active, batch: ShadowBatch & { readonly waiting: readonly string[] }): Promise<void> {
  try {
    await withinSavepoint(db, () => saveShadow(db, world, active, batch));
  } catch (error) {
    await addShadowDue(db, batch.waiting, world.clock.now());
    world.log(`Drafts could not be evaluated for ${batch.snapshots.length} leads: ${messageOf(error)}`, { error: error instanceof Error ? error.stack : error });
  }
}

async function saveShadow(db: Db, world: World, { shadow }: Active, { snapshots, after }: ShadowBatch): Promise<void> {
  if (!shadow) return;
  const now = world.clock.now();
  const memory = await loadShadows(db, snapshots.map(({ facts }) => facts.id));
  const beside = snapshots.map(({ facts, state, enrolments }): ShadowSnapshot => {
    const { answers = [], enrolments: own = [] } = memory.get(facts.id) ?? {};
    return { facts, before: state, after: after.get(facts.id) ?? state, enrolments: [...enrolments, ...own], answers };
  });
  const changes = advanceShadow(beside, shadow, now);
  await saveShadows(db, changes, shadow.rulebook.hash, now);
  // As in wakeColleagues, for drafts that count the leads in a draft.
  const { accountCounts } = shadow.rulebook.reads;
  const moved = changes.filter(({ answers, gone }) => [...answers.map(({ rule }) => rule), ...gone].some((rule) => accountCounts.includes(rule)));
  await addShadowDueColleagues(db, moved.map(({ lead }) => lead), now);
}

/**
 * One pass over leads that are due for the drafts alone: something happened that only drafts read, or time changes what one
 * answers. Returns how many. Safe to run in many processes at once.
 */
export async function evaluateShadows(world: World, limit = BATCH): Promise<number> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    if (!active?.shadow) return 0;
    const now = world.clock.now();
    const leads = await claimShadowDue(db, now, limit);
    if (leads.length === 0) return 0;
    const waiting = await readWaiting(db, leads, 'drafts');
    const digests = await openDigests(db, active.facts, leads, waiting.events, now);
    await closeDigests(db, active.facts, digests, waiting.events.keys());
    await deleteWaiting(db, waiting);
    const snapshots = await loadSnapshots(db, leads, { events: eventFacts(digests), reads: readsOf(active), now });
    await saveShadow(db, world, active, { snapshots, after: new Map() });
    return leads.length;
  });
}

/** Passes until no lead is due for the drafts. A failure is logged: drafts hold nothing up. */
export async function evaluateAllShadows(world: World): Promise<void> {
  try {
    while ((await evaluateShadows(world)) > 0);
  } catch (error) {
    world.log(`Drafts could not be evaluated: ${messageOf(error)}`, { error: error instanceof Error ? error.stack : error });
  }
}
