import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** Work inside a transaction that may fail without undoing what came before it: when it throws, only its own changes are undone. */
export async function withinSavepoint(db: Db, work: () => Promise<void>): Promise<void> {
  await sql`savepoint attempt`.execute(db);
  try {
    await work();
  } catch (error) {
    await sql`rollback to savepoint attempt`.execute(db);
    throw error;
  } finally {
    await sql`release savepoint attempt`.execute(db);
  }
}
