import { AppError, type Clock, type Json, MINUTE } from '@tendril/kernel';
import { databaseIdentity, type Db, doubtTouchpoints, firstNextAt, readSetting, readSettingAt, RESTORED, type RestoredRecord, writeSetting } from '@tendril/store';
import { STOPPED } from './dispatch-touchpoints.ts';
import { giveWay } from './evaluate-everyone.ts';
import { evaluateAll, evaluateDue } from './evaluate-leads.ts';
import type { World } from './world.ts';

/** Name of the setting that tells where this database lives. Its time is the last sign of life. */
const INSTANCE = 'instance';

/** How often a process says that it is alive. */
export const ALIVE_EVERY = MINUTE;

/** Clocks of machines differ by less. */
const SKEW = 5 * MINUTE;

/** Writes that the installation is alive, and where its database lives. Without it nobody could say how old a backup is. */
export async function sayAlive(world: World): Promise<void> {
  const { db } = world.store;
  await writeSetting(db, INSTANCE, await databaseIdentity(db), world.clock.now());
}

/**
 * Called before a process begins to work. When the database is a restored backup, sending is stopped until a person starts it
 * again, and what may have gone out after the backup was taken is found, so that it does not go twice: time that was lost is
 * lived through once more, as far as time alone decides, and what could have been sent by now becomes `unknown`.
 * What happened then and is told again by its sources is treated so when it comes (`planTouchpoints`).
 *
 * @param said when an operator restored a backup; needed where the database cannot tell, harmless where it is known already
 * @throws AppError `restored-in-future`
 * @returns what was found; undefined when nothing was restored since the last start
 */
export async function reconcileRestored(world: World, said?: Date): Promise<RestoredRecord | undefined> {
  const { db } = world.store;
  if (said && said > world.clock.now()) {
    throw new AppError('restored-in-future', `A backup cannot have been restored at ${said.toISOString()}: it is ${world.clock.now().toISOString()}`, {
      hint: 'Set TENDRIL_RESTORED to the moment of the restore.',
    });
  }
  const before = await readSettingAt(db, INSTANCE);
  const how = before && (await howRestored(db, before.value, said));
  if (!before || !how) {
    await sayAlive(world);
    return undefined;
  }
  await writeSetting(db, STOPPED, true, world.clock.now());
  await catchUp(world, before.at);
  const record = await world.store.transaction(async (tx): Promise<RestoredRecord> => {
    const at = world.clock.now();
    const doubted = await doubtTouchpoints(tx, new Date(at.getTime() + SKEW), at);
    const found = { backupAt: before.at.toISOString(), at: at.toISOString(), how, doubted };
    await writeSetting(tx, RESTORED, found, at);
    return found;
  });
  await sayAlive(world);
  return record;
}

/** The last restore, as long as sending is stopped; undefined when there was none, or when sending goes on. */
export async function readRestored(db: Db): Promise<RestoredRecord | undefined> {
  if ((await readSetting(db, STOPPED)) !== true) return undefined;
  return (await readSetting(db, RESTORED)) as RestoredRecord | undefined;
}

async function howRestored(db: Db, identity: Json, said: Date | undefined): Promise<string | undefined> {
  const last = (await readSetting(db, RESTORED)) as RestoredRecord | undefined;
  if (said && (!last || new Date(last.at) < said)) return 'an operator said so';
  const now = await databaseIdentity(db);
  return identity !== null && now !== null && identity !== now ? `the database was ${String(identity)} and is ${now}` : undefined;
}

/**
 * Decides what time alone would have decided since, in the order in which it would have: somebody may have been in a segment for
 * an hour of it. It begins a minute after the last sign of life, when everything in the backup had been decided.
 */
async function catchUp(world: World, since: Date): Promise<void> {
  const at = { time: since.getTime() + ALIVE_EVERY };
  const then: World = { ...world, clock: { now: () => new Date(at.time) } satisfies Clock };
  while (at.time < world.clock.now().getTime()) {
    await evaluateDue(then);
    const next = await firstNextAt(world.store.db);
    if (!next) break;
    at.time = Math.max(at.time + MINUTE, next.getTime());
    await giveWay();
  }
  await evaluateAll(world);
}
