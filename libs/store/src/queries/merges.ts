import type { JsonObject } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { lockLeadRows, rebuildAttributes } from './attributes.ts';
import { forgetDigests } from './digests.ts';
import { cancelMerged } from './dispatch.ts';
import { forwardDue, MERGED } from './members.ts';
import { rowsOf } from './rows.ts';

/** An event named `lead` by an anonymous id and `into` by another name. */
export interface MergeWish {
  readonly lead: string;
  readonly into: string;
  readonly source: string;
  readonly key: string;
}

/** One lead that becomes part of another, by an event (source and key) or by a person. */
export interface Merge {
  readonly lead: string;
  /** A root. */
  readonly into: string;
  readonly source: string | null;
  readonly key: string | null;
  readonly by: string | null;
  readonly reason: string | null;
}

/**
 * Merges and unmerges take turns until the transaction ends: so whoever has the turn knows who is part of whom, and can take
 * the locks of all leads concerned at once and in their order. Taken after the rulebook and before any lead's lock.
 * Nobody waits for it but other merges.
 */
export async function takeMergeTurn(db: Db): Promise<void> {
  await sql`lock table lead_merge in share row exclusive mode`.execute(db);
}

/**
 * Of these wishes those that may be granted, each lead once: it is a root that nobody ever knew by more than anonymous ids, and
 * no person has said that the two are not the same. Two leads that both have a known name are never merged by an event.
 */
export async function grantedWishes(db: Db, wishes: readonly MergeWish[]): Promise<Merge[]> {
  if (wishes.length === 0) return [];
  const rows = wishes.map((wish, n) => ({ ...wish, n }));
  const granted = await sql<Merge>`
    select distinct on (w.lead) w.lead, w.root as into, w.source, w.key, null as by, null as reason
    from (
      select r.n, r.lead, r.source, r.key, coalesce(i.merged_into, i.id) as root
      from ${rowsOf(rows, 'n int, lead uuid, "into" uuid, source text, key text')}
        join lead l on l.id = r.lead join lead i on i.id = r."into"
      where l.merged_into is null and l.erased_at is null) w
    where w.root <> w.lead
      and not exists (
        select from identity k where k.kind <> 'anonymous'
          and k.lead in (select w.lead union all select id from lead where merged_into is not null and merged_into = w.lead))
      and not exists (
        select from lead_merge m join lead i on i.id = m.into_lead
        where m.lead = w.lead and m.undone_at is not null and coalesce(i.merged_into, i.id) = w.root)
    order by w.lead, w.n
  `.execute(db);
  return granted.rows;
}

/**
 * Makes leads part of others: they lose scores, stage and segments, what was planned for them is cancelled, and the others are
 * read over all their members from now on. What was claimed already is cancelled before it is sent.
 * The caller has the turn and holds the locks of both leads of each merge; no lead is on both sides.
 */
export async function addMerges(db: Db, merges: readonly Merge[], at: Date): Promise<void> {
  if (merges.length === 0) return;
  const leads = merges.map(({ lead }) => lead);
  await lockLeadRows(db, merges.flatMap(({ lead, into }) => [{ lead }, { lead: into }]));
  const columns = 'lead uuid, "into" uuid, source text, key text, by text, reason text';
  await sql`
    insert into lead_merge (lead, into_lead, at, source, key, by, reason)
    select lead, "into", ${at}, source, key, by, reason from ${rowsOf(merges, columns)}
  `.execute(db);
  await sql`
    update lead l set merged_into = r."into" from ${rowsOf(merges, 'lead uuid, "into" uuid')} where l.id = r.lead or l.merged_into = r.lead
  `.execute(db);
  await cancelMerged(db, leads, at);
  await forgetDecisions(db, leads, at);
  await forwardDue(db, leads);
  await rebuildLeads(db, merges.map(({ into }) => into));
}

/** Takes leads out of every segment, stage and score, with transitions that say so. */
async function forgetDecisions(db: Db, leads: readonly string[], at: Date): Promise<void> {
  await sql`
    insert into transition (lead, kind, subject, from_value, to_value, at, rulebook, cause)
    select h.lead, h.kind, h.subject, h.held, null, ${at}, s.rulebook, ${MERGED}
    from (
      select lead, 'segment' as kind, segment as subject, segment as held from membership where lead = any(${leads}::uuid[])
      union all select lead, 'stage', 'stage', stage from lead_state where lead = any(${leads}::uuid[]) and stage is not null
      union all select lead, 'grade', model, grade from score where lead = any(${leads}::uuid[]) and grade is not null) h
    join lead_state s on s.lead = h.lead and s.rulebook is not null
    order by h.lead, h.kind, h.subject
  `.execute(db);
  for (const table of ['membership', 'score', 'shadow_answer', 'shadow_touch'] as const) {
    await sql`delete from ${sql.table(table)} where lead = any(${leads}::uuid[])`.execute(db);
  }
  await sql`
    update lead_state set rulebook = null, evaluated_at = null, next_at = null, stage = null, stage_since = null, answers = null where lead = any(${leads}::uuid[])
  `.execute(db);
}

