import { AppError } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { keepPrepared } from './digests.ts';

/** A rulebook as it is stored. */
export interface StoredRulebook {
  readonly hash: string;
  readonly gitRevision: string | null;
  readonly files: readonly RuleSource[];
}

/** Which rulebook decides now. */
export interface ActiveNow {
  readonly hash: string;
  readonly gitRevision: string | null;
  readonly since: Date;
  readonly by: string;
  /** Key of its fact plan, as the process knew it that activated it. */
  readonly plan: string | null;
}

/** The rulebook that decides now; undefined before the first one. */
export async function activeRulebook(db: Db): Promise<ActiveNow | undefined> {
  const { rows } = await sql<ActiveNow>`
    select a.rulebook as hash, b.git_revision as "gitRevision", a.since, a.by, a.plan
    from active_rulebook a join rulebook b on b.hash = a.rulebook order by a.seq desc limit 1
  `.execute(db);
  return rows[0];
}

/** Hash of the rulebook that decided at a moment; undefined before the first one. */
export async function activeRulebookAt(db: Db, at: Date): Promise<string | undefined> {
  const { rows } = await sql<{ hash: string }>`
    select rulebook as hash from active_rulebook where since <= ${at} order by seq desc limit 1
  `.execute(db);
  return rows[0]?.hash;
}

/** Rulebooks whose hash or git revision begins so, the newest first; without their files. */
export async function findRulebooks(db: Db, prefix: string): Promise<Omit<StoredRulebook, 'files'>[]> {
  const { rows } = await sql<Omit<StoredRulebook, 'files'>>`
    select hash, git_revision as "gitRevision" from rulebook
    where starts_with(hash, ${prefix}) or starts_with(git_revision, ${prefix}) order by created_at desc, hash limit 10
  `.execute(db);
  return rows;
}

/**
 * Keeps the active rulebook the active one until this transaction ends: an activation waits for it, and whoever comes here
 * during one waits for that. Taken first in every transaction that decides or sends, so that a batch belongs to one rulebook,
 * and so that no `due` row of an activation is read by a batch that still decides by the rulebook before.
 */
export async function holdRulebook(db: Db): Promise<void> {
  await sql`lock table active_rulebook in row share mode`.execute(db);
}

/** A rulebook that was active once. */
export async function readRulebook(db: Db, hash: string): Promise<StoredRulebook | undefined> {
  return db
    .selectFrom('rulebook')
    .select(['hash', 'git_revision as gitRevision', 'files'])
    .where('hash', '=', hash)
    .executeTakeFirst();
}

/** What an activation did. */
export interface Activation {
  /** The rulebook that decided before; null for the first one. */
  readonly previous: string | null;
  /** Leads that are to be evaluated anew. */
  readonly due: number;
}

/** What a rulebook needs of events, and how far that is prepared. */
export interface PlanReady {
  readonly key: string;
  /** The last event that the digests of the plan hold; null when none were made. */
  readonly upto: number | null;
}

/** What may be said about an activation besides what, when and by whom. */
export interface ActivationTerms {
  /** Only while this rulebook is the active one; any when undefined. */
  readonly expect?: string | undefined;
  readonly reason?: string | null | undefined;
  /** The rulebook was active before, and holds again: the `seq` of that activation. */
  readonly returnedTo?: number | null | undefined;
}

/**
 * Makes a rulebook the one that decides, with the digests that are prepared for it, and asks again about what the policies hold,
 * in one transaction, between the batches of all processes.
 * Activating the active one again changes nothing but its git revision, and answers null: the newest revision of a clean
 * working tree names the files best; one with `+` behind it, or none, takes no other's place.
 *
 * @throws AppError `rulebook-changed` when another one than expected is active
 */
export async function activateRulebook(
  db: Db,
  book: StoredRulebook & { readonly plan: PlanReady },
  at: Date,
  by: string,
  terms: ActivationTerms = {},
): Promise<Activation | null> {
  await sql`lock table active_rulebook in exclusive mode`.execute(db);
  const current = await activeRulebook(db);
  expectActive(current, terms.expect);
  await sql`
    insert into rulebook as b (hash, git_revision, files, created_at)
    values (${book.hash}, ${book.gitRevision}, ${JSON.stringify(book.files)}::jsonb, ${at})
    on conflict (hash) do update set git_revision = excluded.git_revision
    where b.git_revision is null or (excluded.git_revision is not null and (excluded.git_revision not like '%+' or b.git_revision like '%+'))
  `.execute(db);
  if (current?.hash === book.hash) return null;
  await sql`
    insert into active_rulebook (rulebook, since, by, plan, reason, returned_to)
    values (${book.hash}, ${at}, ${by}, ${book.plan.key}, ${terms.reason ?? null}, ${terms.returnedTo ?? null})
  `.execute(db);
  if (current?.plan !== book.plan.key) await keepPrepared(db, book.plan.key, book.plan.upto);
  const { rows } = await sql<{ n: number }>`select count(*) as n from lead where erased_at is null and merged_into is null`.execute(db);
  // Its policies may hold for less long. What is being gated this very moment is left to whoever does that, or both would wait for each other.
  await sql`
    update touchpoint set due_at = ${at} where id in (
      select id from touchpoint where state = 'held' and reason in ('capped', 'quiet') and due_at > ${at} for update skip locked)
  `.execute(db);
  return { previous: current?.hash ?? null, due: rows[0]?.n ?? 0 };
}

/** @throws AppError `rulebook-changed` (412) when another rulebook is active than the one expected, if one is */
export function expectActive(current: Omit<ActiveNow, 'plan'> | undefined, expected: string | undefined): void {
  if (expected === undefined || expected === current?.hash) return;
  const found = current ? `${nameOf(current)} since ${current.since.toISOString()}, by ${current.by}` : 'none';
  throw new AppError('rulebook-changed', `Another rulebook was activated meanwhile: expected ${expected.slice(0, 12)}, but active is ${found}`, {
    status: 412,
    hint: 'Look at what it says (GET /v1/rulebook), and send your change again on top of it.',
  });
}

/** For people: `3f2a91c04d5e (git revision 9b1c7c2d0f3a)`. */
export function nameOf({ hash, gitRevision }: Pick<StoredRulebook, 'hash' | 'gitRevision'>): string {
  return `${hash.slice(0, 12)}${gitRevision === null ? '' : ` (git revision ${gitRevision.slice(0, 12)})`}`;
}
