import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';

/**
 * Leads with those that are part of them. What a lead did, allowed and received is read over all its members and belongs to
 * it: events, consents, enrolments and touchpoints keep the lead that they were recorded for.
 */
export interface Members {
  /** The leads that were asked for, then their members. */
  readonly all: readonly string[];
  /** For each of `all`, the lead of those asked for that it is part of; a lead itself when it is part of none. */
  readonly rootOf: (lead: string) => string;
}

/** Who is part of these leads now. One index look-up, of an index that is empty while nobody is merged. */
export async function membersOf(db: Db, leads: readonly string[]): Promise<Members> {
  const { rows } = await sql<{ lead: string; root: string }>`
    select id as lead, merged_into as root from lead where merged_into is not null and merged_into = any(${leads}::uuid[])
  `.execute(db);
  const roots = new Map(rows.map(({ lead, root }) => [lead, root]));
  return { all: [...leads, ...roots.keys()], rootOf: (lead) => roots.get(lead) ?? lead };
}

/** Who was part of a lead at a moment, by the merges that were in force then. */
export async function membersAt(db: Db, lead: string, at: Date): Promise<Members> {
  const { rows } = await sql<{ lead: string }>`${partsAt(sql`${lead}::uuid`, at)}`.execute(db);
  return { all: rows.map((row) => row.lead), rootOf: () => lead };
}

/** A condition on `m`, a row of `lead_merge`: it was in force at that moment. */
export function inForceAt(at: Date): RawBuilder<unknown> {
  return sql`m.at <= ${at} and (m.undone_at is null or m.undone_at > ${at})`;
}

/** A query of the leads that were part of this one at a moment, itself among them. */
export function partsAt(lead: RawBuilder<unknown>, at: Date): RawBuilder<unknown> {
  return sql`
    with recursive part (lead) as (
      select ${lead} union select m.lead from lead_merge m join part p on m.into_lead = p.lead where ${inForceAt(at)})
    select lead from part`;
}

/** Those of the leads that are part of another one, with that one. */
export async function rootsOf(db: Db, leads: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ lead: string; root: string }>`
    select id as lead, merged_into as root from lead where id = any(${leads}::uuid[]) and merged_into is not null
  `.execute(db);
  return new Map(rows.map(({ lead, root }) => [lead, root]));
}

/** The cause of a lead that became another's or its own again: what is derived from its events alone is made anew. */
export const MERGED = 'merged';

/**
 * What waits for leads that are part of others goes to these: events can arrive for a lead while it is merged, and feedback
 * about its touchpoints comes long after. The caller holds the locks of the leads.
 */
export async function forwardDue(db: Db, leads: readonly string[]): Promise<void> {
  const roots = await rootsOf(db, leads);
  if (roots.size === 0) return;
  const merged = [...roots.keys()];
  await sql`insert into due (lead, cause) select distinct unnest(${[...roots.values()]}::uuid[]), ${MERGED}::text`.execute(db);
  for (const table of ['due', 'shadow_due'] as const) {
    await sql`update ${sql.table(table)} d set lead = l.merged_into from lead l where d.lead = any(${merged}::uuid[]) and l.id = d.lead`.execute(db);
  }
}
