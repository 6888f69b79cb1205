import type { HttpReply, MessageConnector, Obstacle, Outcome, Refusal } from './contract.ts';

/** The vendor took it. `ref` is the vendor's own id, by which it will speak of it later. */
export function accepted(ref: string): Outcome {
  return { state: 'accepted', ref };
}

/** It was not sent and never will be. */
export function rejected(reason: Refusal, message: string): Outcome {
  return { state: 'rejected', reason, message };
}

/** It was certainly not sent; `after` in milliseconds. */
export function retry(reason: Obstacle, message: string, after?: number): Outcome {
  return { state: 'retry', reason, message, ...(after === undefined ? {} : { after }) };
}

/** It was perhaps sent. */
export function unknown(message: string): Outcome {
  return { state: 'unknown', message };
}

/** A vendor's error page can be long; people read the beginning. */
const EXCERPT = 200;

/**
 * The outcome of a reply about which the vendor's documentation says no more than HTTP does.
 *
 * A 5xx may come after the message left, so only an idempotent send may follow it. A redirect is not followed and not the
 * recipient's fault. A success that the connector could not read is unknown.
 */
export function byStatus(reply: Pick<HttpReply, 'status' | 'text' | 'retryAfter'>, resend: MessageConnector['resend']): Outcome {
  const { status } = reply;
  const excerpt = reply.text.slice(0, EXCERPT).replaceAll(/\s+/g, ' ').trim();
  const message = `the vendor answered ${status}${excerpt && `: ${excerpt}`}`;
  if (status === 401 || status === 403) return retry('credentials', message);
  if (status === 429) return retry('limits', message, reply.retryAfter);
  if (status === 408 || status === 423) return retry('vendor', message, reply.retryAfter);
  if (status === 501 || (status >= 400 && status < 500)) return rejected('other', message);
  if (status >= 500) return resend === 'idempotent' ? retry('vendor', message, reply.retryAfter) : unknown(message);
  if (status >= 300) return retry('configuration', `${message}; redirects are not followed`);
  return unknown(`${message}; that is no answer this vendor documents`);
}
