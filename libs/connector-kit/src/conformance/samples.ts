import type { Delivery, Feedback, HookRequest } from '../contract.ts';

/** What Vitest, Jest and node:test have in common. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void> | void): unknown;
}

/** A local server that plays the vendor as its documentation says. */
export interface ConformanceVendor {
  /** Vendor host → `http://127.0.0.1:<port>`. */
  readonly redirect: Readonly<Record<string, string>>;
  /** How many messages the vendor has taken. */
  received(): number;
  close(): Promise<unknown>;
}

/** A webhook as the vendor would send it at `ConformanceSamples.now`. */
export interface SignedWebhook {
  readonly request: HookRequest;
  /** Lower-case names of the headers that make up the signature: each bit of them matters. */
  readonly signed: readonly string[];
  /** Whether the vendor signs the time, so that an old webhook must be refused. */
  readonly expires: boolean;
  /** What the connector must make of it; only the keys given are compared. */
  readonly expected: readonly Partial<Feedback>[];
}

/** What a connector brings to the suite. */
export interface ConformanceSamples {
  /** Good ones, secrets included; all the samples below are for them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What is wrong → settings that must be refused. */
  readonly badSettings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly now: Date;
  /** One that the vendor takes. */
  readonly delivery: Delivery<unknown>;
  /** What is wrong → content that must be refused before the vendor sees it. */
  readonly badContent: Readonly<Record<string, unknown>>;
  /** Needed by every connector with a network. */
  readonly vendor?: () => Promise<ConformanceVendor>;
  /** One to an address that the vendor says is wrong; needed by every connector with a network. */
  readonly badAddress?: Delivery<unknown>;
  /** One to a recipient who opted out at the vendor. A connector with a network needs it, or a webhook that says `unsubscribed`. */
  readonly optedOut?: Delivery<unknown>;
  /** Needed by every connector that hears. */
  readonly webhooks?: readonly SignedWebhook[];
}
