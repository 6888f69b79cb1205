import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { activate, ActiveRulebook, compileRulebook, ConnectorSet, reconcileRestored, type World } from '@tendril/flows';
import { type Clock, idsFrom } from '@tendril/kernel';
import { readRuleFolder } from '@tendril/rulebook';
import { activeRulebook, initSetting, openStore, type Store } from '@tendril/store';
import { databaseFolder, type Settings, variable } from './settings.ts';

/** What a process may be given instead of the real thing: by tests only. */
export interface WorldParts {
  readonly clock: Clock;
  readonly log: World['log'];
  readonly store?: Store;
  /** Vendor host → local server that plays it. */
  readonly redirect?: Readonly<Record<string, string>>;
  /** Ends a request to a vendor that takes too long. */
  readonly deadline?: () => AbortSignal;
}

/** Opens the database, activates the rules folder where that is due, opens the connectors, and deals with a backup that was restored. */
export async function openWorld(settings: Settings, environment: NodeJS.ProcessEnv, parts: WorldParts): Promise<World> {
  const store =
    parts.store ?? (await openStore(settings.databaseUrl === undefined ? { folder: databaseFolder(settings) } : { url: settings.databaseUrl }));
  try {
    const { clock, log } = parts;
    const world: World = {
      store,
      clock,
      newId: idsFrom(clock),
      rulebook: new ActiveRulebook(),
      connectors: new ConnectorSet({
        importPackage: (name) => import(name),
        variable: (name) => variable(environment, name),
        clock,
        log,
        ...(parts.redirect ? { redirect: parts.redirect } : {}),
        ...(parts.deadline ? { deadline: parts.deadline } : {}),
      }),
      publicUrl: settings.publicUrl,
      secret: String(await initSetting(store.db, 'link.secret', randomBytes(32).toString('hex'), clock.now())),
      log,
    };
    await activateFolder(world, settings);
    const active = await world.rulebook.require(store.db);
    await world.connectors.open(active.rulebook.connectors);
    const restored = await reconcileRestored(world, settings.restoredAt);
    if (restored) log('A backup was restored: sending is stopped. tools/RUNBOOK.md says what to do before POST /v1/dispatch/start.', restored);
    return world;
  } catch (error) {
    if (!parts.store) await store.close();
    throw error;
  }
}

/**
 * The folder's rulebook decides when none does yet, and always on the embedded database, where the folder is all there is.
 * On PostgreSQL a deployed change goes through POST /v1/rulebook, so that many processes starting do not fight over it.
 */
async function activateFolder(world: World, settings: Settings): Promise<void> {
  const current = await activeRulebook(world.store.db);
  if (current && world.store.kind === 'PostgreSQL') return;
  await activateFiles(world, settings.rulesFolder, 'start');
}

/** Activates what lies in a rules folder now. @throws AppError `rulebook-broken` with the problems; nothing changes then */
export async function activateFiles(world: World, folder: string, by: string): Promise<boolean> {
  const files = await readRuleFolder(folder);
  const { activated } = await activate(world, compileRulebook({ files, gitRevision: await gitRevisionOf(folder) }), { by });
  return activated;
}

/** The commit that the folder is at; with `+` behind it when files in it differ from the commit; null outside git. */
async function gitRevisionOf(folder: string): Promise<string | null> {
  const git = (...args: string[]) => promisify(execFile)('git', ['-C', folder, ...args]).then(({ stdout }) => stdout.trim());
  try {
    const [revision, changes] = [await git('rev-parse', 'HEAD'), await git('status', '--porcelain', '--', '.')];
    return changes === '' ? revision : `${revision}+`;
  } catch {
    return null; // no git, or no repository: the rulebook's hash still names its content
  }
}
