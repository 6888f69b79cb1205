import type { JsonObject } from '@tendril/kernel';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';
import { type Members, membersOf } from './members.ts';
import { rowsOf } from './rows.ts';

/** A change of a lead's attributes; null removes one. */
export interface AttributeChange {
  readonly lead: string;
  readonly attributes: JsonObject;
  /** When it happened. */
  readonly at: Date;
}

/**
 * Brings changes whose events are stored into the leads' attributes: of each attribute the newest word counts, however late
 * it arrives, and null removes it; `timeZone` is the lead's zone. Where a change is older than one that is known, all of the lead's changes are read again.
 */
export async function mergeAttributes(db: Db, changes: readonly AttributeChange[]): Promise<void> {
  if (changes.length === 0) return;
  const known = await lockLeadRows(db, changes);
  const late = new Set(changes.filter(({ lead, at }) => at <= (known.get(lead) ?? NEVER)).map(({ lead }) => lead));
  for (const one of onePerLead(changes.filter(({ lead }) => !late.has(lead)))) {
    await sql`
      update lead set attributes = jsonb_strip_nulls(lead.attributes || r.attributes), attributes_at = r.at,
        zone = (lead.attributes || r.attributes) ->> 'timeZone'
      from ${rowsOf(one, 'lead uuid, attributes jsonb, at timestamptz')} where lead.id = r.lead
    `.execute(db);
  }
  if (late.size > 0) await rebuildAttributes(db, [...late]);
}

const NEVER = new Date(-8.64e15);

/** Reads all changes of these leads and their members again. The caller has locked the leads' rows. */
export async function rebuildAttributes(db: Db, leads: readonly string[]): Promise<void> {
  await sql`
    update lead set attributes = r.attributes, zone = r.attributes ->> 'timeZone', attributes_at = r.at
    from (${attributesOf(leads, await membersOf(db, leads), sql`true`)}) r where lead.id = r.lead
  `.execute(db);
}

/**
 * A query: what the stored changes of these leads and their members come to, and when the newest happened. `counts` chooses
 * among the changes, as a condition on `e`.
 */
export function attributesOf(
  leads: readonly string[],
  { all, rootOf }: Members,
  counts: RawBuilder<unknown>,
): RawBuilder<{ lead: string; attributes: JsonObject; at: Date | null }> {
  return sql`
    select l.id as lead, max(newest.at) as at,
      coalesce(jsonb_strip_nulls(jsonb_object_agg(newest.key, newest.value) filter (where newest.key is not null)), '{}') as attributes
    from unnest(${leads}::uuid[]) as l(id) left join (
      select distinct on (p.root, a.key) p.root, a.key, a.value, e.occurred_at as at
      from unnest(${all}::uuid[], ${all.map(rootOf)}::uuid[]) as p(lead, root) join event e on e.lead = p.lead,
        jsonb_each(e.properties -> 'attributes') a
      where e.type = 'lead_updated' and ${counts}
      order by p.root, a.key, e.occurred_at desc, e.seq desc) newest on newest.root = l.id
    group by l.id`;
}

/**
 * Locks the leads' rows in the order of their ids, so that two batches about the same leads cannot deadlock; no tick waits
 * for these rows. Answers when the newest change of each happened, for those that have one.
 */
export async function lockLeadRows(db: Db, changes: readonly { readonly lead: string }[]): Promise<Map<string, Date>> {
  if (changes.length === 0) return new Map();
  const { rows } = await sql<{ id: string; at: Date | null }>`
    select id, attributes_at as at from lead where id = any(${changes.map(({ lead }) => lead)}::uuid[]) order by id for update
  `.execute(db);
  return new Map(rows.flatMap(({ id, at }) => (at === null ? [] : [[id, at] as const])));
}

/** An update joins a row once only, so several changes of one lead go in several statements, oldest first. */
function onePerLead(changes: readonly AttributeChange[]): AttributeChange[][] {
  const rounds: AttributeChange[][] = [];
  const seen = new Map<string, number>();
  for (const change of [...changes].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const round = seen.get(change.lead) ?? 0;
    seen.set(change.lead, round + 1);
    (rounds[round] ??= []).push(change);
  }
  return rounds;
}
