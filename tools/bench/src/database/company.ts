import { activate, ActiveRulebook, compileRulebook, ConnectorSet, evaluateAll, EVERYONE, type World } from '@tendril/flows';
import { idsFrom, ManualClock, seededRandom } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { listRuns, openStore } from '@tendril/store';
import { BEGIN } from '../workload/leads.ts';
import { type BenchDatabase, withDatabase } from './bench-database.ts';
import { fill } from './fill.ts';

/** An installation with leads made up, in a database of its own: Tendril's flows run on it in this process. */
export interface Company extends BenchDatabase {
  readonly leads: number;
  readonly world: World;
  readonly clock: ManualClock;
}

/** Opens a migrated database with so many leads, of whom nobody was evaluated yet, at the moment `begin`; dropped when the work ends. */
export async function withCompany<T>(name: string, leads: number, work: (company: Company) => Promise<T>, begin = BEGIN): Promise<T> {
  return withDatabase(name, async (database) => {
    const clock = new ManualClock(begin);
    const store = await openStore({ url: database.url });
    const log: World['log'] = (message, data) => console.error(message, data ?? '');
    const world: World = {
      store,
      clock,
      newId: idsFrom(clock, seededRandom(leads)),
      rulebook: new ActiveRulebook(),
      connectors: new ConnectorSet({ importPackage: (name) => import(name), variable: () => undefined, clock, log }),
      publicUrl: 'https://tendril.example',
      secret: 'bench',
      log,
    };
    try {
      await fill(database.client, leads, begin);
      return await work({ ...database, leads, world, clock });
    } finally {
      await store.close();
    }
  });
}

/** Leads that a pass of a bench takes. */
export const PASS = 1000;

/** Activates these rules, and works until everybody is evaluated by them and nothing is left to do. Answers how many leads were looked at. */
export async function activateAndSettle(world: World, sources: readonly RuleSource[], onPass: (leads: number) => void = () => undefined): Promise<number> {
  await activate(world, compileRulebook({ files: sources, gitRevision: null }), { by: 'bench' });
  await evaluateAll(world, (sum) => onPass(sum.leads));
  const [run] = await listRuns(world.store.db, EVERYONE, 1);
  return run?.state === 'done' ? run.done : 0;
}

/** Is nobody waiting to be evaluated? For benches that let the core's process do the work. */
export async function isSettled(client: Company['client']): Promise<boolean> {
  const { rows } = await client.query<{ settled: boolean }>(
    `select not exists (select from due) and not exists (select from run where state in ('waiting', 'running')) as settled`,
  );
  return rows[0]?.settled ?? false;
}
