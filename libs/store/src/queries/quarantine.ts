import type { JsonObject } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { rowsOf } from './rows.ts';

/** An event that is kept aside, and why. */
export interface Quarantined {
  readonly source: string;
  readonly key: string;
  /** When it says that it happened. */
  readonly at: Date;
  /** The event as it was sent. */
  readonly body: JsonObject;
  readonly code: string;
  readonly reason: string;
}

/** The same, with its number in the order of arrival. */
export type QuarantinedEvent = Quarantined & { readonly id: number; readonly receivedAt: Date };

/** Keeps events aside; what lies there under the same (source, key) stays as it is. */
export async function addQuarantined(db: Db, events: readonly Quarantined[], receivedAt: Date): Promise<void> {
  if (events.length === 0) return;
  await sql`
    insert into quarantine (source, key, at, body, code, reason, received_at)
    select source, key, at, body, code, reason, ${receivedAt}
    from ${rowsOf(events, 'source text, key text, at timestamptz, body jsonb, code text, reason text')}
    order by source, key on conflict (source, key) do nothing
  `.execute(db);
}

/** A page of what is kept aside, the oldest first. */
export async function listQuarantined(
  db: Db,
  { source, after, limit }: { readonly source?: string | undefined; readonly after?: number | undefined; readonly limit: number },
): Promise<QuarantinedEvent[]> {
  const { rows } = await sql<QuarantinedEvent>`
    select id, source, key, at, body, code, reason, received_at as "receivedAt" from quarantine
    where id > ${after ?? 0} and (${source ?? null}::text is null or source = ${source ?? null}::text) order by id limit ${limit}
  `.execute(db);
  return rows;
}

/** Up to `limit` events behind `after`, the oldest first, locked until the transaction ends; only these ids, unless undefined. */
export async function lockQuarantined(db: Db, ids: readonly number[] | undefined, after: number, limit: number): Promise<QuarantinedEvent[]> {
  const { rows } = await sql<QuarantinedEvent>`
    select id, source, key, at, body, code, reason, received_at as "receivedAt" from quarantine
    where id > ${after} and (${ids === undefined} or id = any(${ids ?? []}::bigint[])) order by id limit ${limit} for update
  `.execute(db);
  return rows;
}

/** Ends the quarantine of events that were taken in. */
export async function deleteQuarantined(db: Db, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from quarantine where id = any(${ids}::bigint[])`.execute(db);
}

/** Why these events stay. */
export async function keepQuarantined(db: Db, reasons: readonly { readonly id: number; readonly code: string; readonly reason: string }[]): Promise<void> {
  if (reasons.length === 0) return;
  await sql`
    update quarantine q set code = r.code, reason = r.reason from ${rowsOf(reasons, 'id bigint, code text, reason text')} where q.id = r.id
  `.execute(db);
}
