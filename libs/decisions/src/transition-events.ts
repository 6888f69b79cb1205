import type { LeadEvent, TransitionType } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { Decision, Transition } from './types.ts';

/** The type of the event that a transition is to rules and webhooks. */
export function transitionType({ kind, to }: Pick<Transition, 'kind' | 'to'>): TransitionType {
  switch (kind) {
    case 'segment':
      return to === null ? 'segment_left' : 'segment_entered';
    case 'stage':
      return 'stage_changed';
    case 'grade':
      return 'grade_changed';
    case 'score':
      return 'score_changed';
  }
}

/** A transition as an event that happened to the lead: `segment_entered { segment }`, `score_changed { model, from: 11, to: 14 }`. */
export function transitionEvent(transition: Transition, at: Date): LeadEvent {
  return { type: transitionType(transition), at, properties: propertiesOf(transition) };
}

/** What a decision did to the lead, as the events that rules may ask about from then on; in the order of the transitions. */
export function transitionEvents({ transitions, state }: Pick<Decision, 'transitions' | 'state'>): LeadEvent[] {
  const at = state.evaluatedAt;
  return at === null ? [] : transitions.map((transition) => transitionEvent(transition, at));
}

function propertiesOf({ kind, subject, from, to }: Transition): JsonObject {
  switch (kind) {
    case 'segment':
      return { segment: subject };
    case 'stage':
      return given({ from, to });
    case 'grade':
      return given({ model: subject, from, to });
    case 'score':
      return { model: subject, from: Number(from), to: Number(to) };
  }
}

/** Null is "not given", as in every event. */
function given(properties: Readonly<Record<string, string | null>>): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}
