import { DAY, HOUR, MINUTE, SECOND } from '@tendril/kernel';
import type { AttemptRow, ClaimedWebhook, DueDelivery } from '@tendril/store';

/** What a receiver made of a message. */
export interface Reply {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** Milliseconds that it asks to wait. */
  readonly retryAfter?: number;
  /** Why there is no status. */
  readonly error?: string;
}

/** Waiting times between attempts, as Standard Webhooks proposes: ten attempts in three days and four hours. */
const WAITS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const;

/** A webhook that took nothing for so long is switched off. */
const LONGEST_FAILING = 5 * DAY;

/** After failures in a row the whole webhook rests, twice as long each time, so that a dead receiver costs a few requests an hour. */
const SHORTEST_REST = 5 * SECOND;
const LONGEST_REST = 10 * MINUTE;

/**
 * What follows from an attempt. 2xx is done; 410 says that nobody wants messages here any more; everything else, redirects too, is
 * tried again later, at the earliest when the receiver asks for it.
 */
export function afterAttempt(webhook: Pick<ClaimedWebhook, 'failures' | 'failingSince'>, delivery: Pick<DueDelivery, 'seq' | 'attempts'>, reply: Reply, now: Date): AttemptRow {
  const { status } = reply;
  const common = { seq: delivery.seq, triedAt: now, status };
  if (status !== null && status >= 200 && status < 300) {
    const healthy = { failures: 0, failingSince: null, notBefore: null, disabledBecause: null };
    return { ...common, state: 'delivered', dueAt: now, error: null, webhook: healthy };
  }
  const asked = reply.retryAfter ?? 0;
  const wait = WAITS[delivery.attempts];
  const failingSince = webhook.failingSince ?? now;
  const rest = Math.min(SHORTEST_REST * 2 ** Math.min(webhook.failures, 20), LONGEST_REST);
  return {
    ...common,
    state: wait === undefined ? 'failed' : 'waiting',
    dueAt: later(now, Math.max(wait ?? 0, asked)),
    error: reply.error ?? `The receiver answered ${status}.`,
    webhook: {
      failures: webhook.failures + 1,
      failingSince,
      notBefore: later(now, Math.max(rest, asked)),
      disabledBecause: reasonToStop(status, failingSince, now),
    },
  };
}

function reasonToStop(status: number | null, failingSince: Date, now: Date): string | null {
  if (status === 410) return 'The receiver answered 410: it is gone.';
  return now.getTime() - failingSince.getTime() >= LONGEST_FAILING ? 'Nothing was taken for five days.' : null;
}

function later(now: Date, milliseconds: number): Date {
  return new Date(now.getTime() + milliseconds);
}
