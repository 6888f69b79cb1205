import type { JsonObject } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { LEASE_SECONDS } from './dispatch.ts';
import { rowsOf } from './rows.ts';

/** Long work, as anyone may see it. */
export interface Run {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** `waiting` for its input; `running` until it ended. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly input: JsonObject;
  /** Steps done; what a step is depends on the kind. */
  readonly cursor: number;
  readonly done: number;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly message: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

const COLUMNS = sql.raw(
  `id, kind, title, state, input, cursor, done, total, counts, message, created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt"`,
);

/** Makes a run that waits for its input. */
export async function addRun(db: Db, run: Pick<Run, 'id' | 'kind' | 'title' | 'createdAt'> & { readonly input: object }): Promise<void> {
  await sql`
    insert into run (id, kind, title, state, input, created_at)
    values (${run.id}, ${run.kind}, ${run.title}, 'waiting', ${JSON.stringify(run.input)}::jsonb, ${run.createdAt})
  `.execute(db);
}

export async function readRun(db: Db, id: string): Promise<Run | undefined> {
  const { rows } = await sql<Run>`select ${COLUMNS} from run where id::text = ${id}`.execute(db);
  return rows[0];
}

/** The newest runs first. */
export async function listRuns(db: Db, kind: string | undefined, limit: number): Promise<Run[]> {
  const { rows } = await sql<Run>`
    select ${COLUMNS} from run where ${kind ?? null}::text is null or kind = ${kind ?? null} order by created_at desc, id limit ${limit}
  `.execute(db);
  return rows;
}

/** Its input is there: any process may work on it from now on. False when it was not waiting. */
export async function startRun(db: Db, id: string, { total, counts, at }: Pick<Run, 'total' | 'counts'> & { readonly at: Date }): Promise<boolean> {
  const { rows } = await sql`
    update run set state = 'running', started_at = ${at}, total = ${total}, counts = ${JSON.stringify(counts)}::jsonb where id = ${id} and state = 'waiting' returning id
  `.execute(db);
  return rows.length > 0;
}

/** A run that is ours until its lease ends. */
export type ClaimedRun = Run & { readonly fence: number };

/** Takes a run that nobody works on, or whose process died. */
export async function claimRun(db: Db, kind: string): Promise<ClaimedRun | undefined> {
  const { rows } = await sql<ClaimedRun>`
    update run set fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = (select id from run where kind = ${kind} and state = 'running' and (lease_until is null or lease_until < clock_timestamp())
      order by created_at limit 1 for update skip locked)
    returning ${COLUMNS}, fence
  `.execute(db);
  return rows[0];
}

/** How far a run is after a step. */
export type RunProgress = Pick<Run, 'cursor' | 'done' | 'counts'>;

/**
 * Writes the progress of a step in the step's own transaction and renews the lease, so that a step counts once even when
 * its process dies right after. False when the run was taken over: the caller must roll back.
 */
export async function advanceRun(db: Db, run: ClaimedRun, progress: RunProgress): Promise<boolean> {
  const { rows } = await sql`
    update run set cursor = ${progress.cursor}, done = ${progress.done}, counts = ${JSON.stringify(progress.counts)}::jsonb,
      lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = ${run.id} and fence = ${run.fence} and state = 'running' returning id
  `.execute(db);
  return rows.length > 0;
}

/** Ends a run; its stored input goes. */
export async function endRun(db: Db, id: string, state: 'done' | 'failed', message: string | null, at: Date): Promise<void> {
  await sql`
    update run set state = ${state}, message = ${message}, lease_until = null, ended_at = ${at} where id = ${id} and ended_at is null
  `.execute(db);
  await sql`delete from import_batch where run = ${id}`.execute(db);
}

/** A row of an uploaded CSV, by column name. */
export interface ImportRow {
  readonly line: number;
  readonly record: Readonly<Record<string, string>>;
}

export async function addImportBatch(db: Db, run: string, n: number, rows: readonly ImportRow[]): Promise<void> {
  await sql`insert into import_batch (run, n, rows) values (${run}, ${n}, ${JSON.stringify(rows)}::jsonb)`.execute(db);
}

/** How many batches wait, and the rows of one of them. */
export async function countImportBatches(db: Db, run: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from import_batch where run = ${run}`.execute(db);
  return rows[0]?.n ?? 0;
}

export async function readImportBatch(db: Db, run: string, n: number): Promise<readonly ImportRow[]> {
  const { rows } = await sql<{ rows: readonly ImportRow[] }>`select rows from import_batch where run = ${run} and n = ${n}`.execute(db);
  return rows[0]?.rows ?? [];
}

/** A row that was not imported. */
export interface ImportRejected {
  readonly line: number;
  readonly reason: string;
}

/** Keeps rejects, the first reason of each line. Returns how many lines are new. */
export async function addImportRejects(db: Db, run: string, rejects: readonly ImportRejected[]): Promise<number> {
  if (rejects.length === 0) return 0;
  const first = [...new Map([...rejects].reverse().map((reject) => [reject.line, reject])).values()];
  const { rows } = await sql`
    insert into import_reject (run, line, reason) select ${run}, line, reason from ${rowsOf(first, 'line int, reason text')}
    on conflict do nothing returning line
  `.execute(db);
  return rows.length;
}

export async function readImportRejects(db: Db, run: string): Promise<ImportRejected[]> {
  const { rows } = await sql<ImportRejected>`select line, reason from import_reject where run::text = ${run} order by line`.execute(db);
  return rows;
}
