import { advance, type LeadSnapshot } from '@tendril/programmes';
import { addShadowDue, claimPart, dropDigestsOfOtherPlansIn, endFinishedRuns, finishPart, holdRulebook, loadRange, lockLeads, partLeads } from '@tendril/store';
import { decideAbout, type Evaluated, NOTHING } from './decide-about.ts';
import { eventFactsAt } from './digests.ts';
import { readsOf, withoutShadow } from './evaluate-shadows.ts';
import type { World } from './world.ts';

/** Kind of the runs that look at every lead: each change of the rulebook makes one. */
export const EVERYONE = 'evaluation';

/** Leads of a part: few enough that a part is done within a second or two, and that others get a turn on the embedded database. */
function partSize({ store }: World): number {
  return store.kind === 'PGlite' ? 500 : 2000;
}

/**
 * Does one part of a run that looks at every lead: reads the part's leads without locks, asks the rules about them, and decides
 * anew, under their locks, about those for whom something is another now; most are not. Undefined when there is nothing to do.
 * Any number of processes may do this at once, besides ticks; a part of a process that dies is done by another.
 * `size`: how many leads the parts have of a run that begins now.
 */
export async function evaluateRunPart(world: World, size = partSize(world)): Promise<Evaluated | undefined> {
  const parted = await world.store.transaction((db) => partLeads(db, EVERYONE, size, world.clock.now()));
  const done = await evaluatePart(world);
  if (!done && parted === 0) return undefined;
  await endFinishedRuns(world.store.db, EVERYONE, world.clock.now());
  return done ?? NOTHING;
}

/**
 * Works on the parts of all such runs until there are none, giving way between two parts. On PostgreSQL two at a time: while the
 * database reads one, this process asks the rules about the other. `onPart` hears of each; no part is begun when not `going`.
 */
export async function evaluateEveryone(
  world: World,
  { going = () => true, onPart = () => undefined }: { readonly going?: () => boolean; readonly onPart?: (done: Evaluated) => void } = {},
): Promise<void> {
  const lane = async (): Promise<void> => {
    while (going()) {
      const part = await evaluateRunPart(world);
      if (!part) return;
      onPart(part);
      await giveWay();
    }
  };
  await Promise.all(world.store.kind === 'PGlite' ? [lane()] : [lane(), lane()]);
}

/** Until whatever else waits in this process had its turn. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

async function evaluatePart(world: World): Promise<Evaluated | undefined> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    const part = active && (await claimPart(db, EVERYONE));
    if (!part) return undefined;
    const now = world.clock.now();
    const { snapshots, without } = await loadRange(db, part, { plan: active.facts.key, reads: readsOf(active), now }, (text) => eventFactsAt(text, now));
    const changes = advance(withoutShadow(snapshots, active), active.rulebook, now);
    const moved = changes.flatMap(({ decision }) => (decision.changed ? [decision.lead] : []));
    const leads = [...new Set([...without, ...moved])].sort();
    await lockLeads(db, leads);
    const done = await decideAbout(db, world, active, leads, 'rulebook');
    if (active.shadow) await addShadowDue(db, others(snapshots, leads), now);
    await dropDigestsOfOtherPlansIn(db, active.facts.key, part);
    await finishPart(db, part, { changed: moved.length, transitions: done.transitions, planned: done.planned });
    return done;
  });
}

/** Leads that were not decided about, which the drafts are still to be asked about. */
function others(snapshots: readonly LeadSnapshot[], decided: readonly string[]): string[] {
  const done = new Set(decided);
  return snapshots.flatMap(({ facts }) => (done.has(facts.id) ? [] : [facts.id]));
}
