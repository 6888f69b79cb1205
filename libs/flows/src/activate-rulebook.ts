import { AppError } from '@tendril/kernel';
import {
  activateRulebook,
  type ActivationTerms,
  activeRulebook,
  addRun,
  cancelRuns,
  type Db,
  expectActive,
  nameOf,
  type PlanReady,
  readRulebook,
  rollbackTarget,
  rulebookHistory,
  setDrafts,
} from '@tendril/store';
import { type Active, compileRulebook } from './active-rulebook.ts';
import { prepareFacts } from './digests.ts';
import { EVERYONE } from './evaluate-everyone.ts';
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
  /** The run that does so; null when nothing changed. */
  readonly run: string | null;
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
  const plan = await readyPlan(world, next);
  const { done, run, gitRevision } = await world.store.transaction(async (db) => {
    const book = { hash, gitRevision: next.gitRevision, files: sources, plan };
    const at = world.clock.now();
    const activation = await activateRulebook(db, book, at, by, terms);
    const everyone = activation ? await lookAtEveryone(db, world, next) : null;
    if (activation) await setDrafts(db, draftsOf(next), at);
    return { done: activation, run: everyone, gitRevision: (await activeRulebook(db))?.gitRevision ?? null };
  });
  await world.connectors.open(connectors);
  return { hash, gitRevision, activated: done !== null, previous: done?.previous ?? null, due: done?.due ?? 0, run };
}

/** Digests are made before the rulebook is active, unless those of the active one serve it as they are. */
async function readyPlan(world: World, { rulebook: { hash }, facts }: Active): Promise<PlanReady> {
  const current = await activeRulebook(world.store.db);
  const same = current?.hash === hash || current?.plan === facts.key;
  return { key: facts.key, upto: same ? null : await prepareFacts(world, facts) };
}

/** Makes the run that evaluates every lead by a rulebook, in place of one that is still doing so by another. */
async function lookAtEveryone(db: Db, world: World, { rulebook: { hash }, gitRevision }: Active): Promise<string> {
  const at = world.clock.now();
  const [id, name] = [world.newId(), nameOf({ hash, gitRevision })];
  await cancelRuns(db, { kind: EVERYONE }, `Another rulebook was activated: ${name}`, at);
  await addRun(db, { id, kind: EVERYONE, title: `Every lead by the rulebook ${name}`, createdAt: at, input: { rulebook: hash } });
  return id;
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
