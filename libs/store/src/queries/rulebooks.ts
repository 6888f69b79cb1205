import type { RuleSource } from '@tendril/rulebook';
import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** A rulebook as it is stored. */
export interface StoredRulebook {
  readonly hash: string;
  readonly gitRevision: string | null;
  readonly files: readonly RuleSource[];
}

/** Hash of the rulebook that decides now, since when and by whom; undefined before the first one. */
export async function activeRulebook(db: Db): Promise<{ hash: string; since: Date; by: string } | undefined> {
  const { rows } = await sql<{ hash: string; since: Date; by: string }>`
    select rulebook as hash, since, by from active_rulebook order by seq desc limit 1
  `.execute(db);
  return rows[0];
}

/** A rulebook that was active once. */
export async function readRulebook(db: Db, hash: string): Promise<StoredRulebook | undefined> {
  return db
    .selectFrom('rulebook')
    .select(['hash', 'git_revision as gitRevision', 'files'])
    .where('hash', '=', hash)
    .executeTakeFirst();
}

/**
 * Makes a rulebook the one that decides, and every lead due, in one transaction.
 * Activating the active one again changes nothing.
 */
export async function activateRulebook(db: Db, book: StoredRulebook, at: Date, by: string): Promise<boolean> {
  await sql`lock table active_rulebook in exclusive mode`.execute(db);
  if ((await activeRulebook(db))?.hash === book.hash) return false;
  await sql`
    insert into rulebook (hash, git_revision, files, created_at)
    values (${book.hash}, ${book.gitRevision}, ${JSON.stringify(book.files)}::jsonb, ${at}) on conflict do nothing
  `.execute(db);
  await db.insertInto('active_rulebook').values({ rulebook: book.hash, since: at, by }).execute();
  await sql`insert into due (lead, cause) select id, 'rulebook' from lead where erased_at is null`.execute(db);
  return true;
}
