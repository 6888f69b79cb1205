import { type OutsidePost, type OutsideReply, signWebhook } from '@tendril/connector-kit';
import { DAY, messageOf } from '@tendril/kernel';
import { type ClaimedWebhook, claimWebhook, type DueDelivery, dueDeliveries, forgetDeliveries, releaseWebhook, saveAttempt } from '@tendril/store';
import type { World } from '../world.ts';
import { afterAttempt, type Reply } from './after-attempt.ts';

/** Makes one request: `postOutside` of the connector kit, with a deadline shorter than the lease of a webhook. Throws when no answer comes. */
export type PostWebhook = (post: OutsidePost) => Promise<OutsideReply>;

/** Messages that one claim of a webhook sends at most, so that other webhooks have their turn. */
const BATCH = 50;

/** How long the log keeps messages. */
const KEPT = 30 * DAY;

/**
 * Sends what is due, webhook after webhook, until nothing is; returns how many messages were taken. At least once: a process that
 * dies between the answer and its record leaves the message due, and it goes again under the same id. Messages go to a webhook one by one
 * and oldest first; one that failed is overtaken by those behind it. Safe to run many times at once, in one process or
 * many: each takes another webhook, so that a slow receiver holds up no other.
 */
export async function sendWebhooks(world: World, post: PostWebhook): Promise<number> {
  let taken = 0;
  for (;;) {
    const webhook = await claimWebhook(world.store.db, world.clock.now());
    if (!webhook) return taken;
    try {
      taken += await sendTo(world, webhook, post);
    } finally {
      await releaseWebhook(world.store.db, webhook);
    }
  }
}

/** Forgets old messages of all webhooks; returns how many. */
export async function forgetOldDeliveries(world: World): Promise<number> {
  const before = new Date(world.clock.now().getTime() - KEPT);
  let sum = 0;
  for (;;) {
    const n = await forgetDeliveries(world.store.db, before, 10_000);
    sum += n;
    if (n < 10_000) return sum;
  }
}

/** After the first failure the webhook rests: what is down now is down for the next message too. */
async function sendTo(world: World, webhook: ClaimedWebhook, post: PostWebhook): Promise<number> {
  let taken = 0;
  let health = webhook;
  for (const delivery of await dueDeliveries(world.store.db, webhook.id, world.clock.now(), BATCH)) {
    const reply = await attempt(webhook, delivery, world.clock.now(), post);
    const row = afterAttempt(health, delivery, reply, world.clock.now());
    health = { ...health, ...row.webhook };
    if (!(await saveAttempt(world.store.db, webhook, row)) || row.state !== 'delivered') break;
    taken += 1;
  }
  return taken;
}

async function attempt({ url, secrets }: ClaimedWebhook, { id, body }: DueDelivery, at: Date, post: PostWebhook): Promise<Reply> {
  const text = JSON.stringify(body);
  const valid = secrets.flatMap(({ secret, until }) => (until === null || new Date(until) > at ? [secret] : []));
  const headers = { ...signWebhook({ id, at, body: text, secrets: valid }), 'content-type': 'application/json', 'user-agent': 'Tendril' };
  try {
    return await post({ url, headers, body: text });
  } catch (error) {
    return { status: null, error: messageOf(error) };
  }
}
