import { AppError } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { nameOf } from './rulebooks.ts';

/** One line of the history of rulebooks. */
export interface HistoryRow {
  readonly seq: number;
  readonly hash: string;
  readonly gitRevision: string | null;
  readonly since: Date;
  readonly by: string;
  readonly reason: string | null;
  /** For a rollback: the `seq` of the activation that held again. */
  readonly returnedTo: number | null;
  /** The rulebook that decided until then: for a rollback, the one rolled back from. Null for the first one. */
  readonly before: string | null;
}

/** The history, the newest first. `before`: the last `seq` of the page before. */
export async function rulebookHistory(db: Db, limit: number, before?: number): Promise<HistoryRow[]> {
  const { rows } = await sql<HistoryRow>`
    select a.*, b.git_revision as "gitRevision" from (
      select seq, rulebook as hash, since, by, reason, returned_to as "returnedTo", lag(rulebook) over (order by seq) as before from active_rulebook
    ) a join rulebook b on b.hash = a.hash
    where ${before ?? null}::bigint is null or a.seq < ${before ?? null}::bigint order by a.seq desc limit ${limit}
  `.execute(db);
  return rows;
}

/** A rulebook to return to. */
export interface RollbackTarget {
  readonly hash: string;
  readonly gitRevision: string | null;
  /** The activation that will hold again. */
  readonly returnedTo: number;
}

/**
 * The rulebook that a rollback returns to. Without `to` the one that was active before the one that decides now, as if that
 * had never been activated; so a second rollback goes one further back, and a rulebook that was rolled back from is passed over.
 * A rollback is undone with `to`.
 *
 * @param history the newest first
 * @param to a hash or a git revision, or the first seven or more characters of one
 * @throws AppError `rollback-impossible`, `rulebook-unknown`, `rulebook-ambiguous`
 */
export function rollbackTarget(history: readonly HistoryRow[], to?: string): RollbackTarget {
  const found = to === undefined ? rowBefore(history) : namedRow(history, to);
  return { hash: found.hash, gitRevision: found.gitRevision, returnedTo: found.returnedTo ?? found.seq };
}

function rowBefore(history: readonly HistoryRow[]): HistoryRow {
  const [current] = history;
  const at = current?.returnedTo ?? current?.seq ?? 0;
  const found = history.find(({ seq }) => seq < at);
  if (found) return found;
  const what = current ? `${nameOf(current)} is the first rulebook` : 'No rulebook was ever active';
  throw new AppError('rollback-impossible', `${what}, so there is none before it to return to`, {
    status: 409,
    hint: 'Name one with "to"; GET /v1/rulebook/history lists them. Or activate the files that you want with POST /v1/rulebook.',
  });
}

function namedRow(history: readonly HistoryRow[], to: string): HistoryRow {
  const exact = history.filter(({ hash, gitRevision }) => hash === to || gitRevision === to);
  const matching = exact.length > 0 ? exact : history.filter(({ hash, gitRevision }) => hash.startsWith(to) || gitRevision?.startsWith(to));
  const [newest] = matching;
  if (!newest) {
    throw new AppError('rulebook-unknown', `No rulebook with the hash or git revision "${to}" was ever active here`, {
      status: 404,
      field: 'to',
      hint: 'GET /v1/rulebook/history lists those that were. Activate another one with POST /v1/rulebook.',
    });
  }
  const others = new Map(matching.map((row) => [row.hash, nameOf(row)]));
  if (others.size === 1) return newest;
  throw new AppError('rulebook-ambiguous', `"${to}" means several rulebooks: ${[...others.values()].join(', ')}`, {
    status: 409,
    field: 'to',
    hint: 'Name one by its hash.',
  });
}
