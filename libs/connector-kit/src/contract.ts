import type { z } from 'zod';

/** The version of this contract. A connector names the one it was written for; the core refuses others at boot. */
export const CONTRACT = 1;

/** Who must act on a refusal that will not change by itself. */
export type Refusal =
  /** The recipient's address is wrong or gone: suppress it. */
  | 'address'
  /** The recipient does not want it: suppress, for good. */
  | 'opted-out'
  /** What we wanted to say was refused: do not send it again unchanged. */
  | 'content'
  /** Anything else that another try cannot mend. */
  | 'other';

/** Whose fault it is that nothing was sent yet. */
export type Obstacle =
  /** Our key or permission was refused: everything waits until somebody mends it. */
  | 'credentials'
  /** Our settings are wrong. */
  | 'configuration'
  /** The vendor's limit is reached. */
  | 'limits'
  /** The vendor is broken, and certainly did not send. */
  | 'vendor';

/** What became of one item. There is no fifth. */
export type Outcome =
  | { readonly state: 'accepted'; readonly ref: string }
  | { readonly state: 'rejected'; readonly reason: Refusal; readonly message: string }
  /** Certainly not sent. `after` is the vendor's word on when to come back, in milliseconds. */
  | { readonly state: 'retry'; readonly reason: Obstacle; readonly message: string; readonly after?: number }
  /** Perhaps sent: never blindly sent again. */
  | { readonly state: 'unknown'; readonly message: string };

/** One message to one recipient. */
export interface Delivery<Content> {
  /** The touchpoint id: stable over retries, so it is the idempotency key where a vendor takes one. */
  readonly id: string;
  /** The touchpoint's channel: the connector's own, except for connectors that serve any (`*`). */
  readonly channel: string;
  /** The recipient's address on the channel. */
  readonly to: string;
  readonly content: Content;
  /** Where the recipient can opt out in one click (RFC 8058); absent on channels without links. */
  readonly unsubscribeUrl?: string;
}

/** What a vendor told us about something we sent, or about a recipient. */
export interface Feedback {
  readonly kind: 'delivered' | 'opened' | 'clicked' | 'replied' | 'bounced' | 'complained' | 'unsubscribed' | 'failed';
  /** Unique at the vendor: the same id heard twice counts once. */
  readonly id: string;
  readonly at: Date;
  /** The touchpoint, where the vendor echoes it. */
  readonly touchpoint?: string;
  /** The vendor's own reference, as `accepted` returned it. */
  readonly ref?: string;
  /** The address concerned, where there is neither. */
  readonly address?: string;
  /** Opened or clicked by a machine rather than the person, as far as the vendor can tell. */
  readonly machine?: boolean;
  /** True when the address will never work again (a hard bounce). */
  readonly permanent?: boolean;
  readonly url?: string;
  /** The vendor's words, for people. */
  readonly detail?: string;
}

/** A vendor's webhook request, as it arrived. */
export interface HookRequest {
  readonly method: string;
  /** Absolute, as the vendor called it. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes: signatures are checked over these. */
  readonly body: Uint8Array;
}

/** The only way out to the network. Hosts, time-outs and redaction hold for all that goes through it. */
export interface Http {
  request(request: HttpRequest): Promise<HttpReply>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, whatever its type. */
  readonly text: string;
  /** The body parsed as JSON; undefined when it is none. */
  readonly json: unknown;
  /** The vendor's Retry-After in milliseconds from now; absent when it sent none that makes sense. */
  readonly retryAfter?: number;
}

/** Writes a line to the core's log. Secrets are redacted. */
export type Log = (message: string, data?: Readonly<Record<string, unknown>>) => void;

/** What a connector's functions get besides their input. */
export interface ConnectorContext<Settings> {
  readonly settings: Settings;
  readonly http: Http;
  readonly log: Log;
  readonly now: () => Date;
}

/** A connector for messages: data and one or two functions. */
export interface MessageConnector<Settings extends z.ZodObject = z.ZodObject, Content extends z.ZodType = z.ZodType> {
  /** `<channel>-<vendor>`, kebab-case. */
  readonly id: string;
  /** The channel it serves; `*` is whatever no other installed connector serves. */
  readonly channel: string;
  /** The contract version it was written for: a literal, not `CONTRACT`, or the check at boot means nothing. */
  readonly contract: number;
  /** The vendor's API version, pinned here and nowhere else. */
  readonly vendorApi?: string;
  /** A strict object, so that a misspelt setting is refused. Secrets are marked with `.meta({ secret: true })`. */
  readonly settings: Settings;
  /** What it can carry. */
  readonly content: Content;
  /** Items per call of `deliver`, and calls a second, per process. */
  readonly limits: { readonly batch: number; readonly perSecond: number };
  /** What may follow an ambiguous answer. */
  readonly resend: 'idempotent' | 'lookup' | 'never';
  /** The only hosts it may talk to, by https. Empty for a connector without network. */
  hosts(settings: z.output<Settings>): readonly string[];
  /** One outcome per item, in order. Never catches the network: the kit turns what is thrown into an outcome by `resend`. */
  deliver(
    batch: readonly Delivery<z.output<Content>>[],
    context: ConnectorContext<z.output<Settings>>,
  ): Promise<readonly Outcome[]>;
  /** Checks the signature and translates; throws `SignatureError` on a forgery. */
  hear?(request: HookRequest, context: ConnectorContext<z.output<Settings>>): Promise<readonly Feedback[]> | readonly Feedback[];
  /** Tells what became of items that ended `unknown`; one answer per id, `undefined` while it cannot say. */
  lookup?(
    items: readonly { readonly id: string; readonly to: string; readonly sentAt: Date }[],
    context: ConnectorContext<z.output<Settings>>,
  ): Promise<readonly (Outcome | undefined)[]>;
  /** Is the vendor there, and are the credentials good? Sends nothing. */
  check?(context: ConnectorContext<z.output<Settings>>): Promise<{ readonly ok: boolean; readonly message: string }>;
}
