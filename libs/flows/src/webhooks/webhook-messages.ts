import { type Transition, transitionType } from '@tendril/decisions';
import { TRANSITION_EVENTS, type TransitionType } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { Listener, NewDelivery, SavedTransition, TouchpointNow } from '@tendril/store';

const TOUCHPOINT_KINDS = ['touchpoint_sent', 'touchpoint_failed', 'touchpoint_unknown', 'touchpoint_ended'] as const;

type TouchpointKind = (typeof TOUCHPOINT_KINDS)[number];

/** What a webhook can be told about. */
export type WebhookKind = TransitionType | TouchpointKind;

/** All of them: transitions, then what becomes of touchpoints. */
export const WEBHOOK_KINDS: readonly WebhookKind[] = [...(Object.keys(TRANSITION_EVENTS) as TransitionType[]), ...TOUCHPOINT_KINDS];

/** What became of a touchpoint, by its state; nothing is told about those on their way. */
const KIND_OF_STATE: Readonly<Record<string, TouchpointKind>> = {
  accepted: 'touchpoint_sent',
  rejected: 'touchpoint_failed',
  unknown: 'touchpoint_unknown',
  suppressed: 'touchpoint_ended',
  expired: 'touchpoint_ended',
  cancelled: 'touchpoint_ended',
};

/** Something that webhooks may want to hear of. */
export interface Notice {
  /** Of the message: the same for each webhook and each attempt. */
  readonly id: string;
  readonly type: WebhookKind;
  readonly at: Date;
  readonly lead: string;
  /** The segment, the scoring model, `stage`, or the touchpoint. */
  readonly subject: string;
  readonly from: string | number | null;
  readonly to: string | number | null;
  /** Why, as transitions and touchpoints keep it. */
  readonly cause: string | null;
  /** Hash of the rulebook that decided it. */
  readonly rulebook: string;
  /** Of a touchpoint: which content on which channel, and whose. */
  readonly touchpoint?: { readonly programme: string; readonly channel: string; readonly content: string };
}

/** A transition as a notice. */
export function noticeOfTransition({ seq, lead, at, rulebook, cause, ...transition }: SavedTransition): Notice {
  const { kind, subject, from, to } = transition satisfies Transition;
  const value = (text: string | null): string | number | null => (kind === 'score' && text !== null ? Number(text) : text);
  return { id: `transition-${seq}`, type: transitionType(transition), at, lead, subject, from: value(from), to: value(to), cause, rulebook };
}

/** A touchpoint's state as a notice; undefined while it is on its way. */
export function noticeOfTouchpoint({ id, lead, state, reason, rulebook, programme, channel, content }: TouchpointNow, at: Date): Notice | undefined {
  const type = KIND_OF_STATE[state];
  if (!type) return undefined;
  return { id: `touchpoint-${id}-${state}`, type, at, lead, subject: id, from: null, to: state, cause: reason, rulebook, touchpoint: { programme, channel, content } };
}

/** Does the webhook want to hear of it? */
export function wants({ kinds, only }: Omit<Listener, 'id'>, { type, subject }: Notice): boolean {
  if (!kinds.includes(type)) return false;
  const list = type.startsWith('segment_') ? only?.segments : type === 'grade_changed' || type === 'score_changed' ? only?.models : undefined;
  return !list || list.includes(subject);
}

/** The message for a webhook. It names the lead by ids alone: whoever may know more asks `GET /v1/leads/:id`. */
export function messageFor(webhook: string, notice: Notice, ownIds: readonly string[]): NewDelivery {
  const { id, type, at, lead, subject, from, to, cause, rulebook, touchpoint } = notice;
  const body: JsonObject = { id, type, at: at.toISOString(), lead: { id: lead, ownIds }, subject, from, to, cause, rulebook, ...(touchpoint ? { touchpoint } : {}) };
  return { webhook, id, type, body, at };
}
