import { type ContentLibrary, render } from '@tendril/content';
import type { JsonObject } from '@tendril/kernel';
import { inHoldout } from '@tendril/measure';
import type { LeadTouchpoint, Rulebook } from '@tendril/rulebook';
import type { GateCandidate, GateSnapshot, SentTouch } from '@tendril/touchpoints';
import type { PopulationLead } from './population.ts';

/** A rulebook with its templates compiled, once for all leads. */
export interface Ruling {
  readonly rulebook: Rulebook;
  readonly content: ContentLibrary;
}

/** A touch that waits for the gate, planned before or under the virtual clock. */
export interface WaitingTouch {
  readonly programme: string;
  readonly entry: number;
  readonly step: string;
  readonly visit: number;
  readonly channel: string;
  readonly content: string;
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
}

/** What the gate asks besides the lead itself; the same for every touch of one rulebook. */
export interface GateKnowledge {
  /** Journeys that go on. Campaigns are taken to run: a population does not know their end. */
  readonly journeys: ReadonlySet<string>;
  /** Content id → topic. */
  readonly topics: ReadonlyMap<string, string>;
}

export function gateKnowledge({ journeys, content }: Rulebook): GateKnowledge {
  return {
    journeys: new Set(journeys.filter(({ status }) => status === 'live').map(({ id }) => id)),
    topics: new Map(content.map(({ id, topic }) => [id, topic])),
  };
}

/** A lead whose touches are due. */
export interface DueLead {
  readonly lead: PopulationLead;
  /** What was sent to it and planned for it so far, oldest first. */
  readonly touchpoints: readonly LeadTouchpoint[];
  readonly due: readonly WaitingTouch[];
}

/**
 * What the gate asks about one lead's due touches, as dispatch puts it together. Each channel is taken to have a connector;
 * the id of a candidate is its index.
 */
export function gateSnapshot({ lead, touchpoints, due }: DueLead, { rulebook, content }: Ruling, knowledge: GateKnowledge): GateSnapshot {
  return {
    lead: lead.id,
    erased: false,
    holdout: inHoldout(lead.id, rulebook.policies.holdout),
    zone: lead.zone,
    sent: sentTouches(touchpoints, rulebook, knowledge),
    candidates: due.map((touch, index) => candidateOf(touch, String(index), lead, { content, knowledge })),
  };
}

/** What went out, or may have: it counts against the caps. Nothing is looked for where there are none. */
function sentTouches(touchpoints: readonly LeadTouchpoint[], { policies }: Rulebook, { topics }: GateKnowledge): SentTouch[] {
  if ((policies.caps ?? []).length === 0) return [];
  return touchpoints.flatMap(({ state, channel, content, at }) => (WENT_OUT.includes(state) ? [{ channel, topic: topics.get(content) ?? '*', at }] : []));
}

const WENT_OUT: readonly string[] = ['claimed', 'sending', 'accepted', 'unknown'];

function candidateOf(touch: WaitingTouch, id: string, lead: PopulationLead, { content, knowledge }: { readonly content: ContentLibrary; readonly knowledge: GateKnowledge }): GateCandidate {
  const { programme, channel, dueAt, expiresAt } = touch;
  const topic = knowledge.topics.get(touch.content) ?? '*';
  const state = lead.consents[`${channel}:${topic}`] ?? lead.consents[`${channel}:*`];
  return {
    id,
    programme,
    channel,
    content: touch.content,
    dueAt,
    expiresAt,
    programmeActive: !programme.startsWith('journeys/') || knowledge.journeys.has(programme),
    contentProblem: problemOf(touch, lead.attributes, lead.account?.attributes ?? null, content),
    connector: `for ${channel}`,
    address: lead.channels.includes(channel) ? lead.id : null,
    suppressed: lead.suppressed[channel] ?? null,
    consent: state ? { id: `${channel}:${topic}`, state } : null,
    topic,
  };
}

function problemOf({ content: id, channel }: WaitingTouch, lead: JsonObject, account: JsonObject | null, library: ContentLibrary): string | null {
  const unsubscribeUrl = channel === 'email' ? 'https://unsubscribe.example/' : null;
  const rendered = render(library, id, channel, { lead, account, unsubscribeUrl });
  return rendered.ok ? null : rendered.problem;
}
