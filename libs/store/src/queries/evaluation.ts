import { type LeadState, NEVER_EVALUATED } from '@tendril/decisions';
import { asRulesSee, type ConsentState, type LeadEvent } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { Campaign, Enrolment, LeadSnapshot } from '@tendril/programmes';
import { type LeadFacts, NO_TOUCHES, type Reads } from '@tendril/rulebook';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { unpackAnswers } from './answers.ts';
import type { RunPart } from './run-parts.ts';
import { type Members, membersOf } from './members.ts';
import { accountCountsOf, touchFactsOf } from './standing.ts';
import { readTransitionEvents, withTransitions } from './transitions.ts';

/** A lead's events as rules see them: all that they read, or what its digest kept and counted of them. */
export type EventFacts = Pick<LeadFacts, 'events' | 'older'>;

/** What `loadSnapshots` needs to know besides the leads. */
export interface SnapshotRequest {
  /** Lead → its events; none for a lead that is missing. */
  readonly events: ReadonlyMap<string, EventFacts>;
  /** Touchpoints, accounts and consents are looked at only as far as it says. */
  readonly reads: Reads;
  readonly now: Date;
  /** Lead → running campaigns that asked for it. */
  readonly campaigns?: ReadonlyMap<string, readonly Campaign[]>;
}

/** All that an evaluation reads about these leads besides their events, in four to six queries whatever their number. Leads that are erased, or part of others, are left out. */
export async function loadSnapshots(db: Db, leads: readonly string[], request: SnapshotRequest): Promise<LeadSnapshot[]> {
  if (leads.length === 0) return [];
  const { rows } = await sql<LeadRow>`
    select l.id, l.attributes, a.attributes as account, s.rulebook, s.evaluated_at as "evaluatedAt", s.stage, s.stage_since as "stageSince",
      s.next_at as "nextAt", s.answers
    from lead l join lead_state s on s.lead = l.id left join account a on a.id = l.account
    where l.id = any(${leads}::uuid[]) and l.erased_at is null and l.merged_into is null order by l.id
  `.execute(db);
  return snapshotsOf(db, rows, { ...request, enrolments: await enrolmentsOf(db, await membersOf(db, leads)) });
}

/**
 * The same for the leads from `first` to `last`, without locks and for one look only: their digests come along, and enrolments,
 * which matter where something changes, do not. The leads `without` have no digest that answers: they are taken to have no events. The range is said of each
 * table: PostgreSQL does not conclude it, and read all of `lead` for each range of 2,000 (200 ms instead of 12).
 */
export async function loadRange(
  db: Db,
  { first, last }: Pick<RunPart, 'first' | 'last'>,
  { plan, ...request }: Omit<SnapshotRequest, 'events'> & { readonly plan: string },
  eventsOf: (digest: string) => EventFacts | undefined,
): Promise<{ readonly snapshots: readonly LeadSnapshot[]; readonly without: readonly string[] }> {
  const { rows } = await sql<LeadRow & { digest: string | null }>`
    select l.id, l.attributes, a.attributes as account, s.rulebook, s.evaluated_at as "evaluatedAt", s.stage, s.stage_since as "stageSince",
      s.next_at as "nextAt", s.answers, f.digest
    from lead_state s
      join lead l on l.id = s.lead and l.id between ${first}::uuid and ${last}::uuid
      left join account a on a.id = l.account
      left join fact_state f on f.lead = s.lead and f.plan = ${plan} and f.lead between ${first}::uuid and ${last}::uuid
    where s.lead between ${first}::uuid and ${last}::uuid and l.erased_at is null and l.merged_into is null order by s.lead
  `.execute(db);
  const events = new Map<string, EventFacts>();
  for (const { id, digest } of rows) {
    const found = digest === null ? undefined : eventsOf(digest);
    if (found) events.set(id, found);
  }
  const without = rows.flatMap(({ id }) => (events.has(id) ? [] : [id]));
  return { snapshots: await snapshotsOf(db, rows, { ...request, events, enrolments: new Map() }), without };
}

interface LeadRow {
  readonly id: string;
  readonly attributes: JsonObject;
  readonly account: JsonObject | null;
  readonly rulebook: string | null;
  readonly evaluatedAt: Date | null;
  readonly stage: string | null;
  readonly stageSince: Date | null;
  readonly nextAt: Date | null;
  readonly answers: string | null;
}

