import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { AppError, messageOf } from '@tendril/kernel';
import { z } from 'zod';
import { connectToCore, type CoreClient } from './core-client.ts';
import { progressOf } from './progress.ts';
import type { World } from './world.ts';

/** Time between two looks at a running import, in milliseconds. */
const LOOK_EVERY = 500;
const MAPS = new URL('../maps/', import.meta.url);
const READY_MAPS = ['hubspot', 'mautic'];

const Created = z.object({ id: z.string() });
const ImportState = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  /** Null or absent until the file has been counted. */
  total: z.number().nullish(),
  done: z.number(),
  rejected: z.number(),
  leads: z.number(),
  events: z.number(),
  message: z.string().nullish(),
});
type ImportState = z.output<typeof ImportState>;

/** The options of `tendril import`, as the command line parsed them. */
export interface ImportOptions {
  readonly map: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Exit code of an import that ran but left rows out. */
const SOME_REJECTED = 3;

/**
 * Sends a CSV file to a core, waits until it is taken in, and saves the rejected rows beside it.
 * Answers the exit code: 0, or 3 where rows were rejected.
 */
export async function importCsv(world: World, csv: string, options: ImportOptions): Promise<number> {
  const file = resolve(world.folder, csv);
  await mustBeFile(file, csv);
  const map = await readMap(world, options.map);
  const core = await connectToCore(world, options.url);
  const { id } = await core.post('/v1/imports', { name: basename(file), map }, Created);
  await core.putFile(`/v1/imports/${id}/file`, file);
  const state = await waitForEnd(world, core, id, options.json === true);
  const rejects = state.rejected > 0 ? await saveRejects(core, id, file) : undefined;
  if (state.state === 'failed') {
    throw new AppError('import-failed', `The import stopped after ${state.done} rows: ${state.message ?? 'the core did not say why'}`, {
      hint: 'Mend the cause and run the same command again: rows already taken are not taken twice.',
    });
  }
  if (options.json) world.out(JSON.stringify({ ...state, ...(rejects ? { rejectsFile: rejects } : {}) }));
  else sayResult(world, state, rejects);
  return state.rejected > 0 ? SOME_REJECTED : 0;
}

async function mustBeFile(file: string, named: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return;
  throw new AppError('file-missing', `There is no file "${named}"`, { field: 'csv', hint: `It was looked for at ${file}.` });
}

/** A ready map by its name, else a file. */
async function readMap(world: World, named: string): Promise<unknown> {
  const ready = READY_MAPS.includes(named);
  const file = ready ? new URL(`${named}.json`, MAPS) : resolve(world.folder, named);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('map-missing', `There is no map "${named}"`, {
      field: 'map',
      hint: `Name a file, or one of the ready maps: ${READY_MAPS.join(', ')}. It was looked for at ${String(file)}.`,
      cause,
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('map-not-json', `The map "${named}" is not JSON: ${messageOf(cause)}`, { field: 'map', cause });
  }
}

async function waitForEnd(world: World, core: CoreClient, id: string, silent: boolean): Promise<ImportState> {
  const progress = progressOf(world, 'Importing', silent);
  try {
    for (;;) {
      const state = await core.get(`/v1/imports/${id}`, ImportState);
      progress.show(state.done, state.total ?? null);
      if (state.state === 'done' || state.state === 'failed') return state;
      await world.wait(LOOK_EVERY);
    }
  } finally {
    progress.stop();
  }
}

async function saveRejects(core: CoreClient, id: string, csv: string): Promise<string> {
  const target = `${csv.slice(0, csv.length - extname(csv).length)}.rejects.csv`;
  await writeFile(target, await core.text(`/v1/imports/${id}/rejects`), 'utf8').catch((cause: unknown) => {
    throw new AppError('rejects-not-saved', `The import is done, but its rejected rows cannot be saved to ${target}: ${messageOf(cause)}`, {
      hint: `Fetch them from ${core.url}/v1/imports/${id}/rejects.`,
      cause,
    });
  });
  return target;
}

function sayResult(world: World, state: ImportState, rejects: string | undefined): void {
  const number = (value: number) => value.toLocaleString('en-GB');
  world.out(`${state.name}: ${number(state.done)} rows read, ${number(state.leads)} leads, ${number(state.events)} new events.`);
  if (rejects) world.out(`${number(state.rejected)} rows were rejected; each with its line and the reason in ${rejects}`);
}
