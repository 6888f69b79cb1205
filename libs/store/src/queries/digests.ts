import { asRulesSee, type LeadEvent } from '@tendril/events';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { StoredLeadEvent } from './due.ts';
import { membersOf } from './members.ts';
import type { RunPart } from './run-parts.ts';
import { readTransitionEvents, withTransitions } from './transitions.ts';

/** A lead's digest as it is kept. */
export interface StoredDigest {
  readonly lead: string;
  readonly digest: string;
}

/** The digests that leads have for a plan, and whether some of them have one for another plan, too. */
export async function readDigests(db: Db, leads: readonly string[], plan: string): Promise<{ readonly digests: Map<string, string>; readonly others: boolean }> {
  const { rows } = await sql<StoredDigest & { plan: string }>`select lead, plan, digest from fact_state where lead = any(${leads}::uuid[])`.execute(db);
  const own = rows.filter((row) => row.plan === plan);
  return { digests: new Map(own.map(({ lead, digest }) => [lead, digest])), others: own.length < rows.length };
}

/**
 * Every stored event of these leads, their members and these types, the future ones too, and every transition of these leads; by
 * lead, oldest first. Without events that still wait for a tick, or, with `upto`, without those that came later: one statement, so
 * that an event and the row that names it are seen together or not at all.
 */
export async function readHistories(db: Db, leads: readonly string[], types: readonly string[], upto: number | null = null): Promise<Map<string, StoredLeadEvent[]>> {
  const histories = new Map<string, StoredLeadEvent[]>(leads.map((lead) => [lead, []]));
  if (types.length === 0) return histories;
  const { all, rootOf } = await membersOf(db, leads);
  // An event waits for the lead that it belongs to: after an unmerge its row may still name the other one, whose tick drops it.
  const counts = upto === null ? sql`(e.seq, p.root) not in (select event, root from waiting)` : sql`e.seq <= ${upto}`;
  const { rows } = await sql<HistoryRow>`
    with part as (select * from unnest(${all}::uuid[], ${all.map(rootOf)}::uuid[]) as p(lead, root)),
    waiting as (
      select d.event, p.root from due d join part p using (lead) where d.event is not null
      union all select d.event, p.root from shadow_due d join part p using (lead) where d.event is not null)
    select e.lead, e.seq, e.type, e.occurred_at as at, e.properties from event e join part p on p.lead = e.lead
    where e.type = any(${types}::text[]) and ${counts} order by e.occurred_at, e.seq
  `.execute(db);
  for (const { lead, seq, ...event } of rows) histories.get(rootOf(lead))?.push({ seq, ...asRulesSee(event) });
  return withTransitions(histories, await readTransitionEvents(db, leads, { types }));
}

type HistoryRow = LeadEvent & { readonly lead: string; readonly seq: number };

/** What these leads have for other plans is wrong now, and goes. */
export async function dropDigestsOfOtherPlans(db: Db, plan: string, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  await sql`delete from fact_state where lead = any(${leads}::uuid[]) and plan <> ${plan}`.execute(db);
}

/** Keeps digests of leads that this transaction holds. */
export async function saveDigests(db: Db, plan: string, rows: readonly StoredDigest[]): Promise<void> {
  if (rows.length === 0) return;
  const leads = rows.map(({ lead }) => lead);
  await sql`
    insert into fact_state (lead, plan, digest)
    select lead, ${plan}, digest from unnest(${leads}::uuid[], ${rows.map(({ digest }) => digest)}::text[]) as r(lead, digest)
    on conflict (lead, plan) do update set digest = excluded.digest, upto = null
  `.execute(db);
}

/** The same for all leads of a range. */
export async function dropDigestsOfOtherPlansIn(db: Db, plan: string, { first, last }: Pick<RunPart, 'first' | 'last'>): Promise<void> {
  await sql`delete from fact_state where lead >= ${first}::uuid and lead <= ${last}::uuid and plan <> ${plan}`.execute(db);
}

/** Whoever changes which events are a lead's own calls this: its digest is read anew from them at the next look. */
export async function forgetDigests(db: Db, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  await sql`delete from fact_state where lead = any(${leads}::uuid[])`.execute(db);
}

/**
 * The number of an event before which all are committed, and after which come all that are taken in from now on. Waits for those
 * who take in at this moment, and they for it, for no longer than it takes.
 */
export async function lastEvent(db: Db): Promise<number> {
  await sql`lock table active_rulebook in exclusive mode`.execute(db);
  const { rows } = await sql<{ seq: number }>`select coalesce(max(seq), 0) as seq from event`.execute(db);
  return rows[0]?.seq ?? 0;
}

/** The next leads after one, in the order of their ids, that have no digest for the plan made from this event on. */
export async function leadsWithoutDigest(db: Db, { plan, upto, after, limit }: Preparing): Promise<string[]> {
  const { rows } = await sql<{ lead: string }>`
    select s.lead from lead_state s left join fact_state f on f.lead = s.lead and f.plan = ${plan} and f.upto >= ${upto}
    where (${after}::uuid is null or s.lead > ${after}::uuid) and f.lead is null order by s.lead limit ${limit}
  `.execute(db);
  return rows.map(({ lead }) => lead);
}

/** Where a preparation stands. */
export interface Preparing {
  readonly plan: string;
  /** Events up to this one are looked at. */
  readonly upto: number;
  /** The last lead that is done. */
  readonly after: string | null;
  readonly limit: number;
}

/** Keeps digests for a plan that is not active yet; a newer one is left alone. */
export async function prepareDigests(db: Db, plan: string, upto: number, rows: readonly StoredDigest[]): Promise<void> {
  await sql`
    insert into fact_state as f (lead, plan, digest, upto)
    select lead, ${plan}, digest, ${upto} from unnest(${rows.map(({ lead }) => lead)}::uuid[], ${rows.map(({ digest }) => digest)}::text[]) as r(lead, digest)
    on conflict (lead, plan) do update set digest = excluded.digest, upto = excluded.upto where f.upto is null or f.upto < excluded.upto
  `.execute(db);
}

/**
 * Part of an activation, under its lock: of the digests for the plan that becomes active, those go that are not prepared as of
 * `upto`, and those of leads to whom something happened since, or for whom an event still waits. They are read anew when needed.
 */
export async function keepPrepared(db: Db, plan: string, upto: number | null): Promise<void> {
  await sql`delete from fact_state where plan = ${plan} and (${upto}::bigint is null or upto is null or upto < ${upto}::bigint)`.execute(db);
  if (upto === null) return;
  await sql`
    delete from fact_state where plan = ${plan} and lead in (
      select coalesce(l.merged_into, l.id) from lead l join (
        select lead from event where seq > ${upto}
        union all select lead from due where event is not null union all select lead from shadow_due where event is not null) heard on heard.lead = l.id)
  `.execute(db);
}
