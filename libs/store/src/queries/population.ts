import { asRulesSee, type Consents, type LeadEvent } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { Enrolment } from '@tendril/programmes';
import type { TouchpointState } from '@tendril/touchpoints';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';
import { consentsOf, enrolmentsOf } from './evaluation.ts';
import { type Members, membersOf } from './members.ts';
import { rowsOf } from './rows.ts';
import { readTransitionEvents, withTransitions } from './transitions.ts';

/** From here on, what the transaction reads stays as it is now, whatever others write meanwhile. The first statement in it. */
export async function readAsOfNow(db: Db): Promise<void> {
  await sql`set transaction isolation level repeatable read, read only`.execute(db);
}

/** What leads are sorted into strata by. */
export interface StrataRequest {
  /** Names of the stages, in the buyer's order. */
  readonly stages: readonly string[];
  /** The scoring model whose grades count, and these from the lowest to the highest; null without one. */
  readonly engagement: { readonly model: string; readonly grades: readonly string[] } | null;
  /** The leads of larger accounts are drawn one by one. */
  readonly largestAccount: number;
}

/** Which stratum: places in the lists of the request, from 1; 0 for a stage or grade that is not in them, and for none. */
export interface StratumKey {
  readonly stage: number;
  readonly grade: number;
}

/** One stratum of the whole database. */
export interface StratumCount extends StratumKey {
  /** Accounts, which are drawn whole, and leads that are drawn by themselves. */
  readonly units: number;
  readonly leads: number;
}

/**
 * Every lead that is neither erased nor part of another belongs to one unit: its account, or itself when it has none or a very large one. A unit has
 * the furthest stage and the best grade that its leads have.
 */
function unitsOf({ stages, engagement, largestAccount }: StrataRequest): RawBuilder<unknown> {
  return sql`
    member as (
      select l.id as lead, coalesce(array_position(${stages}::text[], s.stage), 0) as stage,
        coalesce(array_position(${engagement?.grades ?? []}::text[], c.grade), 0) as grade,
        case when l.account is not null and count(*) over (partition by l.account) <= ${largestAccount} then l.account else l.id end as unit
      from lead l join lead_state s on s.lead = l.id left join score c on c.lead = l.id and c.model = ${engagement?.model ?? ''}
      where l.erased_at is null and l.merged_into is null),
    unit as (select unit, max(stage) as stage, max(grade) as grade, count(*) as leads from member group by unit)`;
}

/** The strata of the whole database with their sizes. */
export async function countStrata(db: Db, request: StrataRequest): Promise<StratumCount[]> {
  const { rows } = await sql<StratumCount>`
    with ${unitsOf(request)}
    select stage, grade, count(*) as units, sum(leads)::bigint as leads from unit group by stage, grade order by stage, grade
  `.execute(db);
  return rows;
}

/** How many units to draw from a stratum. */
export interface StratumQuota extends StratumKey {
  readonly units: number;
}

/**
 * Draws whole units: in each stratum those whose ids hash lowest, so that the same database gives the same leads, and one that
 * has grown a little gives mostly the same. Leads of one unit stand together.
 */
export async function drawLeads(db: Db, request: StrataRequest, quotas: readonly StratumQuota[]): Promise<(StratumKey & { readonly lead: string })[]> {
  const { rows } = await sql<StratumKey & { lead: string }>`
    with ${unitsOf(request)},
    placed as (select *, row_number() over (partition by stage, grade order by md5('population ' || unit), unit) as place from unit)
    select u.stage, u.grade, m.lead from placed u
    join ${rowsOf(quotas, 'stage int, grade int, units int')} on r.stage = u.stage and r.grade = u.grade
    join member m on m.unit = u.unit
    where u.place <= r.units order by u.stage, u.grade, u.place, m.lead
  `.execute(db);
  return rows;
}

/** A lead with all that a plan asks about it. */
export interface SampledLead {
  readonly id: string;
  readonly zone: string | null;
  readonly attributes: JsonObject;
  readonly account: { readonly id: string; readonly attributes: JsonObject } | null;
  readonly stage: string | null;
  readonly consents: Consents;
  /** Channels on which the lead has an address. */
  readonly channels: readonly string[];
  /** Channel → why its address must never be contacted. */
  readonly suppressed: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly events: readonly LeadEvent[];
  /** The lead has had more such events; these are the newest. */
  readonly cut: boolean;
  readonly enrolments: readonly Enrolment[];
  /** Oldest first. */
  readonly touchpoints: readonly SampledTouchpoint[];
}

/** A touchpoint without what names it outside. */
export interface SampledTouchpoint {
  readonly programme: string;
  readonly entry: number;
  readonly step: string;
  readonly visit: number;
  readonly channel: string;
  readonly content: string;
  readonly state: TouchpointState;
  /** When it was sent; before that, when it was planned. */
  readonly at: Date;
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
}

