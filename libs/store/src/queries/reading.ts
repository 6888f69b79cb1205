import type { JsonObject } from '@tendril/kernel';
import type { GateAnswer, TouchpointState } from '@tendril/touchpoints';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';
import { membersOf } from './members.ts';

/** The next leads in the order of their ids; those that are erased, or part of others, are left out. */
export async function leadPage(db: Db, after: string | undefined, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from lead where erased_at is null and merged_into is null and (${after ?? null}::uuid is null or id > ${after ?? null}::uuid) order by id limit ${limit}
  `.execute(db);
  return rows.map((row) => row.id);
}

/** A lead as lists and the lead's own page show it. */
export interface LeadView {
  readonly id: string;
  /** Names by kind: `id`, `email`, `phone`, `anonymous`. */
  readonly identities: readonly { readonly kind: string; readonly value: string }[];
  readonly attributes: JsonObject;
  readonly account: { readonly domain: string; readonly attributes: JsonObject } | null;
  readonly stage: string | null;
  readonly stageSince: Date | null;
  readonly evaluatedAt: Date | null;
  readonly scores: Readonly<Record<string, { readonly points: number; readonly grade: string | null }>>;
  readonly segments: readonly string[];
  readonly createdAt: Date;
}

/** The lead `l` and those that are part of it. */
const PARTS = sql.raw('select l.id union all select m.id from lead m where m.merged_into is not null and m.merged_into = l.id');

/** A query of `LeadView`s, of the lead `l` and its state `s`. */
export const LEAD_VIEW = sql`
  select l.id, l.attributes, l.created_at as "createdAt", s.stage, s.stage_since as "stageSince", s.evaluated_at as "evaluatedAt",
    (select jsonb_build_object('domain', a.domain, 'attributes', a.attributes) from account a where a.id = l.account) as account,
    coalesce((select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.value) from identity i where i.lead in (${PARTS})), '[]') as identities,
    coalesce((select jsonb_object_agg(c.model, jsonb_build_object('points', c.milli / 1000.0, 'grade', c.grade)) from score c where c.lead = l.id), '{}') as scores,
    coalesce((select jsonb_agg(m.segment order by m.segment) from membership m where m.lead = l.id), '[]') as segments
  from lead l join lead_state s on s.lead = l.id`;

/** What no lead's id can be is not asked for: PostgreSQL would refuse the query. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => UUID.test(text);

/** What leads to list. */
export interface LeadSearch {
  readonly segment?: string | undefined;
  readonly stage?: string | undefined;
  /** Exact e-mail address, phone number or own id. */
  readonly named?: string | undefined;
  /** The last id of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Leads in the order of their ids. */
export async function searchLeads(db: Db, search: LeadSearch): Promise<LeadView[]> {
  const where: RawBuilder<unknown>[] = [sql`l.erased_at is null and l.merged_into is null`];
  if (search.segment !== undefined) where.push(sql`exists (select from membership m where m.lead = l.id and m.segment = ${search.segment})`);
  if (search.stage !== undefined) where.push(sql`s.stage = ${search.stage}`);
  if (search.named !== undefined) where.push(sql`l.id in (select coalesce(n.merged_into, n.id) from identity join lead n on n.id = lead where value in (${search.named}, lower(${search.named})))`);
  if (search.after !== undefined) where.push(sql`l.id > ${search.after}::uuid`);
  const { rows } = await sql<LeadView>`${LEAD_VIEW} where ${sql.join(where, sql` and `)} order by l.id limit ${search.limit}`.execute(db);
  return rows;
}

/** A lead by its id, or by that of one that is part of it; undefined when there is none or it was erased. */
export async function readLead(db: Db, id: string): Promise<LeadView | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows } = await sql<LeadView>`${LEAD_VIEW} where l.id = (select coalesce(merged_into, id) from lead where id = ${id}) and l.erased_at is null`.execute(db);
  return rows[0];
}

/** One thing that happened to or was decided about a lead. */
export interface TimelineEntry {
  readonly at: Date;
  readonly kind: 'event' | 'transition' | 'touchpoint' | 'consent' | 'merge';
  readonly what: string;
  readonly detail: JsonObject;
}

/** The newest first, with what happened to the leads that are part of it. */
export async function readTimeline(db: Db, lead: string, limit: number): Promise<TimelineEntry[]> {
  const { all } = await membersOf(db, [lead]);
  const { rows } = await sql<TimelineEntry>`
    select at, kind, what, detail from (
      select occurred_at as at, 'event' as kind, type as what, jsonb_build_object('source', source, 'properties', properties) as detail, seq
        from event where lead = any(${all}::uuid[])
      union all select at, 'transition', kind || ' ' || subject, jsonb_build_object('from', from_value, 'to', to_value, 'cause', cause, 'rulebook', rulebook), seq
        from transition where lead = any(${all}::uuid[])
      union all select planned_at, 'touchpoint', content, jsonb_build_object('id', id, 'channel', channel, 'state', state, 'reason', reason), 0
        from touchpoint where lead = any(${all}::uuid[])
      union all select at, 'consent', channel || ' ' || topic, jsonb_build_object('state', state, 'basis', basis, 'evidence', evidence, 'source', source), seq
        from consent where lead = any(${all}::uuid[])
      union all select at, 'merge', lead || ' into ' || into_lead, jsonb_build_object('source', source, 'key', key, 'by', by, 'reason', reason), seq
        from lead_merge where (lead = any(${all}::uuid[]) or into_lead = any(${all}::uuid[]))
      union all select undone_at, 'merge', lead || ' out of ' || into_lead, jsonb_build_object('by', undone_by, 'reason', undone_reason), seq
        from lead_merge where undone_at is not null and (lead = any(${all}::uuid[]) or into_lead = any(${all}::uuid[]))) t
    order by at desc, kind, seq desc limit ${limit}
  `.execute(db);
  return rows;
}

/** A touchpoint with its history and the parts of its why. */
export interface TouchpointView {
  readonly id: string;
  readonly lead: string;
  readonly programme: string;
  readonly version: number;
  readonly entry: number;
  readonly step: string;
  readonly channel: string;
  readonly content: string;
  readonly state: TouchpointState;
  readonly reason: string | null;
  readonly connector: string | null;
  readonly vendorRef: string | null;
  readonly attempt: number;
  readonly plannedAt: Date;
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
  readonly sentAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly openedAt: Date | null;
  readonly clickedAt: Date | null;
  readonly repliedAt: Date | null;
  readonly bouncedAt: Date | null;
  readonly complainedAt: Date | null;
  readonly consent: string | null;
  /** Hash and git revision of the rulebook that planned it. */
  readonly rulebook: string;
  readonly gitRevision: string | null;
  /** The same of the rulebook that the gate last asked, and whose words were sent; null before the gate was asked. */
  readonly gatedRulebook: string | null;
  readonly gatedRevision: string | null;
  readonly because: JsonObject;
  readonly answers: readonly GateAnswer[] | null;
}

const TOUCHPOINT_VIEW = sql.raw(`
  select t.id, t.lead, t.programme, t.version, t.entry, t.step, t.channel, t.content, t.state, t.reason, t.connector,
    t.vendor_ref as "vendorRef", t.attempt, t.planned_at as "plannedAt", t.due_at as "dueAt", t.expires_at as "expiresAt",
    t.sent_at as "sentAt", t.delivered_at as "deliveredAt", t.opened_at as "openedAt", t.clicked_at as "clickedAt",
    t.replied_at as "repliedAt", t.bounced_at as "bouncedAt", t.complained_at as "complainedAt", t.consent, t.rulebook,
    r.git_revision as "gitRevision", t.gated_rulebook as "gatedRulebook", g.git_revision as "gatedRevision", t.because, t.answers
  from touchpoint t left join rulebook r on r.hash = t.rulebook left join rulebook g on g.hash = t.gated_rulebook`);

/** What touchpoints to list. */
export interface TouchpointSearch {
  readonly lead?: string | undefined;
  readonly programme?: string | undefined;
  readonly state?: string | undefined;
  readonly connector?: string | undefined;
  /** The last one of the page before. */
  readonly before?: { readonly plannedAt: Date; readonly id: string } | undefined;
  readonly limit: number;
}

/** The newest first. */
export async function searchTouchpoints(db: Db, search: TouchpointSearch): Promise<TouchpointView[]> {
  const where: RawBuilder<unknown>[] = [sql`true`];
  if (search.lead !== undefined) where.push(sql`t.lead in (select ${search.lead}::uuid union all select id from lead where merged_into is not null and merged_into = ${search.lead})`);
  if (search.programme !== undefined) where.push(sql`t.programme = ${search.programme}`);
  if (search.state !== undefined) where.push(sql`t.state = ${search.state}`);
  if (search.connector !== undefined) where.push(sql`t.connector = ${search.connector}`);
  if (search.before !== undefined) where.push(sql`(t.planned_at, t.id) < (${search.before.plannedAt}, ${search.before.id})`);
  const { rows } = await sql<TouchpointView>`
    ${TOUCHPOINT_VIEW} where ${sql.join(where, sql` and `)} order by t.planned_at desc, t.id desc limit ${search.limit}
  `.execute(db);
  return rows;
}

export async function readTouchpoint(db: Db, id: string): Promise<TouchpointView | undefined> {
  const { rows } = await sql<TouchpointView>`${TOUCHPOINT_VIEW} where t.id = ${id}`.execute(db);
  return rows[0];
}

/** Numbers for the first screen. */
export interface Overview {
  readonly leads: number;
  readonly evaluated: number;
  readonly segments: Readonly<Record<string, number>>;
  readonly stages: Readonly<Record<string, number>>;
  /** `channel state` → touchpoints. */
  readonly touchpoints: readonly { readonly programme: string; readonly channel: string; readonly state: string; readonly reason: string | null; readonly n: number }[];
}

/** Leads that are part of no other; `not in`, because those that are can be read from an index of their own. */
const STANDING = sql.raw('lead not in (select id from lead where merged_into is not null)');

export async function readOverview(db: Db): Promise<Overview> {
  const leads = await sql<{ leads: number; evaluated: number }>`
    select count(*) as leads, count(evaluated_at) as evaluated from lead_state where ${STANDING}
  `.execute(db);
  const segments = await sql<{ id: string; n: number }>`select segment as id, count(*) as n from membership group by segment order by segment`.execute(db);
  const stages = await sql<{ id: string; n: number }>`select coalesce(stage, '') as id, count(*) as n from lead_state where ${STANDING} group by stage`.execute(db);
  const touchpoints = await sql<Overview['touchpoints'][number]>`
    select programme, channel, state, case when state in ('accepted', 'planned') then null else reason end as reason, count(*) as n
    from touchpoint group by 1, 2, 3, 4 order by 1, 2, 3, 5 desc
  `.execute(db);
  const table = (rows: readonly { id: string; n: number }[]) => Object.fromEntries(rows.map(({ id, n }) => [id, n]));
  return { ...leads.rows[0]!, segments: table(segments.rows), stages: table(stages.rows), touchpoints: touchpoints.rows };
}
