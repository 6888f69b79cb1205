import type { LeadChanges, WantedTouch } from '@tendril/programmes';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { packAnswers } from './answers.ts';
import { isRepeated, MAY_HAVE_GONE } from './restores.ts';
import { rowsOf } from './rows.ts';
import type { SavedTransition } from './transitions.ts';

/** A touchpoint to be planned: what a programme wants, for whom, and the id that follows from it. */
export type PlannedTouchpoint = WantedTouch & { readonly id: string; readonly lead: string };

/**
 * Saves what `advance` changed, in a fixed number of statements; a lead about whom nothing changed costs nothing. Returns the
 * transitions. `causes`: why each lead was looked at.
 */
export async function saveDecisions(
  db: Db,
  all: readonly LeadChanges[],
  rulebook: string,
  causes: ReadonlyMap<string, readonly string[]>,
): Promise<SavedTransition[]> {
  await saveEnrolments(db, all);
  const changes = all.filter(({ decision }) => decision.changed);
  if (changes.length === 0) return [];
  await saveStates(db, changes);
  await saveScores(db, changes);
  await saveMemberships(db, changes);
  return saveTransitions(db, changes, rulebook, causes);
}

async function saveStates(db: Db, changes: readonly LeadChanges[]): Promise<void> {
  const rows = changes.map(({ decision: { lead, state } }) => ({
    lead,
    rulebook: state.rulebook,
    evaluated_at: state.evaluatedAt,
    next_at: state.nextAt,
    stage: state.stage,
    stage_since: state.stageSince,
    answers: packAnswers(state),
  }));
  const columns = 'lead uuid, rulebook text, evaluated_at timestamptz, next_at timestamptz, stage text, stage_since timestamptz, answers text';
  await sql`
    update lead_state s set rulebook = r.rulebook, evaluated_at = r.evaluated_at, next_at = r.next_at, stage = r.stage,
      stage_since = r.stage_since, answers = r.answers
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
): Promise<SavedTransition[]> {
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
  if (rows.length === 0) return [];
  const columns = 'lead uuid, kind text, subject text, from_value text, to_value text, at timestamptz, rulebook text, cause text';
  const saved = await sql<SavedTransition>`
    insert into transition (lead, kind, subject, from_value, to_value, at, rulebook, cause)
    select lead, kind, subject, from_value, to_value, at, rulebook, cause from ${rowsOf(rows, columns)}
    returning seq, lead, kind, subject, from_value as "from", to_value as "to", at, rulebook, cause
  `.execute(db);
  return saved.rows;
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

/**
 * Plans touchpoints; one that exists already is left alone, whatever became of it. After a restore, one for what may have been
 * answered before is `unknown` from the beginning (`isRepeated`). Returns the lead of each new one.
 */
export async function planTouchpoints(db: Db, planned: readonly PlannedTouchpoint[], rulebook: string, now: Date): Promise<string[]> {
  if (planned.length === 0) return [];
  const columns = `id text, lead uuid, programme text, version int, entry int, step text, visit int, channel text, content text,
    "dueAt" timestamptz, "expiresAt" timestamptz, because jsonb`;
  const { rows } = await sql<{ lead: string }>`
    insert into touchpoint (id, lead, programme, version, entry, step, visit, channel, content, planned_at, due_at, expires_at,
      rulebook, because, state, reason, sent_at)
    select id, lead, programme, version, entry, step, visit, channel, content, ${now}, "dueAt", "expiresAt", ${rulebook}, because,
      case when repeated then 'unknown' else 'planned' end, case when repeated then ${MAY_HAVE_GONE} end, case when repeated then ${now}::timestamptz end
    from ${rowsOf(planned, columns)} cross join lateral (select ${isRepeated(now)} as repeated) x on conflict do nothing returning lead
  `.execute(db);
  return rows.map(({ lead }) => lead);
}
