import { type LeadState, NEVER_EVALUATED } from '@tendril/decisions';
import { asRulesSee, type ConsentState, type LeadEvent } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { Campaign, Enrolment, LeadSnapshot } from '@tendril/programmes';
import { NO_TOUCHES, type Reads, type Score } from '@tendril/rulebook';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { accountCountsOf, touchFactsOf } from './standing.ts';

/** Leads that this transaction holds, and the reasons it took them for. */
export interface ClaimedLeads {
  readonly leads: readonly string[];
  /** Exactly these `due` rows were read; others that arrive meanwhile stay for the next tick. */
  readonly dueSeqs: readonly number[];
  /** Lead → causes. */
  readonly causes: ReadonlyMap<string, readonly string[]>;
}

/**
 * Locks up to `limit` leads that have something new or whose time has come, and that nobody else holds.
 * Many processes may do this at once: each gets others.
 */
export async function claimDueLeads(db: Db, now: Date, limit: number): Promise<ClaimedLeads> {
  const { rows } = await sql<{ lead: string }>`
    select s.lead from lead_state s
    where s.lead in (
      select lead from (select lead from due order by seq limit ${limit * 8}) d
      union all
      select lead from (select lead from lead_state where next_at <= ${now} order by next_at limit ${limit * 4}) t)
    order by s.lead limit ${limit} for update of s skip locked
  `.execute(db);
  const leads = rows.map((row) => row.lead);
  if (leads.length === 0) return { leads, dueSeqs: [], causes: new Map() };
  const due = await sql<{ seq: number; lead: string; cause: string }>`
    select seq, lead, cause from due where lead = any(${leads}::uuid[]) order by seq
  `.execute(db);
  const causes = new Map<string, string[]>();
  for (const row of due.rows) causes.set(row.lead, [...(causes.get(row.lead) ?? []), row.cause]);
  return { leads, dueSeqs: due.rows.map((row) => row.seq), causes };
}

/** Forgets the `due` rows that were read. */
export async function deleteDue(db: Db, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await sql`delete from due where seq = any(${seqs}::bigint[])`.execute(db);
}

/** Time changes nothing more for these leads: they were erased. */
export async function forgetNextAt(db: Db, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  await sql`update lead_state set next_at = null where lead = any(${leads}::uuid[])`.execute(db);
}

/** What `loadSnapshots` needs to know besides the leads. */
export interface SnapshotRequest {
  /** Only these types of events are read. */
  readonly eventTypes: readonly string[];
  /** Touchpoints and accounts are looked at only as far as it says. */
  readonly reads: Reads;
  readonly now: Date;
  /** Lead → running campaigns that asked for it. */
  readonly campaigns?: ReadonlyMap<string, readonly Campaign[]>;
}

/** All that an evaluation reads about these leads, in seven to nine queries whatever their number. Erased leads are left out. */
export async function loadSnapshots(db: Db, leads: readonly string[], request: SnapshotRequest): Promise<LeadSnapshot[]> {
  if (leads.length === 0) return [];
  const { rows } = await sql<LeadRow>`
    select l.id, l.attributes, a.attributes as account, s.rulebook, s.evaluated_at as "evaluatedAt", s.stage, s.stage_since as "stageSince"
    from lead l join lead_state s on s.lead = l.id left join account a on a.id = l.account
    where l.id = any(${leads}::uuid[]) and l.erased_at is null order by l.id
  `.execute(db);
  const events = await eventsOf(db, leads, request);
  const consents = await consentsOf(db, leads);
  const scores = await scoresOf(db, leads);
  const segments = await segmentsOf(db, leads);
  const enrolments = await enrolmentsOf(db, leads);
  const { touchpoints, accountCounts } = request.reads;
  const touches = touchpoints ? await touchFactsOf(db, leads, request.now) : undefined;
  const counts = accountCounts.length > 0 ? await accountCountsOf(db, leads, accountCounts) : undefined;
  return rows.map((row) => ({
    facts: {
      id: row.id,
      attributes: row.attributes,
      account: row.account,
      events: events.get(row.id) ?? [],
      stage: row.stage,
      consents: consents.get(row.id) ?? {},
      ...NO_TOUCHES,
      ...touches?.get(row.id),
      accountCounts: counts?.get(row.id) ?? {},
    },
    state: stateOf(row, scores.get(row.id) ?? {}, segments.get(row.id) ?? {}),
    enrolments: enrolments.get(row.id) ?? [],
    campaigns: request.campaigns?.get(row.id) ?? [],
  }));
}

