import type { JsonObject } from '@tendril/kernel';
import { z } from 'zod';

/** Events further than this in the future are refused, or kept aside where their source asks for that: a clock is wrong, or a date was read in the wrong order. */
export const FUTURE_TOLERANCE_MS = 5 * 60_000;

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+$/;

/** Who an event is about, by any name the sender knows. At least one is needed; several are linked to each other. */
export const LeadReference = z
  .strictObject({
    /** The company's own id, such as the one in its CRM. */
    id: z.string().min(1).max(200).optional(),
    email: z.string().max(254).regex(EMAIL, 'Write one plain address, such as ana@example.com').optional(),
    phone: z.e164('Write the number with its country code, such as +447700900123').optional(),
    /** A first-party id of a visitor who is not known yet. */
    anonymousId: z.string().min(1).max(200).optional(),
  })
  .refine((lead) => Object.values(lead).some((name) => name !== undefined), 'Name the lead by id, email, phone or anonymousId');

const Domain = z.string().min(3).max(253).toLowerCase();

/** Something that happened to a lead, as intake takes it: from the API, an import, a tracker or a vendor. */
export const IntakeEvent = z.strictObject({
  /** Which system says so, such as `website` or `crm`. */
  source: z.string().min(1).max(100),
  /** Unique within the source: the same key heard twice is one event. */
  key: z.string().min(1).max(200),
  type: z.string().min(1).max(100),
  /** When it happened, RFC 3339. */
  at: z.iso.datetime({ offset: true, error: 'Write a time with its offset, such as 2026-03-27T16:00:00Z' }),
  lead: LeadReference,
  /** The company the lead works for, by its web domain. */
  account: z.strictObject({ domain: Domain }).optional(),
  /** JSON, as the body is: to ask each value whether it is any JSON cost a third of the whole check. */
  properties: z.record(z.string(), z.unknown()).default({}),
});

/** What somebody knows about a lead: becomes a `lead_updated` event of the lead that it names. */
export const LeadUpsert = z
  .strictObject({
    ...LeadReference.shape,
    /** Attributes by name; null removes one. What is not named stays as it is. */
    attributes: z.record(z.string(), z.json()).optional(),
    /** The company the lead works for, and what is known about it. */
    account: z.strictObject({ domain: Domain, attributes: z.record(z.string(), z.json()).optional() }).optional(),
    /** Since when this is so, RFC 3339; now when absent. */
    at: z.iso.datetime({ offset: true, error: 'Write a time with its offset, such as 2026-03-27T16:00:00Z' }).optional(),
    /** Which system says so, such as `crm`. */
    source: z.string().min(1).max(100),
    /** Unique within the source: the same key counts once. Without one, what is known already is not told again. */
    key: z.string().min(1).max(200).optional(),
  })
  .refine(
    ({ id, email, phone, anonymousId }) => [id, email, phone, anonymousId].some((name) => name !== undefined),
    'Name the lead by id, email, phone or anonymousId',
  );

export type LeadUpsert = z.output<typeof LeadUpsert>;
export type LeadReference = z.output<typeof LeadReference>;

/** What a sender may leave out is optional here: `properties`. Plain data, so no schema is needed to make one. */
export interface IntakeEvent {
  readonly source: string;
  readonly key: string;
  readonly type: string;
  readonly at: string;
  readonly lead: { readonly [name in keyof LeadReference]: LeadReference[name] | undefined };
  readonly account?: { readonly domain: string } | undefined;
  readonly properties: JsonObject;
}

const Channel = z.string().min(1).max(40);

/** Properties of `lead_updated`: attributes by name; null removes one. */
export const LeadUpdated = z.strictObject({
  attributes: z.record(z.string(), z.json()).optional(),
  /** Attributes of the lead's account; ignored when the event names none. */
  account: z.record(z.string(), z.json()).optional(),
});

/** Properties of `consent_changed`: the lead said yes or no to a channel about a topic (`*` for every topic). */
export const ConsentChanged = z.strictObject({
  channel: Channel,
  topic: z.string().min(1).max(100),
  state: z.enum(['granted', 'denied']),
  /** Lawful basis, such as `consent`, `legitimate-interest` or `contract`. */
  basis: z.string().min(1).max(100),
  /** The exact words the lead agreed to, or their version. */
  wording: z.string().max(2000),
  /** What proves it: a form, an IP address, a file. */
  evidence: z.string().max(2000),
});

/** Properties of `suppressed`: an address that must never be contacted. */
export const Suppressed = z.strictObject({ channel: Channel, reason: z.string().min(1).max(200) });

export type LeadUpdated = z.output<typeof LeadUpdated>;
export type ConsentChanged = z.output<typeof ConsentChanged>;
export type Suppressed = z.output<typeof Suppressed>;
