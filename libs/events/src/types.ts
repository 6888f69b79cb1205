import type { JsonObject } from '@tendril/kernel';

/** Something that happened to a lead, as rules see it. Immutable. */
export interface LeadEvent {
  readonly type: string;
  /** When it happened, not when Tendril heard of it. */
  readonly at: Date;
  readonly properties: JsonObject;
}

/** Whether a lead may be contacted on a channel about a topic. */
export type ConsentState = 'granted' | 'denied';

/**
 * Consent by `channel:topic`, such as `email:product`; `email:*` stands for every topic that has no key of its own.
 * Neither key means never asked.
 */
export type Consents = Readonly<Record<string, ConsentState>>;
