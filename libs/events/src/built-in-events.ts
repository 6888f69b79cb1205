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
} as const satisfies Readonly<Record<string, EventPlan>>;

/** What is known about one type of event: the plan's word, or the built-in one; undefined for an unknown type. */
export function eventPlanOf(plan: TrackingPlan, type: string): EventPlan | undefined {
  if (type === 'lead_updated') return { ...BUILT_IN_EVENTS.lead_updated, properties: optional(plan.attributes) };
  if (Object.hasOwn(plan.events, type)) return plan.events[type];
  const builtIn: Readonly<Record<string, EventPlan>> = BUILT_IN_EVENTS;
  return Object.hasOwn(builtIn, type) ? builtIn[type] : undefined;
}

/** Every event type that may be sent or read: the plan's, then the built-in ones. */
export function eventTypesOf(plan: TrackingPlan): string[] {
  return [...new Set([...Object.keys(plan.events), ...Object.keys(BUILT_IN_EVENTS)])];
}

/** A change names only what changed, so nothing is required of it. */
function optional(properties: Readonly<Record<string, PropertyPlan>>): Record<string, PropertyPlan> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, { ...property, required: false }]));
}
