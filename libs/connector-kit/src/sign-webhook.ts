import { createHmac, randomBytes } from 'node:crypto';

/** What is signed, and with what: several secrets while one replaces another. */
export interface WebhookToSign {
  /** Names the message: the same for each attempt to deliver it. */
  readonly id: string;
  /** The moment of sending, so that a receiver can refuse what was caught and sent again later. */
  readonly at: Date;
  readonly body: string;
  /** `whsec_` and the key in base64. */
  readonly secrets: readonly string[];
}

const PREFIX = 'whsec_';

/** A new secret of 256 bits for signing webhooks. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/**
 * The headers of a signed webhook by the Standard Webhooks scheme: HMAC-SHA256 over `id.timestamp.body`, one signature for each
 * secret, so that a receiver may hold the old or the new one. The timestamp is in whole seconds.
 */
export function signWebhook({ id, at, body, secrets }: WebhookToSign): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
