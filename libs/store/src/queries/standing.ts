import { type LeadFacts, type Touched, touchFacts } from '@tendril/rulebook';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { rowsOf } from './rows.ts';
import type { Members } from './members.ts';

type TouchFacts = Pick<LeadFacts, 'journeys' | 'touchpoints'>;

/** Lead → what rules may ask about its touchpoints and its members' as they stand; a lead without any is not in it. */
export async function touchFactsOf(db: Db, { all, rootOf }: Members, now: Date): Promise<Map<string, TouchFacts>> {
  const { rows } = await sql<Touched & { lead: string }>`
    select lead, programme, channel, content, state, coalesce(sent_at, planned_at) as at from touchpoint
    where lead = any(${all}::uuid[]) and planned_at <= ${now} order by planned_at, id
  `.execute(db);
  const byLead = new Map<string, Touched[]>();
  for (const { lead, ...touch } of rows) {
    const list = byLead.get(rootOf(lead));
    if (list) list.push(touch);
    else byLead.set(rootOf(lead), [touch]);
  }
  return new Map([...byLead].map(([lead, touches]) => [lead, touchFacts(touches)]));
}

/**
 * Lead → segment → how many leads of its account are in the segment; what nobody is in is left out. Leads are in a draft by
 * what it answers in shadow. Nothing live can count a draft.
 */
export async function accountCountsOf(db: Db, leads: readonly string[], segments: readonly string[]): Promise<Map<string, Record<string, number>>> {
  // Counted once per account: a batch may hold hundreds of leads of the same one. And each lead once: after an activation it may
  // still be in a segment that is a draft now. ("union" without "all" would read the segments whole.)
  const { rows } = await sql<{ lead: string; segment: string; n: number }>`
    with counted as (
      select o.account, m.segment, count(distinct o.id) as n
      from lead o join (
        select lead, segment from membership union all select lead, rule from shadow_answer where milli is null) m on m.lead = o.id
      where o.account in (select account from lead where id = any(${leads}::uuid[])) and o.erased_at is null
        and m.segment = any(${segments}::text[])
      group by o.account, m.segment)
    select l.id as lead, c.segment, c.n from lead l join counted c on c.account = l.account where l.id = any(${leads}::uuid[])
  `.execute(db);
  const byLead = new Map<string, Record<string, number>>();
  for (const { lead, segment, n } of rows) byLead.set(lead, { ...byLead.get(lead), [segment]: n });
  return byLead;
}

/** Makes these leads and all others of their accounts due, each with the chain that leads there; leads without an account stay as they are. */
export async function addDueColleagues(db: Db, moved: readonly { readonly lead: string; readonly after: readonly string[] | null }[], cause: string): Promise<void> {
  if (moved.length === 0) return;
  await sql`
    insert into due (lead, cause, after) select distinct o.id, ${cause}::text, r.after
    from ${rowsOf(moved, 'lead uuid, after jsonb')} join lead l on l.id = r.lead join lead o on o.account = l.account where o.erased_at is null and o.merged_into is null
  `.execute(db);
}

/** Makes all leads of these accounts due. */
export async function addDueInAccounts(db: Db, accounts: readonly string[], cause: string): Promise<void> {
  if (accounts.length === 0) return;
  await sql`
    insert into due (lead, cause) select id, ${cause}::text from lead
    where account = any(${accounts}::uuid[]) and erased_at is null and merged_into is null
  `.execute(db);
}
