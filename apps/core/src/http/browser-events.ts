import { BUILT_IN_EVENTS, type IntakeEvent, type TrackingPlan } from '@tendril/events';

/** Events of a browser that are older are refused: nobody may write a past for a visitor. In milliseconds. */
export const PUBLIC_AGE_MS = 24 * 3_600_000;

/** 128 random bits or more, as the tracker makes them: what can be guessed would let a stranger speak for somebody's visitor. */
const UNGUESSABLE = /^[\w-]{22,64}$/;

/** What is known about a request with a browser key. */
export interface PublicRequest {
  /** The only source that the key may name. */
  readonly source: string;
  readonly plan: TrackingPlan;
  readonly now: Date;
  /** What the browser's clock showed when it sent the request; undefined when it did not say. */
  readonly sentAt?: Date | undefined;
}

/** An event that a browser may not send, and what to do about it. */
export interface PublicRefusal {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly code: 'event-not-public' | 'event-too-old';
  /** Such as `lead.email`. */
  readonly field: string;
  readonly message: string;
  readonly hint: string;
}

/** The events of a page that go on to intake, each with its position in what was sent, and those that do not. */
export interface CheckedEvents {
  readonly accepted: readonly { readonly index: number; readonly event: IntakeEvent }[];
  readonly refused: readonly PublicRefusal[];
}

/**
 * Parts the events that a page may send from those that it may not. Everybody can read the key in the page, so it says only what
 * does no harm in a stranger's mouth: public types, now, about a visitor of whom nothing but a random id is named.
 * The times are corrected by what the visitor's clock is wrong; many are.
 */
export function checkPublicEvents(events: readonly IntakeEvent[], request: PublicRequest): CheckedEvents {
  const accepted: CheckedEvents['accepted'][number][] = [];
  const refused: PublicRefusal[] = [];
  const now = request.now.getTime();
  const wrong = now - (request.sentAt ?? request.now).getTime();
  events.forEach((event, index) => {
    // What happened is never later than now, whatever a browser says.
    const at = Math.min(new Date(event.at).getTime() + wrong, now);
    const refusal = notPublic(event, request) ?? (at >= now - PUBLIC_AGE_MS ? undefined : tooOld(event));
    if (refusal) refused.push({ index, ...refusal });
    else accepted.push({ index, event: { ...event, at: new Date(at).toISOString() } });
  });
  return { accepted, refused };
}

function tooOld({ key }: IntakeEvent): Omit<PublicRefusal, 'index'> {
  const hint = 'A browser says what happens now. What happened before is sent by a server or imported.';
  return { code: 'event-too-old', field: 'at', message: `The event "${key}" happened more than a day ago`, hint };
}

const ON_SERVER = "Send it from your server with its own key, together with the visitor's anonymousId, which the cookie tendril_id holds.";

function notPublic({ type, source, lead, account }: IntakeEvent, { source: allowed, plan }: PublicRequest): Omit<PublicRefusal, 'index'> | undefined {
  const code = 'event-not-public';
  if (!isPublic(type, plan)) {
    const types = Object.keys(plan.events).filter((known) => isPublic(known, plan));
    const hint = `Public are: ${types.join(', ') || 'none'}. tracking-plan.json says so with "public": true; a server's key may send all.`;
    return { code, field: 'type', message: `An event "${type}" may not come from a browser`, hint };
  }
  if (source !== allowed) {
    return { code, field: 'source', message: `This browser key speaks for the source "${allowed}", not for "${source}"`, hint: `Write "${allowed}".` };
  }
  const [named] = Object.entries(lead).flatMap(([name, value]) => (value === undefined || name === 'anonymousId' ? [] : [name]));
  if (named !== undefined) {
    return { code, field: `lead.${named}`, message: `A browser may not name a lead by ${named}: anybody could claim to be anybody`, hint: ON_SERVER };
  }
  if (!UNGUESSABLE.test(lead.anonymousId ?? '')) {
    const message = 'The anonymousId of a visitor is 22 to 64 letters, digits, - or _, so that nobody can guess it';
    return { code, field: 'lead.anonymousId', message, hint: 'Use the id that the tracker made.' };
  }
  if (account) return { code, field: 'account', message: 'A browser may not say for which company a visitor works', hint: ON_SERVER };
  return undefined;
}

/** What Tendril records itself moves consents and attributes, so no plan can make it public. */
function isPublic(type: string, plan: TrackingPlan): boolean {
  return !Object.hasOwn(BUILT_IN_EVENTS, type) && Object.hasOwn(plan.events, type) && plan.events[type]?.public === true;
}
