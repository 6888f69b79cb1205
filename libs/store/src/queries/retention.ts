import { asRulesSee, type LeadEvent } from '@tendril/events';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { StoredDigest } from './digests.ts';
import type { StoredLeadEvent } from './due.ts';
import { rowsOf } from './rows.ts';

/** Events that are looked at together. Their leads are locked for as long as it takes. */
export const RETENTION_PAGE = 2000;

/** How far the deletion of one day is. */
export type RetentionState = {
  /** Such as `2026-11-22`; empty before the first. */
  readonly day: string;
  /** Number of the last event that was looked at; null when the day's work is done. */
  readonly after: number | null;
};

const RETENTION = 'retention';

/** Takes the work on until the transaction ends; undefined when another process has it. */
export async function claimRetention(db: Db, now: Date): Promise<RetentionState | undefined> {
  const none = JSON.stringify({ day: '', after: null } satisfies RetentionState);
  await sql`insert into setting (name, value, at) values (${RETENTION}, ${none}::jsonb, ${now}) on conflict do nothing`.execute(db);
  const { rows } = await sql<{ value: RetentionState }>`select value from setting where name = ${RETENTION} for update skip locked`.execute(db);
  return rows[0]?.value;
}

export async function saveRetention(db: Db, state: RetentionState, now: Date): Promise<void> {
  await sql`update setting set value = ${JSON.stringify(state)}::jsonb, at = ${now} where name = ${RETENTION}`.execute(db);
}

/** Events of one type that arrived before a moment are kept no longer. */
export interface Retained {
  readonly type: string;
  readonly before: Date;
}

/**
 * The expired among the next `RETENTION_PAGE` events after one, but for those that still wait for a tick. `last`: number of the
 * last one looked at; null when there is none, or when those that follow arrived too late to be expired. By number, which is
 * about the order of arrival: an index on type and time would cost intake more than a walk a day costs. Events of leads that are
 * part of others, or have parts, stay: counters of deleted ones belong to one lead, and an unmerge could not tell whose they are.
 */
export async function readExpired(db: Db, after: number, kept: readonly Retained[]): Promise<{ readonly last: number | null; readonly events: readonly (StoredLeadEvent & { readonly lead: string })[] }> {
  const newest = new Date(Math.max(...kept.map(({ before }) => before.getTime())));
  const { rows: pages } = await sql<{ last: number | null; first: Date | null }>`
    select max(seq) as last, min(received_at) as first from (select seq, received_at from event where seq > ${after} order by seq limit ${RETENTION_PAGE}) p
  `.execute(db);
  const [page] = pages;
  if (page?.last == null || page.first === null || page.first >= newest) return { last: null, events: [] };
  const { rows } = await sql<LeadEvent & { lead: string; seq: number }>`
    select e.seq, e.lead, e.type, e.occurred_at as at, e.properties from event e join ${rowsOf(kept, 'type text, before timestamptz')} on r.type = e.type
    join lead l on l.id = e.lead and l.merged_into is null
    where e.seq > ${after} and e.seq <= ${page.last} and e.received_at < r.before
      and not exists (select from lead m where m.merged_into is not null and m.merged_into = e.lead)
      and not exists (select from due d where d.lead = e.lead and d.event = e.seq)
      and not exists (select from shadow_due d where d.lead = e.lead and d.event = e.seq)
    order by e.seq
  `.execute(db);
  return { last: page.last, events: rows.map(({ lead, seq, ...event }) => ({ lead, seq, ...asRulesSee(event) })) };
}

/** Locks those of the leads that nobody holds, and answers them. */
export async function lockFreeLeads(db: Db, leads: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ lead: string }>`select lead from lead_state where lead = any(${leads}::uuid[]) order by lead for update skip locked`.execute(db);
  return rows.map(({ lead }) => lead);
}

/** The counters of deleted events, of leads that have some. */
export async function readGone(db: Db, leads: readonly string[]): Promise<Map<string, string>> {
  if (leads.length === 0) return new Map();
  const { rows } = await sql<{ lead: string; older: string }>`select lead, older from gone_events where lead = any(${leads}::uuid[])`.execute(db);
  return new Map(rows.map(({ lead, older }) => [lead, older]));
}

export async function saveGone(db: Db, rows: readonly StoredDigest[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into gone_events (lead, older) select lead, digest from ${rowsOf(rows, 'lead uuid, digest text')}
    on conflict (lead) do update set older = excluded.older
  `.execute(db);
}

/** Deletes events for good. Their leads are locked, and what is to remain of them is saved. */
export async function deleteEvents(db: Db, seqs: readonly number[]): Promise<void> {
  if (seqs.length > 0) await sql`delete from event where seq = any(${seqs}::bigint[])`.execute(db);
}
