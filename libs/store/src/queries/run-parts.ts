import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** A part of a run: the leads from `first` to `last`, in the order of their ids. */
export interface RunPart {
  readonly run: string;
  readonly n: number;
  readonly first: string;
  readonly last: string;
  readonly leads: number;
}

/**
 * Parts all leads there are among runs of this kind that wait, `size` to a part, and starts these runs.
 * Leads that come later are not among them. Returns how many runs it started.
 */
export async function partLeads(db: Db, kind: string, size: number, at: Date): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from run where kind = ${kind} and state = 'waiting' order by created_at for update skip locked
  `.execute(db);
  for (const { id } of rows) {
    const { rows: sums } = await sql<{ leads: number }>`
      with part as (
        insert into run_part (run, n, first, last, leads)
        select ${id}, n, (array_agg(lead order by lead))[1], (array_agg(lead order by lead desc))[1], count(*)
        from (select lead, (row_number() over (order by lead) - 1) / ${size} as n from lead_state) numbered group by n returning leads)
      select coalesce(sum(leads), 0)::bigint as leads from part
    `.execute(db);
    await sql`update run set state = 'running', started_at = ${at}, total = ${sums[0]?.leads ?? 0} where id = ${id}`.execute(db);
  }
  return rows.length;
}

/** Takes a part that nobody works on, until this transaction ends; a process that dies gives it back. */
export async function claimPart(db: Db, kind: string): Promise<RunPart | undefined> {
  const { rows } = await sql<RunPart>`
    select p.run, p.n, p.first, p.last, p.leads from run_part p
    where p.run in (select id from run where kind = ${kind} and state = 'running') order by p.run, p.n limit 1 for update skip locked
  `.execute(db);
  return rows[0];
}

/**
 * Writes down that a part is done, last in its transaction; what it counted is added to the run's counts. False when the run was
 * cancelled meanwhile.
 */
export async function finishPart(db: Db, part: RunPart, counts: Readonly<Record<string, number>>): Promise<boolean> {
  await sql`delete from run_part where run = ${part.run} and n = ${part.n}`.execute(db);
  const { rows } = await sql`
    update run set done = done + ${part.leads}, counts = counts || (
      select jsonb_object_agg(key, coalesce((run.counts ->> key)::bigint, 0) + value::bigint) from jsonb_each_text(${JSON.stringify(counts)}::jsonb))
    where id = ${part.run} and state = 'running' returning id
  `.execute(db);
  return rows.length > 0;
}

/** Ends the runs of this kind whose parts are all done. */
export async function endFinishedRuns(db: Db, kind: string, at: Date): Promise<void> {
  await sql`
    update run set state = 'done', ended_at = ${at} where kind = ${kind} and state = 'running'
      and not exists (select 1 from run_part p where p.run = run.id)
  `.execute(db);
}

/** Ends runs before their time; what they did stays. Their parts go, but for those that are being worked on, which go by themselves. */
export async function cancelRuns(db: Db, { kind, id }: { readonly kind: string; readonly id?: string }, message: string, at: Date): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update run set state = 'cancelled', message = ${message}, ended_at = ${at}
    where kind = ${kind} and state in ('waiting', 'running') and (${id ?? null}::text is null or id::text = ${id ?? null}) returning id
  `.execute(db);
  for (const run of rows) {
    await sql`delete from run_part where run = ${run.id} and n in (select n from run_part where run = ${run.id} for update skip locked)`.execute(db);
  }
  return rows.length > 0;
}
