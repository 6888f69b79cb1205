import type { LeadChanges, WantedTouch } from '@tendril/programmes';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { rowsOf } from './rows.ts';

/** A touchpoint to be planned: what a programme wants, for whom, and the id that follows from it. */
export type PlannedTouchpoint = WantedTouch & { readonly id: string; readonly lead: string };

/** Saves what `advance` changed, in a fixed number of statements. `causes`: why each lead was looked at. */
export async function saveDecisions(
  db: Db,
  changes: readonly LeadChanges[],
  rulebook: string,
  causes: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  await saveStates(db, changes);
  await saveScores(db, changes);
  await saveMemberships(db, changes);
  await saveTransitions(db, changes, rulebook, causes);
  await saveEnrolments(db, changes);
}

async function saveStates(db: Db, changes: readonly LeadChanges[]): Promise<void> {
  const rows = changes.map(({ decision: { lead, state, nextAt } }) => ({
    lead,
    rulebook: state.rulebook,
    evaluated_at: state.evaluatedAt,
    next_at: nextAt,
    stage: state.stage,
    stage_since: state.stageSince,
  }));
  const columns = 'lead uuid, rulebook text, evaluated_at timestamptz, next_at timestamptz, stage text, stage_since timestamptz';
  await sql`
    update lead_state s set rulebook = r.rulebook, evaluated_at = r.evaluated_at, next_at = r.next_at, stage = r.stage,
      stage_since = r.stage_since
    from ${rowsOf(rows, columns)} where s.lead = r.lead
  `.execute(db);
}

async function saveScores(db: Db, changes: readonly LeadChanges[]): Promise<void> {
  const rows = changes.flatMap(({ decision: { lead, state, changedScores } }) =>
    changedScores.map((model) => ({ lead, model, milli: state.scores[model]?.milli ?? null, grade: state.scores[model]?.grade ?? null })),
  );
  if (rows.length === 0) return;
  const columns = 'lead uuid, model text, milli int, grade text';
  await sql`
    insert into score (lead, model, milli, grade) select lead, model, milli, grade from ${rowsOf(rows, columns)} where milli is not null
    on conflict (lead, model) do update set milli = excluded.milli, grade = excluded.grade
  `.execute(db);
  const gone = rows.filter(({ milli }) => milli === null);
  if (gone.length === 0) return;
  await sql`delete from score s using ${rowsOf(gone, 'lead uuid, model text')} where s.lead = r.lead and s.model = r.model`.execute(db);
}

async function saveMemberships(db: Db, changes: readonly LeadChanges[]): Promise<void> {
  const moves = changes.flatMap(({ decision: { lead, state, transitions } }) =>
    transitions
      .filter(({ kind }) => kind === 'segment')
      .map(({ subject, to }) => ({ lead, segment: subject, since: to === null ? null : state.segments[subject] })),
  );
  const entered = moves.filter(({ since }) => since !== null);
  const left = moves.filter(({ since }) => since === null);
  if (entered.length > 0) {
    await sql`
      insert into membership (lead, segment, since)
      select lead, segment, since from ${rowsOf(entered, 'lead uuid, segment text, since timestamptz')}
      on conflict (lead, segment) do nothing
    `.execute(db);
  }
  if (left.length > 0) {
    await sql`
      delete from membership m using ${rowsOf(left, 'lead uuid, segment text')} where m.lead = r.lead and m.segment = r.segment
    `.execute(db);
  }
}

async function saveTransitions(
  db: Db,
  changes: readonly LeadChanges[],
  rulebook: string,
  causes: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const rows = changes.flatMap(({ decision: { lead, state, transitions } }) =>
    transitions.map(({ kind, subject, from, to }) => ({
      lead,
      kind,
      subject,
      from_value: from,
      to_value: to,
      at: state.evaluatedAt,
      rulebook,
      cause: [...new Set(causes.get(lead) ?? ['time'])].join(' '),
    })),
  );
  if (rows.length === 0) return;
  const columns = 'lead uuid, kind text, subject text, from_value text, to_value text, at timestamptz, rulebook text, cause text';
  await sql`
    insert into transition (lead, kind, subject, from_value, to_value, at, rulebook, cause)
    select lead, kind, subject, from_value, to_value, at, rulebook, cause from ${rowsOf(rows, columns)}
  `.execute(db);
}

async function saveEnrolments(db: Db, changes: readonly LeadChanges[]): Promise<void> {
  const rows = changes.flatMap(({ decision: { lead }, enrolments }) => enrolments.map((enrolment) => ({ ...enrolment, lead })));
  if (rows.length === 0) return;
  await sql`
    insert into enrolment (programme, lead, entry, version, at)
    select programme, lead, entry, version, at from ${rowsOf(rows, 'programme text, lead uuid, entry int, version int, at timestamptz')}
    on conflict do nothing
  `.execute(db);
}

/** Plans touchpoints; one that exists already is left alone, whatever became of it. Returns the lead of each new one. */
export async function planTouchpoints(db: Db, planned: readonly PlannedTouchpoint[], rulebook: string, now: Date): Promise<string[]> {
  if (planned.length === 0) return [];
  const columns = `id text, lead uuid, programme text, version int, entry int, step text, visit int, channel text, content text,
    "dueAt" timestamptz, "expiresAt" timestamptz, because jsonb`;
  const { rows } = await sql<{ lead: string }>`
    insert into touchpoint (id, lead, programme, version, entry, step, visit, channel, content, state, planned_at, due_at, expires_at,
      rulebook, because)
    select id, lead, programme, version, entry, step, visit, channel, content, 'planned', ${now}, "dueAt", "expiresAt", ${rulebook}, because
    from ${rowsOf(planned, columns)} on conflict do nothing returning lead
  `.execute(db);
  return rows.map(({ lead }) => lead);
}