/** Undoes a merge: the lead stands for itself again, with what was part of it. The caller has the turn and holds the locks of both. */
export async function undoMerge(db: Db, merge: MergeView, { by, reason, at }: { readonly by: string; readonly reason: string | null; readonly at: Date }): Promise<void> {
  const { lead, root } = merge;
  await lockLeadRows(db, [{ lead }, { lead: root }]);
  await sql`update lead_merge set undone_at = ${at}, undone_by = ${by}, undone_reason = ${reason} where seq = ${merge.seq}`.execute(db);
  await sql`
    with recursive part (lead) as (
      select ${lead}::uuid union select m.lead from lead_merge m join part p on m.into_lead = p.lead where m.undone_at is null)
    update lead set merged_into = case when id <> ${lead} then ${lead}::uuid end where id in (select lead from part)
  `.execute(db);
  await rebuildLeads(db, [lead, root]);
  await sql`insert into due (lead, cause) values (${lead}, ${MERGED}), (${root}, ${MERGED})`.execute(db);
}

/**
 * Makes anew what is derived from the events of a lead and its members: attributes, zone, account and, at the next look, the digest. The lead's own account
 * wins; one that it lacks comes from the member that named one last.
 */
export async function rebuildLeads(db: Db, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  await forgetDigests(db, leads);
  await lockLeadRows(db, leads.map((lead) => ({ lead })));
  await rebuildAttributes(db, leads);
  await sql`
    update lead set account = named.account from (
      select n.id, a.id as account from (
        select l.id, coalesce(
          (select e.account from event e where e.lead = l.id and e.account is not null order by e.seq desc limit 1),
          (select e.account from lead m join event e on e.lead = m.id where m.merged_into is not null and m.merged_into = l.id and e.account is not null
            order by e.seq desc limit 1)) as domain
        from lead l where l.id = any(${leads}::uuid[])) n
      left join account a on a.domain = n.domain) named
    where lead.id = named.id and lead.account is distinct from named.account
  `.execute(db);
}

/** A merge with how it came about, and how it was undone. */
export interface MergeView {
  readonly seq: number;
  readonly lead: string;
  readonly into: string;
  /** The lead that both are part of now. */
  readonly root: string;
  readonly at: Date;
  readonly source: string | null;
  readonly key: string | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
  readonly undoneReason: string | null;
}

/** The merges of this lead into others and of others into it, the newest first. */
export async function readMerges(db: Db, lead: string): Promise<MergeView[]> {
  const { rows } = await sql<MergeView>`
    select m.seq, m.lead, m.into_lead as into, coalesce(l.merged_into, l.id) as root, m.at, m.source, m.key, m.by, m.reason,
      m.undone_at as "undoneAt", m.undone_by as "undoneBy", m.undone_reason as "undoneReason"
    from lead_merge m join lead l on l.id = m.lead where m.lead = ${lead} or m.into_lead = ${lead} order by m.seq desc
  `.execute(db);
  return rows;
}

/** What a merge would bring into the other lead, and what it would end. */
export interface MergeEffect {
  /** Names that will lead to the other one. */
  readonly identities: readonly { readonly kind: string; readonly value: string }[];
  readonly events: number;
  readonly consents: number;
  /** Segments that the lead leaves; the other one may enter them. */
  readonly segmentsLeft: readonly string[];
  /** Touchpoints that are cancelled. */
  readonly cancelled: number;
}

/** The effect of making this lead, a root, part of another. */
export async function readMergeEffect(db: Db, lead: string): Promise<MergeEffect> {
  const { rows } = await sql<MergeEffect & JsonObject>`
    with part as (select ${lead}::uuid as lead union all select id from lead where merged_into is not null and merged_into = ${lead})
    select
      coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'value', value) order by kind, value) from identity where lead in (select lead from part)), '[]') as identities,
      (select count(*) from event where lead in (select lead from part)) as events,
      (select count(*) from consent where lead in (select lead from part)) as consents,
      coalesce((select jsonb_agg(segment order by segment) from membership where lead = ${lead}), '[]') as "segmentsLeft",
      (select count(*) from touchpoint where lead = ${lead} and state in ('planned', 'held', 'claimed')) as cancelled
  `.execute(db);
  return rows[0]!;
}
