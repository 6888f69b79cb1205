import { closest, eventTypesOf, type IntakeEvent, type TrackingPlan } from '@tendril/events';
import { AppError, messageOf } from '@tendril/kernel';
import {
  addImportBatch,
  addImportRejects,
  addRun,
  advanceRun,
  claimRun,
  type ClaimedRun,
  countImportBatches,
  type Db,
  endRun,
  type ImportRejected,
  readImportBatch,
  readRun,
  startRun,
} from '@tendril/store';
import { checkHeader } from './import/check-header.ts';
import { type ImportMap, parseImportMap } from './import/import-map.ts';
import { mapRow, type MappedRow } from './import/map-row.ts';
import { readCsv } from './import/read-csv.ts';
import { takeInWithin, tally } from './intake.ts';
import type { World } from './world.ts';

/** The kind of run that an import is. */
export const IMPORT = 'import';

/** The code of the error that ends a step whose run another process has taken. */
const TAKEN_OVER = 'run-taken-over';

/** Makes an import that waits for its file. @throws AppError `import-map-invalid`, `import-map-unplanned` */
export async function createImport(world: World, name: string, map: unknown): Promise<string> {
  const input = parseImportMap(map);
  const active = await world.rulebook.read(world.store.db);
  if (active) checkPlanned(input, active.rulebook.trackingPlan);
  const id = world.newId();
  await addRun(world.store.db, { id, kind: IMPORT, title: name, input, createdAt: world.clock.now() });
  return id;
}

/** Names that the tracking plan does not know would fail every row with the same reason: better to hear it once, before. */
function checkPlanned(map: ImportMap, plan: TrackingPlan): void {
  const named = [
    ...Object.keys(map.attributes).map((name) => ({ name, known: Object.keys(plan.attributes), what: 'attribute' })),
    ...Object.keys(map.account?.attributes ?? {}).map((name) => ({ name, known: Object.keys(plan.account), what: 'account attribute' })),
    ...map.events.map(({ type }) => ({ name: type, known: eventTypesOf(plan), what: 'event' })),
  ];
  const unknown = named.filter(({ name, known }) => !known.includes(name));
  if (unknown.length === 0) return;
  const said = unknown.map(({ name, known, what }) => {
    const meant = closest(name, known);
    return `${what} "${name}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`;
  });
  throw new AppError('import-map-unplanned', `The tracking plan does not know what the map fills: ${said.join(', ')}`, {
    status: 422,
    field: 'map',
    hint: 'Add it to rules/tracking-plan.json, or take it out of the map.',
  });
}

/**
 * Reads an import's file and keeps its rows, so that any process can go on with them; rows that are no rows are rejected here.
 * Nothing is imported before the whole file was read and its columns fit the map.
 *
 * @throws AppError `import-not-waiting`, `import-columns`, or what is wrong with the file as a whole
 */
export async function receiveCsv(world: World, id: string, stream: AsyncIterable<Uint8Array>): Promise<void> {
  const run = await readRun(world.store.db, id);
  if (run?.kind !== IMPORT) throw new AppError('import-unknown', `There is no import "${id}"`, { status: 404, hint: 'POST /v1/imports makes one.' });
  if (run.state !== 'waiting') {
    throw new AppError('import-not-waiting', `The import "${run.title}" has its file already`, { status: 409, hint: 'Make a new import for another file.' });
  }
  await world.store.transaction(async (db) => {
    const file = await readCsv(stream);
    const problems = checkHeader(parseImportMap(run.input), file.header);
    if (problems.length > 0) throw columnsError(problems);
    let batches = 0;
    let rows = 0;
    let rejected = 0;
    for await (const batch of file.batches) {
      if (batch.rows.length > 0) await addImportBatch(db, id, batches++, batch.rows);
      rows += batch.rows.length + batch.rejects.length;
      rejected += await addImportRejects(db, id, batch.rejects);
    }
    if (await startRun(db, id, { total: rows, counts: { rejected }, at: world.clock.now() })) return;
    throw new AppError('import-not-waiting', 'Another upload for this import came first', { status: 409 });
  });
}

function columnsError(problems: readonly { message: string; hint: string }[]): AppError {
  const [first] = problems;
  return new AppError('import-columns', problems.map(({ message }) => message).join('; '), {
    status: 422,
    field: 'map',
    data: problems,
    ...(first ? { hint: first.hint } : {}),
  });
}

/**
 * Works on one waiting import until it is done: first the opt-outs of the whole file, then everything else, so that nobody is
 * contacted between two rows of the same person. Each batch is one transaction with its progress. Returns false when none waits.
 */
export async function workOnImports(world: World): Promise<boolean> {
  const run = await world.store.transaction((db) => claimRun(db, IMPORT));
  if (!run) return false;
  try {
    const batches = await countImportBatches(world.store.db, run.id);
    let at: ClaimedRun = run;
    while (at.cursor < 2 * batches) {
      at = await world.store.transaction((db) => importBatch(db, world, at, batches));
    }
    await endRun(world.store.db, run.id, 'done', null, world.clock.now());
  } catch (error) {
    if (error instanceof AppError && error.code === TAKEN_OVER) return true; // the other process goes on
    world.log(`Import ${run.id} failed`, { error: messageOf(error) });
    await endRun(world.store.db, run.id, 'failed', messageOf(error), world.clock.now());
  }
  return true;
}

/** One batch of one pass. Throws when the run is no longer ours, so that nothing of the batch is kept. */
async function importBatch(db: Db, world: World, run: ClaimedRun, batches: number): Promise<ClaimedRun> {
  const optOutsOnly = run.cursor < batches;
  const rows = await readImportBatch(db, run.id, run.cursor % batches);
  const map: ImportMap = parseImportMap(run.input);
  const mapped = rows.map((row) => mapRow(map, row.record, { line: row.line }, run.createdAt));
  const { stored, refused } = await takeRows(db, world, mapped, optOutsOnly);
  const rejects = optOutsOnly ? [] : [...mapped.flatMap((row) => (row.ok ? [] : [{ line: row.line, reason: row.reason }])), ...refused];
  const rejected = await addImportRejects(db, run.id, rejects);
  const progress = {
    cursor: run.cursor + 1,
    done: run.done + (optOutsOnly ? 0 : rows.length),
    counts: {
      ...run.counts,
      events: (run.counts.events ?? 0) + stored,
      rejected: (run.counts.rejected ?? 0) + rejected,
      leads: (run.counts.leads ?? 0) + (optOutsOnly ? 0 : rows.length - rejected),
    },
  };
  if (await advanceRun(db, run, progress)) return { ...run, ...progress };
  throw new AppError(TAKEN_OVER, `Another process took over the import ${run.id}`);
}

async function takeRows(
  db: Db,
  world: World,
  mapped: readonly MappedRow[],
  optOutsOnly: boolean,
): Promise<{ readonly stored: number; readonly refused: readonly ImportRejected[] }> {
  const lines: number[] = [];
  const events: IntakeEvent[] = [];
  for (const row of mapped) {
    for (const event of optOutsOnly ? row.optOuts : row.ok ? row.events : []) {
      events.push(event);
      lines.push(row.line);
    }
  }
  const result = tally(await takeInWithin(db, world, events, 'import'));
  const refused = result.refused.map(({ index, message, hint }) => ({ line: lines[index]!, reason: hint ? `${message}. ${hint}` : message }));
  return { stored: result.stored, refused };
}
