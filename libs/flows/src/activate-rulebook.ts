import { AppError } from '@tendril/kernel';
import { activateRulebook, type ActivationTerms, activeRulebook, expectActive, readRulebook, rollbackTarget, rulebookHistory, setDrafts } from '@tendril/store';
import { type Active, compileRulebook } from './active-rulebook.ts';
import type { World } from './world.ts';

/** Who wants a rulebook active, and on which terms. */
export interface ActivationOrder {
  readonly by: string;
  readonly reason?: string | null;
  /** Hash of the rulebook that must still be the active one; any when undefined. */
  readonly expect?: string | undefined;
}

/** What became of it. */
export interface Activated {
  readonly hash: string;
  /** The newest that these files are known by. */
  readonly gitRevision: string | null;
  /** False when it was the active one already. */
  readonly activated: boolean;
  /** Hash of the rulebook that decided before; null when nothing changed or there was none. */
  readonly previous: string | null;
  /** Leads that are to be evaluated anew. */
  readonly due: number;
}

/**
 * Makes a compiled rulebook the one that decides, for all processes, between their batches. Its connectors are opened before, so
 * that one which cannot be opened refuses the whole rulebook; what a connector of the rulebook before was given is not affected.
 *
 * @throws AppError `rulebook-changed` when another one than expected is active, `connector-…`
 */
export async function activate(world: World, next: Active, { by, ...terms }: ActivationOrder & ActivationTerms): Promise<Activated> {
  const { hash, connectors, sources } = next.rulebook;
  await world.connectors.prepare(connectors);
  const { done, gitRevision } = await world.store.transaction(async (db) => {
    const book = { hash, gitRevision: next.gitRevision, files: sources };
    const at = world.clock.now();
    const activation = await activateRulebook(db, book, at, by, terms);
    if (activation) await setDrafts(db, draftsOf(next), at);
    return { done: activation, gitRevision: (await activeRulebook(db))?.gitRevision ?? null };
  });
  await world.connectors.open(connectors);
  return { hash, gitRevision, activated: done !== null, previous: done?.previous ?? null, due: done?.due ?? 0 };
}

function draftsOf({ shadow }: Active): string[] {
  return shadow ? [...shadow.models, ...shadow.segments, ...shadow.rulebook.journeys.map(({ id }) => id)] : [];
}

/** Where a rollback goes, ready to be activated. */
export interface Rollback {
  readonly from: string;
  readonly to: Active;
  readonly returnedTo: number;
}

/** Rollbacks look this many activations back. */
const HISTORY = 100_000;

/**
 * Finds and compiles the rulebook that a rollback would return to: the one active before, or the one that `to` names.
 * See `rollbackTarget` for what "before" means.
 */
export async function findRollback(world: World, to: string | undefined, expect: string | undefined): Promise<Rollback> {
  const { db } = world.store;
  const history = await rulebookHistory(db, HISTORY);
  expectActive(history[0], expect);
  const target = rollbackTarget(history, to);
  const stored = await readRulebook(db, target.hash);
  if (!stored || !history[0]) throw new AppError('rulebook-lost', `The rulebook ${target.hash} is not stored`);
  return { from: history[0].hash, to: compileRulebook(stored), returnedTo: target.returnedTo };
}

/**
 * Activates what `findRollback` found, if the rulebook that it was found from still decides: of two people who roll back
 * at once, one does, and the other is told.
 */
export async function rollBack(world: World, { from, to, returnedTo }: Rollback, order: Omit<ActivationOrder, 'expect'>): Promise<Activated> {
  return activate(world, to, { ...order, expect: from, returnedTo });
}
