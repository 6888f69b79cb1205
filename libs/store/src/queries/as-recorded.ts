import type { JsonObject } from '@tendril/kernel';
import { type LeadFacts, type Reads, type Touched, touchFacts } from '@tendril/rulebook';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';
import { attributesOf } from './attributes.ts';
import { consentsOf, eventsOf } from './evaluation.ts';
import { inForceAt, type Members, membersAt, partsAt } from './members.ts';

/** A lead's facts as they were recorded by a time. */
export interface RecordedFacts {
  readonly facts: LeadFacts;
  /** Touchpoints that ended unsent at a time which nobody wrote down: taken to be the time at which they were last due. */
  readonly guessedEnds: number;
}

/** What is asked about a lead, and as of when. */
export interface RecordedRequest {
  readonly eventTypes: readonly string[];
  readonly reads: Reads;
  readonly at: Date;
}

/**
 * What the rules could have asked about a lead at a past moment: events that had happened and arrived by then, attributes and
 * account from the changes that had arrived, consents that had been heard, stage and segments by the transitions until then.
 * Undefined for a lead that is unknown or erased. Events, consents and touchpoints of the leads that were part of it then are its own.
 */
export async function readFactsAt(db: Db, lead: string, { eventTypes, reads, at }: RecordedRequest): Promise<RecordedFacts | undefined> {
  const members = await membersAt(db, lead, at);
  const { rows } = await sql<{ attributes: JsonObject }>`
    select r.attributes from (${attributesOf([lead], members, sql`e.received_at <= ${at}`)}) r join lead l on l.id = r.lead where l.erased_at is null
  `.execute(db);
  const [known] = rows;
  if (!known) return undefined;
  const account = await accountAt(db, lead, at);
  const touchpoints = reads.touchpoints ? await touchpointsAt(db, members, at) : [];
  return {
    facts: {
      id: lead,
      attributes: known.attributes,
      account: account?.attributes ?? null,
      events: (await eventsOf(db, members, { eventTypes, now: at, receivedBy: at })).get(lead)?.events ?? [],
      stage: await stageAt(db, lead, at),
      consents: (await consentsOf(db, members, at)).get(lead) ?? {},
      ...touchFacts(touchpoints),
      accountCounts: account && reads.accountCounts.length > 0 ? await accountCountsAt(db, account.domain, at, reads.accountCounts) : {},
    },
    guessedEnds: touchpoints.filter(({ guessed }) => guessed).length,
  };
}

/** The stage that the last evaluation by then found. */
export async function stageAt(db: Db, lead: string, at: Date): Promise<string | null> {
  const { rows } = await sql<{ stage: string | null }>`
    select to_value as stage from transition where lead = ${lead} and kind = 'stage' and at <= ${at} order by seq desc limit 1
  `.execute(db);
  return rows[0]?.stage ?? null;
}

/**
 * A query: the domain of the account that the lead's own events had named last, or else those of leads that were part of it.
 * `lead`: an expression of a lead's id.
 */
function domainAt(lead: RawBuilder<unknown>, at: Date): RawBuilder<unknown> {
  const told = sql`e.account is not null and e.received_at <= ${at}`;
  return sql`
    select coalesce(
      (select e.account from event e where e.lead = ${lead} and ${told} order by e.seq desc limit 1),
      (select e.account from event e where e.lead in (${partsAt(lead, at)}) and ${told} order by e.seq desc limit 1)) as domain`;
}

/** The account, with what had been told about it, with a lead or without; later words replace earlier ones. */
async function accountAt(db: Db, lead: string, at: Date): Promise<{ domain: string; attributes: JsonObject } | undefined> {
  const { rows } = await sql<{ domain: string; attributes: JsonObject }>`
    with named as (${domainAt(sql`${lead}::uuid`, at)})
    select domain, coalesce(
      (select jsonb_object_agg(key, value) from (
        select distinct on (a.key) a.key, a.value from (
          select e.seq, e.properties -> 'account' as told from event e where e.account = named.domain and e.type = 'lead_updated' and e.received_at <= ${at}
          union all select c.seq, c.attributes from account_change c where c.domain = named.domain and c.received_at <= ${at}) t, jsonb_each(t.told) a
        order by a.key, t.seq desc) newest),
      '{}') as attributes
    from named where domain is not null
  `.execute(db);
  return rows[0];
}

/** Segment → leads of the account in it, by who belonged to it and who had entered what until then. */
async function accountCountsAt(db: Db, domain: string, at: Date, segments: readonly string[]): Promise<Record<string, number>> {
  const { rows } = await sql<{ segment: string; n: number }>`
    with recursive about (lead) as (
      select lead from event where account = ${domain} and received_at <= ${at}
      union select m.into_lead from lead_merge m join about a on m.lead = a.lead where ${inForceAt(at)})
    select segment, count(*) as n from (
      select distinct on (t.lead, t.subject) t.subject as segment, t.to_value from transition t
      where t.kind = 'segment' and t.subject = any(${segments}::text[]) and t.at <= ${at} and t.lead in (
        select l.id from lead l where l.erased_at is null and l.id in (select lead from about) and (${domainAt(sql`l.id`, at)}) = ${domain})
      order by t.lead, t.subject, t.seq desc) newest
    where to_value is not null group by segment order by segment
  `.execute(db);
  return Object.fromEntries(rows.map(({ segment, n }) => [segment, n]));
}

type TouchpointThen = Touched & { readonly guessed: boolean };

/**
 * Touchpoints that were planned by then. When a state began is written down for sending alone: what was sent later was still
 * waiting then, and so was what fell due later.
 */
async function touchpointsAt(db: Db, { all }: Members, at: Date): Promise<TouchpointThen[]> {
  const { rows } = await sql<TouchpointThen>`
    select programme, channel, content,
      case when sent_at > ${at} or (ended and due_at > ${at}) then 'planned' else state end as state,
      case when sent_at <= ${at} then sent_at else planned_at end as at, ended and due_at <= ${at} as guessed
    from (
      select *, sent_at is null and state in ('rejected', 'cancelled', 'suppressed', 'expired') as ended
      from touchpoint where lead = any(${all}::uuid[]) and planned_at <= ${at}) t
    order by planned_at, id
  `.execute(db);
  return rows;
}
