import { messageOf } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** Name of the setting that says when a backup was restored last: `RestoredRecord`. */
export const RESTORED = 'dispatch.restored';

/** What is kept about the last restore. */
export type RestoredRecord = {
  /** The last sign of life that the backup holds: what happened after it is not in the database. RFC 3339. */
  readonly backupAt: string;
  /** When a core began to work on it: what happened before this may have happened once already. RFC 3339. */
  readonly at: string;
  /** How we know. */
  readonly how: string;
  /** Touchpoints that may have gone out in between. */
  readonly doubted: number;
};

/**
 * Names the database as a place: server, its timeline, and the database in it. A restored PostgreSQL has another timeline, a
 * dump read into another server or database another place. Not so a folder or a disk that was copied back. Null where the
 * server does not tell.
 */
export async function databaseIdentity(db: Db): Promise<string | null> {
  try {
    const { rows } = await sql<{ identity: string }>`
      select concat_ws('/', (select system_identifier from pg_control_system()), (select timeline_id from pg_control_checkpoint()),
        (select oid from pg_database where datname = current_database())) as identity
    `.execute(db);
    return rows[0]?.identity ?? null;
  } catch (error) {
    if (/permission denied|does not exist/.test(messageOf(error))) return null;
    throw error;
  }
}

/** When time alone changes an answer next; null for never. */
export async function firstNextAt(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`select min(next_at) as at from lead_state where next_at is not null`.execute(db);
  return rows[0]?.at ?? null;
}

/**
 * After a restore: what waits and could have been sent by now may have been, by the cores that went on after the backup. It becomes
 * `unknown`, which nothing sends again; a vendor's word proves that it went. What could not go before `until` stays as it is; not
 * so what caps or quiet hours hold, which is asked again earlier when rules change. It counts as sent at `now`. Returns how many.
 */
export async function doubtTouchpoints(db: Db, until: Date, now: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with doubted as (
      update touchpoint set state = 'unknown', reason = ${MAY_HAVE_GONE}, sent_at = ${now}, lease_until = null
      where id in (
        select id from touchpoint
        where state = 'claimed' or (state in ('planned', 'held') and (due_at <= ${until} or (state = 'held' and reason in ('capped', 'quiet'))))
        order by id for update)
      returning lead),
    woken as (insert into due (lead, cause) select distinct lead, 'touchpoint' from doubted)
    select count(*) as n from doubted
  `.execute(db);
  return rows[0]?.n ?? 0;
}

/** The reason of touchpoints that a restore made `unknown`. */
export const MAY_HAVE_GONE = 'restored: it may have gone out after the backup was taken';

/**
 * For `planTouchpoints`, about a row `r` with a `lead`: is it planned for what happened before a restore, and was heard of (again)
 * only after it? Then the cores of before may have sent it. That is so for as long after the event came as time was lost, and
 * for a day at least; and for 30 days after the restore, because what comes later is a history that is new to us. Without a
 * restore it reads one row of `setting`.
 */
export function isRepeated(now: Date): ReturnType<typeof sql> {
  return sql`exists (
    select from (
      select (value ->> 'at')::timestamptz as at, greatest(interval '1 day', (value ->> 'at')::timestamptz - (value ->> 'backupAt')::timestamptz) as lost
      from setting where name = ${RESTORED} and (value ->> 'at')::timestamptz > ${now}::timestamptz - interval '30 days') restored
    join event e on e.lead = r.lead and e.occurred_at <= restored.at and e.received_at > restored.at and e.received_at > ${now}::timestamptz - restored.lost)`;
}
