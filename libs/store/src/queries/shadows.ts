import type { Enrolment, ShadowAnswer, ShadowChanges } from '@tendril/programmes';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { forwardDue } from './members.ts';
import { rowsOf } from './rows.ts';

/** What drafts remember of a lead. */
export interface ShadowMemory {
  readonly answers: readonly ShadowAnswer[];
  /** As draft journeys would have enrolled it. */
  readonly enrolments: readonly Enrolment[];
}

/** Leads to be looked at for the drafts alone. Insert-only, as `due` is. */
export async function addShadowDue(db: Db, leads: readonly string[], at: Date): Promise<void> {
  if (leads.length === 0) return;
  await sql`insert into shadow_due (lead, at) select lead, ${at} from ${rowsOf(leads.map((lead) => ({ lead })), 'lead uuid')}`.execute(db);
}

/** The same for these leads and all others of their accounts; leads without an account stay as they are. */
export async function addShadowDueColleagues(db: Db, leads: readonly string[], at: Date): Promise<void> {
  if (leads.length === 0) return;
  await sql`
    insert into shadow_due (lead, at) select id, ${at} from lead
    where account in (select account from lead where id = any(${leads}::uuid[])) and erased_at is null and merged_into is null
  `.execute(db);
}

/** The same for all leads of these accounts. */
export async function addShadowDueInAccounts(db: Db, accounts: readonly string[], at: Date): Promise<void> {
  if (accounts.length === 0) return;
  await sql`
    insert into shadow_due (lead, at) select id, ${at} from lead
    where account = any(${accounts}::uuid[]) and erased_at is null and merged_into is null
  `.execute(db);
}

/** Locks up to `limit` leads whose time has come for the drafts, and that nobody else holds. */
export async function claimShadowDue(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ lead: string }>`
    select s.lead from lead_state s
    where s.lead in (select lead from shadow_due where at <= ${now} order by at limit ${limit * 4})
    order by s.lead limit ${limit} for update of s skip locked
  `.execute(db);
  const leads = rows.map((row) => row.lead);
  if (leads.length > 0) await forwardDue(db, leads);
  return leads;
}

/** What drafts remember of these leads; a lead that is missing has nothing. */
export async function loadShadows(db: Db, leads: readonly string[]): Promise<Map<string, ShadowMemory>> {
  const answers = await sql<{ lead: string; rule: string; milli: number | null; grade: string | null; since: Date }>`
    select lead, rule, milli, grade, since from shadow_answer where lead = any(${leads}::uuid[])
  `.execute(db);
  const enrolments = await sql<Enrolment & { lead: string }>`
    select lead, programme, entry, max(version) as version, min(planned_at) as at from shadow_touch
    where lead = any(${leads}::uuid[]) group by lead, programme, entry
  `.execute(db);
  const memory = new Map<string, { answers: ShadowAnswer[]; enrolments: Enrolment[] }>();
  const of = (lead: string): { answers: ShadowAnswer[]; enrolments: Enrolment[] } => {
    const known = memory.get(lead) ?? { answers: [], enrolments: [] };
    memory.set(lead, known);
    return known;
  };
  for (const { lead, rule, milli, grade, since } of answers.rows) of(lead).answers.push({ rule, since, score: milli === null ? null : { milli, grade } });
  for (const { lead, ...enrolment } of enrolments.rows) of(lead).enrolments.push(enrolment);
  return memory;
}

/** Saves what drafts make of leads. Touches nothing that live rules read. */
export async function saveShadows(db: Db, changes: readonly ShadowChanges[], rulebook: string, now: Date): Promise<void> {
  const answers = changes.flatMap(({ lead, answers: own }) =>
    own.map(({ rule, score, since }) => ({ lead, rule, milli: score?.milli ?? null, grade: score?.grade ?? null, since })),
  );
  const gone = changes.flatMap(({ lead, gone: rules }) => rules.map((rule) => ({ lead, rule })));
  const touches = changes.flatMap(({ lead, touches: own }) => own.map((touch) => ({ ...touch, because: undefined, lead })));
  const next = changes.flatMap(({ lead, nextAt }) => (nextAt === null ? [] : [{ lead, at: nextAt }]));
  if (next.length > 0) await sql`insert into shadow_due (lead, at) select lead, at from ${rowsOf(next, 'lead uuid, at timestamptz')}`.execute(db);
  if (gone.length > 0) {
    await sql`delete from shadow_answer a using ${rowsOf(gone, 'lead uuid, rule text')} where a.lead = r.lead and a.rule = r.rule`.execute(db);
  }
  if (answers.length > 0) {
    await sql`
      insert into shadow_answer (lead, rule, milli, grade, since)
      select lead, rule, milli, grade, since from ${rowsOf(answers, 'lead uuid, rule text, milli int, grade text, since timestamptz')}
      on conflict (lead, rule) do update set milli = excluded.milli, grade = excluded.grade, since = excluded.since
    `.execute(db);
  }
  if (touches.length > 0) {
    await sql`
      insert into shadow_touch (programme, lead, entry, step, visit, version, channel, content, planned_at, rulebook)
      select programme, lead, entry, step, visit, version, channel, content, ${now}, ${rulebook}
      from ${rowsOf(touches, 'programme text, lead uuid, entry int, step text, visit int, version int, channel text, content text')}
      on conflict do nothing
    `.execute(db);
  }
}

/** Makes these rules the drafts: new ones begin now, and what others left behind is gone. Part of an activation. */
export async function setDrafts(db: Db, drafts: readonly string[], at: Date): Promise<void> {
  await sql`delete from draft where rule <> all(${drafts}::text[])`.execute(db);
  await sql`delete from shadow_answer where rule <> all(${drafts}::text[])`.execute(db);
  await sql`delete from shadow_touch where programme <> all(${drafts}::text[])`.execute(db);
  if (drafts.length === 0) await sql`delete from shadow_due`.execute(db);
  await sql`
    insert into draft (rule, since) select rule, ${at} from ${rowsOf(drafts.map((rule) => ({ rule })), 'rule text')} on conflict do nothing
  `.execute(db);
}