async function snapshotsOf(
  db: Db,
  rows: readonly LeadRow[],
  { events, reads, now, campaigns, enrolments }: SnapshotRequest & { readonly enrolments: ReadonlyMap<string, readonly Enrolment[]> },
): Promise<LeadSnapshot[]> {
  const leads = rows.map(({ id }) => id);
  const members = await membersOf(db, leads);
  const consents = await consentsOf(db, members);
  const touches = reads.touchpoints ? await touchFactsOf(db, members, now) : undefined;
  const counts = reads.accountCounts.length > 0 ? await accountCountsOf(db, leads, reads.accountCounts) : undefined;
  return rows.map((row) => ({
    facts: {
      id: row.id,
      attributes: row.attributes,
      account: row.account,
      ...(events.get(row.id) ?? NO_EVENTS),
      stage: row.stage,
      consents: consents.get(row.id) ?? {},
      ...NO_TOUCHES,
      ...touches?.get(row.id),
      accountCounts: counts?.get(row.id) ?? {},
    },
    state: stateOf(row),
    enrolments: enrolments.get(row.id) ?? [],
    campaigns: campaigns?.get(row.id) ?? [],
  }));
}

const NO_EVENTS: EventFacts = { events: [] };

function stateOf({ evaluatedAt, rulebook, stage, stageSince, nextAt, answers }: LeadRow): LeadState {
  if (evaluatedAt === null || answers === null) return NEVER_EVALUATED;
  return { evaluatedAt, rulebook, stage, stageSince, nextAt, ...unpackAnswers(answers) };
}

/** The leads' events and their members', and their transitions, until now, oldest first; with `receivedBy` only those that had arrived by then. */
export async function eventsOf(
  db: Db,
  { all, rootOf }: Members,
  { eventTypes, now, receivedBy }: { readonly eventTypes: readonly string[]; readonly now: Date; readonly receivedBy?: Date },
): Promise<Map<string, { readonly events: LeadEvent[] }>> {
  const byLead = new Map<string, LeadEvent[]>();
  if (eventTypes.length === 0) return new Map();
  const { rows } = await sql<LeadEvent & { lead: string }>`
    select lead, type, occurred_at as at, properties from event
    where lead = any(${all}::uuid[]) and type = any(${eventTypes}::text[]) and occurred_at <= ${now}
      and (${receivedBy ?? null}::timestamptz is null or received_at <= ${receivedBy ?? null}::timestamptz)
    order by occurred_at, seq
  `.execute(db);
  for (const { lead, type, at, properties } of rows) {
    const root = rootOf(lead);
    const known = byLead.get(root);
    const event = asRulesSee({ type, at, properties });
    if (known) known.push(event);
    else byLead.set(root, [event]);
  }
  const roots = all.filter((lead) => rootOf(lead) === lead);
  const whole = withTransitions(byLead, await readTransitionEvents(db, roots, { types: eventTypes, now }));
  return new Map([...whole].map(([lead, events]) => [lead, { events }]));
}

/** By `channel:topic`. A word about every topic (`*`) takes the place of all earlier ones on its channel. `recordedBy`: only what was heard by then. */
export async function consentsOf(db: Db, { all, rootOf }: Members, recordedBy: Date | null = null): Promise<Map<string, Record<string, ConsentState>>> {
  const { rows } = await sql<{ lead: string; channel: string; topic: string; state: ConsentState }>`
    select lead, channel, topic, state from consent
    where lead = any(${all}::uuid[]) and (${recordedBy}::timestamptz is null or recorded_at <= ${recordedBy}::timestamptz) order by seq
  `.execute(db);
  const byLead = new Map<string, Record<string, ConsentState>>();
  for (const { lead, channel, topic, state } of rows) {
    const consents = byLead.get(rootOf(lead)) ?? {};
    if (topic === '*') {
      for (const key of Object.keys(consents)) if (key.startsWith(`${channel}:`)) delete consents[key];
    }
    consents[`${channel}:${topic}`] = state;
    byLead.set(rootOf(lead), consents);
  }
  return byLead;
}

/** Lead → its enrolments and its members'. */
export async function enrolmentsOf(db: Db, { all, rootOf }: Members): Promise<Map<string, Enrolment[]>> {
  const { rows } = await sql<Enrolment & { lead: string }>`
    select lead, programme, version, entry, at from enrolment where lead = any(${all}::uuid[]) order by programme, entry
  `.execute(db);
  const byLead = new Map<string, Enrolment[]>();
  for (const { lead, ...enrolment } of rows) byLead.set(rootOf(lead), [...(byLead.get(rootOf(lead)) ?? []), enrolment]);
  return byLead;
}
