import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** A touchpoint that a vendor took, with its lead as the company names it. */
export interface AcceptedTouchpoint {
  readonly touchpoint: string;
  /** The company's own id, such as `crm-1001`. */
  readonly lead: string;
  readonly content: string;
  readonly channel: string;
  readonly at: Date;
}

/** What vendors accepted after this moment, oldest first. Leads that the company has no id for are left out. */
export async function acceptedSince(db: Db, since: Date): Promise<AcceptedTouchpoint[]> {
  const { rows } = await sql<AcceptedTouchpoint>`
    select t.id as touchpoint, i.value as lead, t.content, t.channel, t.sent_at as at
    from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id'
    where t.state = 'accepted' and t.sent_at > ${since} order by t.sent_at, t.id
  `.execute(db);
  return rows;
}

/** Type → how often it happened, and to how many leads. A type that never happened is missing. */
export async function eventCounts(db: Db, types: readonly string[]): Promise<Map<string, { events: number; leads: number }>> {
  const { rows } = await sql<{ type: string; events: number; leads: number }>`
    select type, count(*) as events, count(distinct lead) as leads from event where type = any(${types}::text[]) group by type
  `.execute(db);
  return new Map(rows.map(({ type, events, leads }) => [type, { events, leads }]));
}

/** Every lead that a programme ever enrolled, and whether one of these events happened to it after its first enrolment. */
export async function enrolledLeads(db: Db, outcomes: readonly string[]): Promise<{ lead: string; converted: boolean }[]> {
  const { rows } = await sql<{ lead: string; converted: boolean }>`
    select f.lead, exists (
      select from event e where e.lead = f.lead and e.type = any(${outcomes}::text[]) and e.occurred_at > f.at) as converted
    from (select lead, min(at) as at from enrolment group by lead) f order by f.lead
  `.execute(db);
  return rows;
}
