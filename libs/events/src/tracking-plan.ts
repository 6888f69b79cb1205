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
  /**
   * How long after it was received such an event is kept, 10 days or more. Counters of it stay right, and what an answer rests on
   * is kept for longer; a rule that counts otherwise than any rule did when it was deleted does not find it.
   */
  retention: z
    .string()
    .regex(/^[1-9]\d{1,3}d$/, 'Write days, at least 10, such as "400d"')
    .optional(),
});

/**
 * What to do with events that the plan does not know. `refuse`: the sender hears of it. `quarantine`: kept aside, as are events
 * with other properties than planned and events of the future, until they are released. `accept`: stored, though no rule can
 * read them until the plan knows their type.
 */
export const UnknownPolicy = z.enum(['refuse', 'quarantine', 'accept']);

/** One system that sends events: the `source` of what it sends. */
export const SourcePlan = z.strictObject({ unknown: UnknownPolicy });

/** No lead has more attributes, and no event more values, those in lists and objects included. */
export const MOST_VALUES = 500;

const attributes = z
  .record(Name, PropertyPlan)
  .refine((known) => Object.keys(known).length <= MOST_VALUES, `Declare at most ${MOST_VALUES}: every lead may have all of them`);

/** `rules/tracking-plan.json`: what Tendril may hear about leads, and what it means. */
export const TrackingPlan = z.strictObject({
  $schema: z.string().optional(),
  attributes,
  account: attributes.default({}),
  events: z.record(Name, EventPlan),
  /** By source; one that is not named here is refused what the plan does not know. */
  sources: z.record(z.string().min(1).max(100), SourcePlan).optional(),
});

export type PropertyType = z.output<typeof PropertyType>;
export type PropertyPlan = z.output<typeof PropertyPlan>;
export type EventPlan = z.output<typeof EventPlan>;
export type TrackingPlan = z.output<typeof TrackingPlan>;
export type SourcePlan = z.output<typeof SourcePlan>;
export type UnknownPolicy = z.output<typeof UnknownPolicy>;

/** What to do with events of a source that the plan does not know. */
export function unknownPolicy({ sources = {} }: TrackingPlan, source: string): UnknownPolicy {
  return Object.hasOwn(sources, source) ? sources[source]!.unknown : 'refuse';
}
