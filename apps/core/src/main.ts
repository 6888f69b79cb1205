import 'reflect-metadata';
import { AppError, systemClock } from '@tendril/kernel';
import { dispatchAll, evaluateAll, STOPPED, type World } from '@tendril/flows';
import { readSetting } from '@tendril/store';
import { errorLines, paint, say } from './boot/console.ts';
import { createApp } from './boot/create-app.ts';
import { firstKey } from './boot/keys.ts';
import { openWorld } from './boot/open-world.ts';
import { progressBar } from './boot/progress.ts';
import { seedSample } from './boot/seed.ts';
import { readSettings, type Settings } from './boot/settings.ts';
import { terminal, watchRules } from './boot/watch-rules.ts';
import { printPlaces, printSummary } from './boot/welcome.ts';
import { Drain } from './drain.ts';
import { Ticks } from './ticks.ts';

const log: World['log'] = (message, data) => {
  process.stderr.write(`${JSON.stringify({ at: systemClock.now().toISOString(), message, ...data })}\n`);
};

async function start(settings: Settings): Promise<void> {
  say(paint('bold', 'Tendril'));
  const embedded = settings.databaseUrl === undefined;
  say(embedded ? `Opening the embedded database in ${settings.dataFolder} (a few seconds, more the first time)` : 'Connecting to PostgreSQL (DATABASE_URL)');
  const world = await openWorld(settings, process.env, { clock: systemClock, log });
  const app = await createApp(world, settings).catch(async (error: unknown) => {
    await world.store.close();
    throw error;
  });
  try {
    const port = await listen(app, settings);
    if (embedded) await firstLook(world, settings);
    const ticks = app.get(Ticks);
    ticks.start();
    ticks.wake();
    printPlaces({
      url: `http://localhost:${port}`,
      key: await firstKey(world, settings),
      watching: embedded ? settings.rulesFolder : undefined,
      stopped: (await readSetting(world.store.db, STOPPED)) === true,
    });
    const stopWatching = embedded ? watchRules(world, { folder: settings.rulesFolder, ask: terminal(), applied: () => ticks.wake() }) : undefined;
    stopOnSignal(async (signal) => {
      app.get(Drain).begin();
      await Promise.all([ticks.stop(), stopWatching?.(), signal === 'SIGTERM' ? passes(settings.drainMs) : undefined]);
      await app.close();
      await world.store.close();
    });
  } catch (error) {
    await app.close();
    await world.store.close();
    throw error;
  }
}

/** Listens, and tells the port: the system chose one when PORT is 0. */
async function listen(app: Awaited<ReturnType<typeof createApp>>, { port, host }: Settings): Promise<number> {
  try {
    await app.listen(port, host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new AppError('port-occupied', `Port ${port} is taken by another program`, {
      hint: `Stop that program, or choose another port: PORT=${port + 1} npm start`,
      cause: error,
    });
  }
  const address: unknown = app.getHttpServer().address();
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : port;
}

/** The first minutes of a newcomer: a sample company when there is nothing, everything evaluated, messages in the outbox. */
async function firstLook(world: World, settings: Settings): Promise<void> {
  if (settings.sample) {
    const bar = progressBar('Seeding a sample company');
    const events = await seedSample(world, bar.update);
    bar.stop(events === 0 ? undefined : `Seeded a sample company: ${events.toLocaleString('en')} events. TENDRIL_SAMPLE=off starts without.`);
  }
  await evaluateAll(world);
  await dispatchAll(world);
  await printSummary(world);
}

/** Resolves after so many milliseconds. */
function passes(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

function stopOnSignal(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1); // asked twice: do not wait any longer
      stopping = true;
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

function fail(error: unknown): never {
  for (const line of errorLines(error)) process.stderr.write(`${line}\n`);
  process.exit(1);
}

try {
  await start(readSettings(process.env, process.cwd()));
} catch (error) {
  fail(error);
}
