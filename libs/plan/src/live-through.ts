import { compileContent, type ContentLibrary, render } from '@tendril/content';
import { type Decision, NEVER_EVALUATED, transitionEvents, wakeOf } from '@tendril/decisions';
import type { LeadEvent } from '@tendril/events';
import { DAY } from '@tendril/kernel';
import { advance, type Enrolment, type WantedTouch } from '@tendril/programmes';
import type { LeadCase, LeadFacts, Rulebook, Touched } from '@tendril/rulebook';
import { gate, type GateCandidate, type SentTouch, touchpointId, type Verdict } from '@tendril/touchpoints';
import { leadAt, type LeadThen } from './lead-at.ts';
import { touchedSoFar } from './touched-so-far.ts';

/** A touch that some programme wanted, and what the gate last said about it. */
export interface LivedTouch {
  readonly touch: WantedTouch;
  readonly plannedAt: Date;
  /** When the gate said it; for `send`, when it went out. */
  readonly at: Date;
  readonly verdict: Verdict;
}

/** How a lead's life went, until the moment at which the case asks. */
export interface Life {
  readonly at: Date;
  /** What the last evaluation read and decided. */
  readonly facts: LeadFacts;
  readonly decision: Decision;
  /** In the order in which they were wanted. */
  readonly touches: readonly LivedTouch[];
}

/** What the lives of several leads share. */
export interface CaseWorld {
  readonly rulebook: Rulebook;
  readonly content: ContentLibrary;
}

/** Templates are compiled once for all cases. */
export function caseWorld(rulebook: Rulebook): CaseWorld {
  return { rulebook, content: compileContent(rulebook.content, rulebook.policies) };
}

/** Where a life without events takes place. */
const SOME_DAY = new Date('2026-01-01T00:00:00Z');

/** Journeys are watched this much longer than the timeline: what they wait for comes later. */
const AFTERWARDS = 30 * DAY;

/**
 * Lets a lead live: a virtual clock goes from event to event, and to each moment at which time alone matters, through the
 * same `advance` and `gate` as production. The lead has an address on each channel, a connector serves each, nobody is held out.
 */
export function liveThrough(one: LeadCase, world: CaseWorld): Life {
  const last = one.events.at(-1)?.at ?? one.now ?? SOME_DAY;
  const end = one.now ?? new Date(last.getTime() + (one.expected.kind === 'journeys' ? AFTERWARDS : 0));
  let state = NEVER_EVALUATED;
  const enrolments: Enrolment[] = [];
  const touches = new Map<string, Pending>();
  const decided: LeadEvent[] = [];
  let chain: readonly string[] = [];
  const asked = world.rulebook.reads.touchpoints;
  const read = new Set(world.rulebook.reads.transitions);
  for (let at = one.events[0]?.at ?? end; ; ) {
    const seen = [...touches.values()].map(touchedSoFar);
    const then = leadAt(one, at, { stage: state.stage, touches: seen, decided });
    const [changes] = advance([{ facts: then.facts, state, enrolments: [...enrolments], campaigns: [] }], world.rulebook, at);
    if (changes) {
      state = changes.decision.state;
      enrolments.push(...changes.enrolments);
      for (const touch of changes.touches) touches.set(touchpointId({ ...touch, lead: one.name }), { touch, plannedAt: at });
      if (read.size > 0) decided.push(...transitionEvents(changes.decision));
    }
    // So are rules that ask about transitions, until each chain of causes has ended.
    const wake = changes && wakeOf(changes.decision, chain, read);
    chain = wake?.after ?? [];
    if (wake) continue;
    // Rules that ask about touches are asked again at the same moment when one is new, and when the gate moved it.
    if (asked && moved(seen, touches)) continue;
    for (const [id, lived] of gateDue(touches, { ...then, zone: one.zone }, at, world)) touches.set(id, lived);
    if (asked && moved(seen, touches)) continue;
    if (changes && at >= end) {
      const lived = [...touches.values()].flatMap((touch) => ('verdict' in touch ? [touch] : []));
      return { at, facts: then.facts, decision: changes.decision, touches: lived };
    }
    at = nextMoment(one, at, end, [changes?.decision.state.nextAt, ...[...touches.values()].map(dueAt)]);
  }
}

/** The first event, change by time alone or due touch after this moment; the end at the latest. */
function nextMoment({ events }: LeadCase, at: Date, end: Date, others: readonly (Date | null | undefined)[]): Date {
  const times = [...events.map((event) => event.at), ...others].flatMap((time) => (time && time > at ? [time.getTime()] : []));
  return new Date(Math.min(end.getTime(), ...times));
}

type Pending = LivedTouch | { readonly touch: WantedTouch; readonly plannedAt: Date };

/** Touches are never taken away, and keep their order. */
function moved(before: readonly Touched[], touches: ReadonlyMap<string, Pending>): boolean {
  return [...touches.values()].some((touch, index) => touchedSoFar(touch).state !== before[index]?.state);
}

/** When the gate is to be asked about it; null when it has gone out or ended. */
function dueAt(pending: Pending): Date | null {
  if (!('verdict' in pending)) return pending.touch.dueAt;
  return pending.verdict.go === 'hold' ? pending.verdict.until : null;
}

type PlacedLead = LeadThen & { readonly zone: string };

function gateDue(touches: ReadonlyMap<string, Pending>, then: PlacedLead, at: Date, world: CaseWorld): Map<string, LivedTouch> {
  const due = [...touches].filter(([, pending]) => (dueAt(pending) ?? Infinity) <= at);
  const candidates = due.map(([id, { touch }]) => candidateOf(id, touch, then, world));
  const sent = [...touches.values()].flatMap((pending) => sentTouch(pending, world));
  const snapshot = { lead: then.facts.id, erased: false, holdout: false, zone: then.zone, sent, candidates };
  const verdicts = gate([snapshot], { now: at, stopped: false, policies: world.rulebook.policies });
  return new Map(
    due.flatMap(([id, { touch, plannedAt }], index) => {
      const verdict = verdicts[index];
      return verdict ? [[id, { touch, plannedAt, at, verdict }] as const] : [];
    }),
  );
}

function sentTouch(pending: Pending, world: CaseWorld): SentTouch[] {
  if (!('verdict' in pending) || pending.verdict.go !== 'send') return [];
  return [{ channel: pending.touch.channel, topic: topicOf(pending.touch, world), at: pending.at }];
}

function topicOf({ content }: WantedTouch, { rulebook }: CaseWorld): string {
  return rulebook.content.find(({ id }) => id === content)?.topic ?? '*';
}

function candidateOf(id: string, touch: WantedTouch, { facts, suppressed }: LeadThen, world: CaseWorld): GateCandidate {
  const { programme, channel, dueAt: due, expiresAt } = touch;
  const topic = topicOf(touch, world);
  const unsubscribeUrl = channel === 'email' ? 'https://unsubscribe.example/' : null;
  const rendered = render(world.content, touch.content, channel, { lead: facts.attributes, account: facts.account, unsubscribeUrl });
  const state = facts.consents[`${channel}:${topic}`] ?? facts.consents[`${channel}:*`];
  return {
    id,
    programme,
    channel,
    content: touch.content,
    dueAt: due,
    expiresAt,
    programmeActive: true,
    contentProblem: rendered.ok ? null : rendered.problem,
    connector: 'the cases’ own',
    address: 'lead',
    suppressed: suppressed[channel] ?? null,
    consent: state ? { id: `${channel}:${topic}`, state } : null,
    topic,
  };
}
