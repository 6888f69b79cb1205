import type { EventPlan, PropertyPlan, TrackingPlan } from './tracking-plan.ts';

const text = (meaning: string): PropertyPlan => ({ type: 'string', meaning });

const MESSAGE: Readonly<Record<string, PropertyPlan>> = {
  touchpoint: text('Id of the touchpoint'),
  channel: text('Channel it went out on'),
  content: text('Id of the content'),
  programme: text('Id of the journey or campaign'),
  url: text('The link that was followed'),
  machine: { type: 'boolean', meaning: 'Done by a scanner or a mail proxy rather than the person' },
};

const number = (meaning: string): PropertyPlan => ({ type: 'number', meaning });

const SEGMENT = { segment: text('Id of the segment, such as segments/pricing') };

const MODEL = { model: text('Id of the scoring model, such as scoring/fit') };

/**
 * What Tendril decides about a lead. They are kept as transitions rather than as events, and nobody can send one.
 * A side that was or is nothing (no stage before, no grade any more) is not given.
 */
export const TRANSITION_EVENTS = {
  segment_entered: { meaning: 'The lead entered a segment', properties: SEGMENT },
  segment_left: { meaning: 'The lead left a segment', properties: SEGMENT },
  stage_changed: { meaning: 'The lead reached another stage', properties: { from: text('Stage before'), to: text('Stage after') } },
  grade_changed: { meaning: 'The lead has another grade', properties: { ...MODEL, from: text('Grade before'), to: text('Grade after') } },
  score_changed: {
    meaning: 'The whole points of a score changed',
    properties: { ...MODEL, from: number('Whole points before'), to: number('Whole points after') },
  },
} as const satisfies Readonly<Record<string, EventPlan>>;

/** The type of an event that is a transition. */
export type TransitionType = keyof typeof TRANSITION_EVENTS;

/** Is this the type of an event that is kept as a transition? */
export const isTransitionType = (type: string): type is TransitionType => Object.hasOwn(TRANSITION_EVENTS, type);

const message = (meaning: string): EventPlan => ({ meaning, properties: { ...MESSAGE } });

/**
 * Events that Tendril records itself: no tracking plan declares them, every rule may read them.
 * The properties of `lead_updated` are the attributes that changed; {@link eventPlanOf} fills them in from the plan.
 */
export const BUILT_IN_EVENTS = {
  lead_updated: { meaning: 'Attributes of the lead changed', properties: {} },
  consent_changed: {
    meaning: 'The lead allowed or refused to be contacted',
    properties: {
      channel: text('Channel, such as email'),
      topic: text('Topic of policies.json'),
      state: { type: 'string', meaning: 'What the lead decided', values: ['granted', 'denied'] },
      basis: text('Legal ground, such as consent or contract'),
      wording: text('What the lead was asked'),
      evidence: text('Where the proof lies'),
    },
  },
  suppressed: {
    meaning: 'An address of the lead must never be contacted',
    properties: { channel: text('Channel, such as email'), reason: text('Why, such as bounced') },
  },
  message_sent: message('A message went out'),
  message_delivered: message('A message arrived'),
  message_opened: message('A message was opened'),
  message_clicked: message('A link in a message was followed'),
  message_replied: message('The lead answered a message'),
  message_bounced: message('A message came back'),
  message_complained: message('The lead marked a message as spam'),
  message_unsubscribed: message('The lead opted out by a message'),
  message_failed: message('A message could not be delivered'),
  ...TRANSITION_EVENTS,
} as const satisfies Readonly<Record<string, EventPlan>>;

/** What is known about one type of event: the plan's word, or the built-in one; undefined for an unknown type. */
export function eventPlanOf(plan: TrackingPlan, type: string): EventPlan | undefined {
  if (type === 'lead_updated') return leadUpdated(plan.attributes);
  if (Object.hasOwn(plan.events, type)) return plan.events[type];
  const builtIn: Readonly<Record<string, EventPlan>> = BUILT_IN_EVENTS;
  return Object.hasOwn(builtIn, type) ? builtIn[type] : undefined;
}

/** Every event type that may be sent or read: the plan's, then the built-in ones. */
export function eventTypesOf(plan: TrackingPlan): string[] {
  return [...new Set([...Object.keys(plan.events), ...Object.keys(BUILT_IN_EVENTS)])];
}

/** Made once per plan: intake asks for each event. */
const LEAD_UPDATED = new WeakMap<object, EventPlan>();

/** A change names only what changed, so nothing is required of it. */
function leadUpdated(attributes: Readonly<Record<string, PropertyPlan>>): EventPlan {
  const known = LEAD_UPDATED.get(attributes);
  if (known) return known;
  const optional = Object.entries(attributes).map(([name, property]) => [name, { ...property, required: false }]);
  const made: EventPlan = { ...BUILT_IN_EVENTS.lead_updated, properties: Object.fromEntries(optional) };
  LEAD_UPDATED.set(attributes, made);
  return made;
}