interface LeadRow {
  readonly id: string;
  readonly attributes: JsonObject;
  readonly account: JsonObject | null;
  readonly rulebook: string | null;
  readonly evaluatedAt: Date | null;
  readonly stage: string | null;
  readonly stageSince: Date | null;
}

function stateOf(row: LeadRow, scores: Record<string, Score>, segments: Record<string, Date>): LeadState {
  if (row.evaluatedAt === null) return NEVER_EVALUATED;
  const { evaluatedAt, rulebook, stage, stageSince } = row;
  return { evaluatedAt, rulebook, stage, stageSince, scores, segments };
}

/** The leads' events until now, oldest first; with `receivedBy` only those that had arrived by then. */
export async function eventsOf(
  db: Db,
  leads: readonly string[],
  { eventTypes, now, receivedBy }: Pick<SnapshotRequest, 'eventTypes' | 'now'> & { readonly receivedBy?: Date },
): Promise<Map<string, LeadEvent[]>> {
  const byLead = new Map<string, LeadEvent[]>();
  if (eventTypes.length === 0) return byLead;
  const { rows } = await sql<LeadEvent & { lead: string }>`
    select lead, type, occurred_at as at, properties from event
    where lead = any(${leads}::uuid[]) and type = any(${eventTypes}::text[]) and occurred_at <= ${now}
      and (${receivedBy ?? null}::timestamptz is null or received_at <= ${receivedBy ?? null}::timestamptz)
    order by lead, occurred_at, seq
  `.execute(db);
  for (const { lead, type, at, properties } of rows) {
    const list = byLead.get(lead);
    const event = asRulesSee({ type, at, properties });
    if (list) list.push(event);
    else byLead.set(lead, [event]);
  }
  return byLead;
}

/** By `channel:topic`. A word about every topic (`*`) takes the place of all earlier ones on its channel. `recordedBy`: only what was heard by then. */
export async function consentsOf(db: Db, leads: readonly string[], recordedBy: Date | null = null): Promise<Map<string, Record<string, ConsentState>>> {
  const { rows } = await sql<{ lead: string; channel: string; topic: string; state: ConsentState }>`
    select lead, channel, topic, state from consent
    where lead = any(${leads}::uuid[]) and (${recordedBy}::timestamptz is null or recorded_at <= ${recordedBy}::timestamptz) order by seq
  `.execute(db);
  const byLead = new Map<string, Record<string, ConsentState>>();
  for (const { lead, channel, topic, state } of rows) {
    const consents = byLead.get(lead) ?? {};
    if (topic === '*') {
      for (const key of Object.keys(consents)) if (key.startsWith(`${channel}:`)) delete consents[key];
    }
    consents[`${channel}:${topic}`] = state;
    byLead.set(lead, consents);
  }
  return byLead;
}

async function scoresOf(db: Db, leads: readonly string[]): Promise<Map<string, Record<string, Score>>> {
  const { rows } = await sql<Score & { lead: string; model: string }>`
    select lead, model, milli, grade from score where lead = any(${leads}::uuid[])
  `.execute(db);
  const byLead = new Map<string, Record<string, Score>>();
  for (const { lead, model, milli, grade } of rows) byLead.set(lead, { ...byLead.get(lead), [model]: { milli, grade } });
  return byLead;
}

async function segmentsOf(db: Db, leads: readonly string[]): Promise<Map<string, Record<string, Date>>> {
  const { rows } = await sql<{ lead: string; segment: string; since: Date }>`
    select lead, segment, since from membership where lead = any(${leads}::uuid[])
  `.execute(db);
  const byLead = new Map<string, Record<string, Date>>();
  for (const { lead, segment, since } of rows) byLead.set(lead, { ...byLead.get(lead), [segment]: since });
  return byLead;
}

/** Lead → its enrolments. */
export async function enrolmentsOf(db: Db, leads: readonly string[]): Promise<Map<string, Enrolment[]>> {
  const { rows } = await sql<Enrolment & { lead: string }>`
    select lead, programme, version, entry, at from enrolment where lead = any(${leads}::uuid[]) order by programme, entry
  `.execute(db);
  const byLead = new Map<string, Enrolment[]>();
  for (const { lead, ...enrolment } of rows) byLead.set(lead, [...(byLead.get(lead) ?? []), enrolment]);
  return byLead;
}
