import { z } from 'zod';

/** The types that an attribute or an event property may have. `date` is an RFC 3339 text. */
export const PropertyType = z.enum(['string', 'number', 'boolean', 'date', 'strings']);

const Name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'Write letters, digits and _ only, beginning with a letter');

/** One attribute of a lead or an account, or one property of an event. */
export const PropertyPlan = z.strictObject({
  type: PropertyType,
  meaning: z.string().min(1),
  /** Personal data: kept out of logs and anonymised samples. */
  personal: z.boolean().optional(),
  required: z.boolean().optional(),
  /** The only values it may have. */
  values: z.array(z.string()).min(1).optional(),
  /** It names a topic that the lead is interested in: stated, as an attribute; read, as a property of an event. */
  interest: z.boolean().optional(),
});

/** One type of event. */
export const EventPlan = z.strictObject({
  meaning: z.string().min(1),
  properties: z.record(Name, PropertyPlan).default({}),
  /** Success: counted as an outcome in reports, with what it is worth. */
  outcome: z.strictObject({ value: z.number().optional() }).optional(),
  /** May be sent from a browser with a public key. */
  public: z.boolean().optional(),
});

/** `rules/tracking-plan.json`: what Tendril may hear about leads, and what it means. */
export const TrackingPlan = z.strictObject({
  $schema: z.string().optional(),
  attributes: z.record(Name, PropertyPlan),
  account: z.record(Name, PropertyPlan).default({}),
  events: z.record(Name, EventPlan),
});

export type PropertyType = z.output<typeof PropertyType>;
export type PropertyPlan = z.output<typeof PropertyPlan>;
export type EventPlan = z.output<typeof EventPlan>;
export type TrackingPlan = z.output<typeof TrackingPlan>;
