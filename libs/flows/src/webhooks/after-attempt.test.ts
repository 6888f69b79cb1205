import { DAY, HOUR, MINUTE, SECOND } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { afterAttempt, type Reply } from './after-attempt.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const HEALTHY = { failures: 0, failingSince: null };
const wait = (at: Date): number => at.getTime() - NOW.getTime();
const after = (reply: Reply, attempts = 0, webhook: Parameters<typeof afterAttempt>[0] = HEALTHY) => afterAttempt(webhook, { seq: 1, attempts }, reply, NOW);

describe('afterAttempt', () => {
  it('is done with any 2xx, and forgets the failures before', () => {
    expect(after({ status: 202 }, 4, { failures: 4, failingSince: NOW })).toMatchObject({ state: 'delivered', error: null, webhook: { failures: 0, failingSince: null, notBefore: null, disabledBecause: null } });
  });

  it('tries again for more than three days, and then gives up', () => {
    const waits = Array.from({ length: 10 }, (_, attempts) => after({ status: 500 }, attempts));
    expect(waits.map(({ state }) => state)).toEqual([...Array<string>(9).fill('waiting'), 'failed']);
    expect(waits.slice(0, 9).map(({ dueAt }) => wait(dueAt))).toEqual([5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]);
  });

  it('takes redirects, refusals and silence for failures, in words', () => {
    expect(after({ status: 302 }).error).toBe('The receiver answered 302.');
    expect(after({ status: 404 }).state).toBe('waiting');
    expect(after({ status: null, error: 'No answer.' })).toMatchObject({ state: 'waiting', status: null, error: 'No answer.' });
  });

  it('waits as long as the receiver asks, and never shorter than by itself', () => {
    const asked = after({ status: 429, retryAfter: HOUR });
    expect([wait(asked.dueAt), wait(asked.webhook.notBefore!)]).toEqual([HOUR, HOUR]);
    expect(wait(after({ status: 503, retryAfter: SECOND }, 1).dueAt)).toBe(5 * MINUTE);
  });

  it('lets the webhook rest longer with each failure in a row', () => {
    const rests = [0, 1, 2, 6, 7, 1_000].map((failures) => wait(after({ status: 500 }, 0, { failures, failingSince: NOW }).webhook.notBefore!));
    expect(rests).toEqual([5, 10, 20, 320, 600, 600].map((seconds) => seconds * SECOND));
  });

  it('stops at once with 410, and after five days without a success', () => {
    expect(after({ status: 410 }).webhook.disabledBecause).toContain('410');
    const since = (ago: number) => ({ failures: 50, failingSince: new Date(NOW.getTime() - ago) });
    expect(after({ status: 500 }, 2, since(5 * DAY - 1)).webhook.disabledBecause).toBeNull();
    expect(after({ status: 500 }, 2, since(5 * DAY)).webhook.disabledBecause).not.toBeNull();
  });
});
