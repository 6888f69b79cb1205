import { type Decision, type LeadState, transitionEvents } from '@tendril/decisions';
import { isTransitionType, type LeadEvent } from '@tendril/events';
import { DAY } from '@tendril/kernel';
import type { Enrolment, LeadSnapshot, WantedTouch } from '@tendril/programmes';
import type { LeadFacts, LeadTouchpoint } from '@tendril/rulebook';
import type { WaitingTouch } from './gate-snapshot.ts';
import type { Population, PopulationLead, PopulationTouchpoint } from './population.ts';

/** A touch on its way: when the gate is asked next (Unix milliseconds), and why it was held, if it was. */
export interface Waiting {
  readonly touch: WaitingTouch;
  /** Its place in what rules may count; replaced when its state changes. */
  readonly at: number;
  until: number;
  held: string | null;
}

/** A lead under the virtual clock. It changes as the clock moves. */
export interface VirtualLead {
  /** In the population. */
  readonly index: number;
  readonly lead: PopulationLead;
  /** What the rules read of what happened so far, oldest first. */
  readonly events: LeadEvent[];
  /** What will happen, oldest first; `seen` of them happened. */
  readonly coming: readonly LeadEvent[];
  seen: number;
  state: LeadState;
  /** When time alone changes an answer, in Unix milliseconds; Infinity for never. */
  nextAt: number;
  /** The tick at which it is looked at next. */
  scheduled: number;
  /** Why it is looked at next, if its own transitions are: the chain of causes; empty when something else is. */
  chain: readonly string[];
  readonly enrolments: Enrolment[];
  readonly touchpoints: LeadTouchpoint[];
  waiting: Waiting[];
}

/** What was on its way when the population was read. */
const ON_THEIR_WAY: readonly PopulationTouchpoint['state'][] = ['planned', 'held', 'claimed'];

/** The types of events that some rulebook reads, each by itself. */
export type TypesRead = ReadonlyMap<string, string>;

/**
 * As V8 keeps the names of properties, the compiled rules tell types apart by their addresses; texts from a file it would
 * compare letter by letter, with each type that is asked about, for each event of each evaluation.
 */
export function typesRead(eventTypes: readonly string[]): TypesRead {
  return new Map(Object.keys(Object.fromEntries(eventTypes.map((type) => [type, true]))).map((type) => [type, type]));
}

/**
 * A lead as it stood when the population was read, and what it will do: the events of the last days once more, so many days
 * later. They count as events only: consents, attributes and suppressions stay as they are. Transitions do not come again by
 * themselves: the rules make them.
 */
export function virtualLead(population: Population, index: number, { types, days }: { readonly types: TypesRead; readonly days: number }): Omit<VirtualLead, 'state' | 'nextAt'> {
  const lead = population.leads[index]!;
  const takenAt = population.takenAt.getTime();
  const events = lead.events.flatMap(({ type, at, properties }) => {
    const name = types.get(type);
    return name === undefined ? [] : [{ type: name, at, properties }];
  });
  const again = events.filter(({ type, at }) => at.getTime() > takenAt - days * DAY && !isTransitionType(type));
  return {
    index,
    lead,
    events,
    coming: again.map(({ type, at, properties }) => ({ type, at: new Date(at.getTime() + days * DAY), properties })),
    seen: 0,
    scheduled: 0,
    chain: [],
    enrolments: [...lead.enrolments],
    touchpoints: lead.touchpoints.map(({ channel, content, state, at }) => ({ channel, content, state: state === 'claimed' || state === 'sending' ? 'planned' : state, at })),
    waiting: lead.touchpoints.flatMap((touch, at) => (ON_THEIR_WAY.includes(touch.state) ? [{ touch, at, until: touch.dueAt.getTime(), held: null }] : [])),
  };
}

/** Lets the clock come to a moment: what happened until then happened. Was there anything? */
export function seeUntil(one: VirtualLead, now: number): boolean {
  const before = one.seen;
  for (let event = one.coming[one.seen]; event && event.at.getTime() <= now; event = one.coming[one.seen]) {
    one.events.push(event);
    one.seen += 1;
  }
  return one.seen > before;
}

/** When something happens to the lead or a touch is due; Infinity for never. */
export function dueAt({ coming, seen, waiting }: VirtualLead): number {
  let due = coming[seen]?.at.getTime() ?? Infinity;
  for (const { until } of waiting) due = Math.min(due, until);
  return due;
}

/** All that `advance` asks about the lead now. */
export function snapshotOf({ lead, events, state, enrolments, touchpoints, waiting }: VirtualLead, accountCounts: LeadFacts['accountCounts']): LeadSnapshot {
  return {
    facts: {
      id: lead.id,
      attributes: lead.attributes,
      account: lead.account?.attributes ?? null,
      events,
      stage: state.stage,
      consents: lead.consents,
      journeys: [...new Set(waiting.map(({ touch }) => touch.programme).filter((id) => id.startsWith('journeys/')))].sort(),
      touchpoints,
      accountCounts,
    },
    state,
    enrolments,
    campaigns: [],
  };
}

/** Puts a touch on its way. */
export function plan(one: VirtualLead, touch: WantedTouch, now: Date): void {
  one.waiting.push({ touch, at: one.touchpoints.length, until: touch.dueAt.getTime(), held: null });
  one.touchpoints.push({ channel: touch.channel, content: touch.content, state: 'planned', at: now });
}

/** What was decided has happened to the lead, as far as the rules read it. */
export function seeTransitions(one: VirtualLead, decision: Decision, types: TypesRead): void {
  for (const { type, at, properties } of transitionEvents(decision)) {
    const name = types.get(type);
    if (name !== undefined) one.events.push({ type: name, at, properties });
  }
}