/** Which events of a lead are read. */
export interface EventsRequest {
  readonly now: Date;
  /** All events of these types … */
  readonly types: readonly string[];
  /** … and those of these types after this moment … */
  readonly recent: { readonly types: readonly string[]; readonly after: Date };
  /** … but only so many of the newest. */
  readonly perLead: number;
}

/** Reads these leads in eight queries at most, whatever their number, in the order given. */
export async function readSample(db: Db, leads: readonly string[], request: EventsRequest): Promise<SampledLead[]> {
  if (leads.length === 0) return [];
  const { rows } = await sql<LeadRow>`
    select l.id, l.zone, l.attributes, l.account, a.attributes as "accountAttributes", s.stage
    from lead l join lead_state s on s.lead = l.id left join account a on a.id = l.account
    where l.id = any(${leads}::uuid[]) and l.erased_at is null and l.merged_into is null order by array_position(${leads}::uuid[], l.id)
  `.execute(db);
  const members = await membersOf(db, leads);
  const events = await newestEvents(db, members, request);
  const addresses = await addressesOf(db, members);
  const consents = await consentsOf(db, members);
  const enrolments = await enrolmentsOf(db, members);
  const touchpoints = await touchpointsOf(db, members);
  return rows.map(({ id, account, accountAttributes, ...row }) => {
    const found = events.get(id) ?? [];
    const reached = addresses.get(id) ?? [];
    return {
      id,
      ...row,
      account: account === null ? null : { id: account, attributes: accountAttributes ?? {} },
      consents: consents.get(id) ?? {},
      channels: reached.map(({ channel }) => channel),
      suppressed: Object.fromEntries(reached.flatMap(({ channel, reason }) => (reason === null ? [] : [[channel, reason]]))),
      events: found.slice(-request.perLead),
      cut: found.length > request.perLead,
      enrolments: enrolments.get(id) ?? [],
      touchpoints: touchpoints.get(id) ?? [],
    };
  });
}

interface LeadRow {
  readonly id: string;
  readonly zone: string | null;
  readonly attributes: JsonObject;
  readonly account: string | null;
  readonly accountAttributes: JsonObject | null;
  readonly stage: string | null;
}

/** At least the newest by lead and one more where there are more, oldest first, as rules see them. */
async function newestEvents(db: Db, { all, rootOf }: Members, { now, types, recent, perLead }: EventsRequest): Promise<Map<string, LeadEvent[]>> {
  const { rows } = await sql<LeadEvent & { lead: string }>`
    select lead, type, at, properties from (
      select p.root as lead, type, occurred_at as at, seq, properties, row_number() over (partition by p.root order by occurred_at desc, seq desc) as place
      from unnest(${all}::uuid[], ${all.map(rootOf)}::uuid[]) as p(lead, root) join event using (lead) where occurred_at <= ${now}
        and (type = any(${types}::text[]) or (type = any(${recent.types}::text[]) and occurred_at > ${recent.after}))) e
    where place <= ${perLead + 1} order by lead, at, seq
  `.execute(db);
  const found = byLead(rows.map(({ lead, ...event }) => ({ lead, ...asRulesSee(event) })));
  return withTransitions(found, await readTransitionEvents(db, all.filter((lead) => rootOf(lead) === lead), { types, now }));
}

/** Each channel once: the lead's own address, or else the newest of a member. */
function addressesOf(db: Db, { all, rootOf }: Members): Promise<Map<string, { channel: string; reason: string | null }[]>> {
  return sql<{ lead: string; channel: string; reason: string | null }>`
    select distinct on (p.root, a.channel) p.root as lead, a.channel, x.reason
    from unnest(${all}::uuid[], ${all.map(rootOf)}::uuid[]) as p(lead, root) join address a using (lead)
      left join suppression x on x.channel = a.channel and x.hash = a.hash
    order by p.root, a.channel, p.root = a.lead desc, a.at desc
  `.execute(db).then(({ rows }) => byLead(rows));
}

function touchpointsOf(db: Db, { all, rootOf }: Members): Promise<Map<string, SampledTouchpoint[]>> {
  return sql<SampledTouchpoint & { lead: string }>`
    select p.root as lead, programme, entry, step, visit, channel, content, state, coalesce(sent_at, planned_at) as at, due_at as "dueAt", expires_at as "expiresAt"
    from unnest(${all}::uuid[], ${all.map(rootOf)}::uuid[]) as p(lead, root) join touchpoint t using (lead) order by p.root, at, id
  `.execute(db).then(({ rows }) => byLead(rows));
}

function byLead<Row>(rows: readonly (Row & { readonly lead: string })[]): Map<string, Omit<Row, 'lead'>[]> {
  const found = new Map<string, Omit<Row, 'lead'>[]>();
  for (const { lead, ...row } of rows) {
    const list = found.get(lead);
    if (list) list.push(row);
    else found.set(lead, [row]);
  }
  return found;
}
