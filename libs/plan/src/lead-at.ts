import type { Consents, LeadEvent } from '@tendril/events';
import { type LeadCase, type LeadFacts, type Touched, touchFacts } from '@tendril/rulebook';

/** A lead of a case at a moment: what the rules may ask, and what the gate asks besides. */
export interface LeadThen {
  readonly facts: LeadFacts;
  /** Channels whose address was suppressed, with the reason. */
  readonly suppressed: Readonly<Record<string, string>>;
}

/** What was decided about the lead of a case before a moment. */
export interface DecidedSoFar {
  readonly stage: string | null;
  readonly touches: readonly Touched[];
  /** Transitions as events, oldest first. */
  readonly decided: readonly LeadEvent[];
}

/**
 * What was known about the lead at that moment, from what the case gives it at first and from its events until then.
 * What was decided about it is as before it.
 */
export function leadAt(one: LeadCase, at: Date, { stage, touches, decided }: DecidedSoFar): LeadThen {
  const events = one.events.filter((event) => event.at <= at);
  const updates = events.filter(({ type }) => type === 'lead_updated').map(({ properties }) => properties);
  const suppressions = events.filter(({ type }) => type === 'suppressed').map(({ properties }) => properties);
  return {
    facts: {
      id: one.name,
      attributes: Object.assign({}, one.attributes, ...updates),
      account: one.account,
      events: decided.length === 0 ? events : [...events, ...decided].sort((first, second) => first.at.getTime() - second.at.getTime()),
      stage,
      consents: consentsAt(one, events),
      ...touchFacts(touches),
      accountCounts: one.accountCounts,
    },
    suppressed: Object.fromEntries(suppressions.map(({ channel, reason }) => [String(channel), String(reason ?? 'suppressed')])),
  };
}

/** The newest word counts: one about every topic (`*`) takes back what was said about each. */
function consentsAt({ consents }: LeadCase, events: LeadCase['events']): Consents {
  const words = events.filter(({ type }) => type === 'consent_changed').map(({ properties }) => properties);
  return words.reduce<Consents>((before, { channel, topic, state }) => {
    const kept = Object.entries(before).filter(([key]) => topic !== '*' || !key.startsWith(`${String(channel)}:`));
    return { ...Object.fromEntries(kept), [`${String(channel)}:${String(topic)}`]: state === 'granted' ? 'granted' : 'denied' };
  }, consents);
}
