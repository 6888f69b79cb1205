import { activate, ActiveRulebook, compileRulebook, ConnectorSet, type World } from '@tendril/flows';
import { idsFrom, ManualClock, seededRandom } from '@tendril/kernel';
import { readRuleFolder, type Rulebook, type RuleSource } from '@tendril/rulebook';
import type { Store } from '@tendril/store';
import { rm } from 'node:fs/promises';

/** Where the demo's rules come from and where its messages go. */
export interface DemoFolders {
  readonly rules: string;
  /** Emptied at the start. */
  readonly outbox: string;
}

/** A world whose time is moved by hand. */
export interface DemoWorld {
  readonly world: World;
  readonly clock: ManualClock;
  readonly rulebook: Rulebook;
}

/** Name of the demo's only connector. */
export const OUTBOX = 'outbox';

/**
 * The production flows on this store, with three things exchanged: the clock stands still until it is moved, ids are drawn
 * from the seed, and everything leaves through `outbox-file`, whatever connectors the rules install.
 *
 * @throws AppError `rules-unreadable`, `rulebook-broken`
 */
export async function demoWorld(store: Store, { rules, outbox }: DemoFolders, { seed, start }: { seed: string; start: Date }): Promise<DemoWorld> {
  const files = (await readRuleFolder(rules)).map((file) => (file.path === 'connectors.json' ? outboxOnly(outbox) : file));
  const active = compileRulebook({ files, gitRevision: null });
  const clock = new ManualClock(start);
  const world: World = {
    store,
    clock,
    newId: idsFrom(clock, seededRandom(`${seed}:ids`)),
    rulebook: new ActiveRulebook(),
    connectors: new ConnectorSet({
      importPackage: async (name) => import(name) as Promise<unknown>,
      variable: () => undefined,
      clock,
      log: () => undefined,
    }),
    publicUrl: 'https://tendril.example',
    secret: 'the demo sends nothing, so its links protect nobody',
    log: () => undefined,
  };
  await rm(outbox, { recursive: true, force: true });
  await activate(world, active, { by: 'demo' });
  return { world, clock, rulebook: active.rulebook };
}

/** Replaces the whole list: a vendor that somebody installed must not get mail for people who do not exist. */
function outboxOnly(folder: string): RuleSource {
  const connectors = [{ name: OUTBOX, package: '@tendril/outbox-file', settings: { folder }, secrets: {} }];
  return { path: 'connectors.json', text: JSON.stringify({ connectors }) };
}
