import { asRulesSee, type LeadEvent } from '@tendril/events';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { forwardDue, membersOf } from './members.ts';

/**
 * Locks up to `limit` leads that have something new or whose time has come, and that nobody else holds.
 * Many processes may do this at once: each gets others. What was due for leads that are part of others is due for those from
 * now on; such leads may be among the leads, with nothing that waits. One by one, because a join reads all of `lead_state`.
 */
export async function claimDueLeads(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ lead: string }>`
    select held.lead
    from (
      select lead from (select lead from due order by seq limit ${limit * 8}) d
      union
      select lead from (select lead from lead_state where next_at <= ${now} order by next_at limit ${limit * 4}) t
      order by lead) candidate
    cross join lateral (select s.lead from lead_state s where s.lead = candidate.lead for update skip locked) held
    limit ${limit}
  `.execute(db);
  const leads = rows.map((row) => row.lead);
  if (leads.length > 0) await forwardDue(db, leads);
  return leads;
}

/** An event with its number in the database. */
export type StoredLeadEvent = LeadEvent & { readonly seq: number };

/** What waits for leads. Exactly these rows are deleted when it is done; others that arrive meanwhile stay for the next tick. */
export interface Waiting {
  readonly dueSeqs: readonly number[];
  readonly shadowSeqs: readonly number[];
  /** Leads that wait for the drafts. */
  readonly shadowLeads: readonly string[];
  /** Lead → causes, in the order in which they came; of `due` alone, because drafts change not even a why. */
  readonly causes: ReadonlyMap<string, readonly string[]>;
  /** Lead → the causes that led here, for leads that nothing from outside asked for. A cause from outside begins a new chain. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Lead → the events that its digest does not have yet. */
  readonly events: ReadonlyMap<string, readonly StoredLeadEvent[]>;
}

interface WaitingRow {
  readonly kind: 'due' | 'shadow';
  readonly seq: number;
  readonly lead: string;
  readonly cause: string | null;
  readonly after: readonly string[] | null;
  readonly event: number | null;
  /** The lead that the event was recorded for: it may have been part of the other one when the row was written, and no longer is. */
  readonly owner: string;
  readonly type: string;
  readonly at: Date;
  readonly properties: LeadEvent['properties'];
}

/**
 * Reads what waits for leads that this transaction holds. Read before their facts, so that nothing is forgotten unseen.
 * `who`: the drafts alone leave what waits for the live rules where it is.
 */
export async function readWaiting(db: Db, leads: readonly string[], who: 'all' | 'drafts' = 'all'): Promise<Waiting> {
  const { rows } = await sql<WaitingRow>`
    select w.*, e.lead as owner, e.type, e.occurred_at as at, e.properties
    from (
      select 'due'::text as kind, seq, lead, cause, after, event from due where lead = any(${leads}::uuid[]) and ${who === 'all'}
      union all
      select 'shadow'::text, seq, lead, null::text, null::jsonb, event from shadow_due where lead = any(${leads}::uuid[])) w
    left join event e on e.seq = w.event order by w.seq
  `.execute(db);
  const causes = new Map<string, string[]>();
  const events = new Map<string, StoredLeadEvent[]>();
  const { rootOf } = await membersOf(db, leads);
  for (const { lead, cause, event, owner, type, at, properties } of rows) {
    if (cause !== null && !listIn(causes, lead).includes(cause)) listIn(causes, lead).push(cause);
    if (event !== null && rootOf(owner) === lead) listIn(events, lead).push({ seq: event, ...asRulesSee({ type, at, properties }) });
  }
  const seqs = (kind: WaitingRow['kind']): number[] => rows.flatMap((row) => (row.kind === kind ? [row.seq] : []));
  const shadowLeads = [...new Set(rows.flatMap(({ kind, lead }) => (kind === 'shadow' ? [lead] : [])))];
  return { dueSeqs: seqs('due'), shadowSeqs: seqs('shadow'), shadowLeads, causes, chains: chainsOf(rows), events };
}

function chainsOf(rows: readonly WaitingRow[]): Map<string, readonly string[]> {
  const asked = rows.filter(({ kind }) => kind === 'due');
  const outside = new Set(asked.flatMap(({ lead, after }) => (after === null ? [lead] : [])));
  const chains = new Map<string, readonly string[]>();
  for (const { lead, after } of asked) {
    if (after !== null && !outside.has(lead)) chains.set(lead, [...new Set([...(chains.get(lead) ?? []), ...after])]);
  }
  return chains;
}

function listIn<Value>(lists: Map<string, Value[]>, key: string): Value[] {
  const known = lists.get(key);
  if (known) return known;
  const list: Value[] = [];
  lists.set(key, list);
  return list;
}

/** Forgets the rows that were read. */
export async function deleteWaiting(db: Db, { dueSeqs, shadowSeqs }: Pick<Waiting, 'dueSeqs' | 'shadowSeqs'>): Promise<void> {
  if (dueSeqs.length > 0) await sql`delete from due where seq = any(${dueSeqs}::bigint[])`.execute(db);
  if (shadowSeqs.length > 0) await sql`delete from shadow_due where seq = any(${shadowSeqs}::bigint[])`.execute(db);
}

/** Time changes nothing more for these leads: they were erased, or are part of others. */
export async function forgetNextAt(db: Db, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  await sql`update lead_state set next_at = null where lead = any(${leads}::uuid[])`.execute(db);
}
