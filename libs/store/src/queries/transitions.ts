import { type Transition, transitionEvent } from '@tendril/decisions';
import { isTransitionType, type LeadEvent } from '@tendril/events';
import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** A transition as an event of its lead. */
export interface TransitionEvent extends LeadEvent {
  readonly lead: string;
  /** Below zero, so that it is never the `seq` of a stored event; the later a transition was written, the lower. */
  readonly seq: number;
}

/** A transition as it is kept. */
export interface SavedTransition extends Transition {
  readonly seq: number;
  readonly lead: string;
  readonly at: Date;
  /** Hash of the rulebook that decided it. */
  readonly rulebook: string;
  readonly cause: string;
}

const KINDS = { segment_entered: 'segment', segment_left: 'segment', stage_changed: 'stage', grade_changed: 'grade', score_changed: 'score' } as const;

/**
 * The leads' transitions, those until `now` if it is given, as events, by lead and oldest first: only those whose types are asked for, and nothing is read
 * when none is. They are not stored as events too: the transitions are their store.
 */
export async function readTransitionEvents(db: Db, leads: readonly string[], { types, now = null }: { readonly types: readonly string[]; readonly now?: Date | null }): Promise<TransitionEvent[]> {
  const asked = types.filter(isTransitionType);
  if (asked.length === 0) return [];
  const { rows } = await sql<Transition & { seq: number; lead: string; at: Date }>`
    select seq, lead, kind, subject, from_value as "from", to_value as "to", at from transition
    where lead = any(${leads}::uuid[]) and kind = any(${[...new Set(asked.map((type) => KINDS[type]))]}::text[]) and (${now}::timestamptz is null or at <= ${now}::timestamptz)
    order by lead, at, seq
  `.execute(db);
  const wanted = new Set<string>(asked);
  return rows.map(({ seq, lead, at, ...transition }) => ({ lead, seq: -seq, ...transitionEvent(transition, at) })).filter(({ type }) => wanted.has(type));
}

/** Two lists by lead, each oldest first, as one; what happened is before what was decided at the same moment. */
export function withTransitions<Event extends LeadEvent>(events: Map<string, Event[]>, transitions: readonly (Event & { readonly lead: string })[]): Map<string, Event[]> {
  for (const transition of transitions) {
    const list = events.get(transition.lead);
    if (list) list.push(transition);
    else events.set(transition.lead, [transition]);
  }
  // A sort keeps the order of what is equal.
  for (const lead of new Set(transitions.map((one) => one.lead))) events.get(lead)?.sort((one, other) => one.at.getTime() - other.at.getTime());
  return events;
}
