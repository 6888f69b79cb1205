import { newWebhookSecret, outsideProblem } from '@tendril/connector-kit';
import { AppError, DAY } from '@tendril/kernel';
import {
  addDeliveries,
  addWebhook,
  changeWebhook,
  readWebhook,
  replaceSecret,
  replayDeliveries,
  transitionsBetween,
  type WebhookChange,
  type WebhookFilter,
  type WebhookView,
} from '@tendril/store';
import type { World } from '../world.ts';
import { announce } from './announce.ts';
import { noticeOfTransition, type WebhookKind } from './webhook-messages.ts';

/** A webhook that someone wants. */
export interface WebhookOrder {
  readonly url: string;
  readonly description: string;
  readonly kinds: readonly WebhookKind[];
  readonly only: WebhookFilter | null;
  readonly by: string;
}

/** How long a secret that was replaced signs along. */
export const OVERLAP = DAY;

/** Transitions that a replay reads at once. */
const PAGE = 1_000;

/** Makes a webhook. The secret is told here and never again. @throws AppError `webhook-url` */
export async function createWebhook(world: World, order: WebhookOrder, allowPrivate: boolean): Promise<{ id: string; secret: string }> {
  checkUrl(order.url, allowPrivate);
  const [id, secret] = [world.newId(), newWebhookSecret()];
  await addWebhook(world.store.db, { ...order, id, secrets: [{ secret, until: null }], createdAt: world.clock.now() });
  return { id, secret };
}

/** Changes a webhook, and gives it as it is then. @throws AppError `webhook-unknown`, `webhook-url` */
export async function updateWebhook(world: World, id: string, change: WebhookChange, allowPrivate: boolean): Promise<WebhookView> {
  if (change.url !== undefined) checkUrl(change.url, allowPrivate);
  await changeWebhook(world.store.db, id, change, world.clock.now());
  return requireWebhook(world, id);
}

/** Gives a webhook a new secret, told here and never again; the one before signs along for a day. @throws AppError `webhook-unknown` */
export async function rotateSecret(world: World, id: string): Promise<{ secret: string }> {
  const secret = newWebhookSecret();
  const now = world.clock.now();
  const until = new Date(now.getTime() + OVERLAP);
  if (await world.store.transaction((db) => replaceSecret(db, id, secret, { now, until }))) return { secret };
  throw unknown(id);
}

/** Queues a message of the type `test`; the log tells what became of it. @throws AppError `webhook-unknown`, `webhook-disabled` */
export async function testWebhook(world: World, id: string): Promise<{ delivery: string }> {
  await requireEnabled(world, id);
  const now = world.clock.now();
  const delivery = `test-${world.newId()}`;
  const body = { id: delivery, type: 'test', at: now.toISOString() };
  await addDeliveries(world.store.db, [{ webhook: id, id: delivery, type: 'test', body, at: now }], now);
  return { delivery };
}

/** What to send once more: messages of the log by id, or all of a period from `from` until before `to`. */
export type ReplayOrder = { readonly ids: readonly string[] } | { readonly from: Date; readonly to: Date };

/**
 * Sends messages once more, under the same ids. For a period also transitions that are not in the log, because the webhook was
 * switched off or is younger than they are. Returns how many wait now. @throws AppError `webhook-unknown`, `webhook-disabled`
 */
export async function replayWebhook(world: World, id: string, order: ReplayOrder): Promise<number> {
  const webhook = await requireEnabled(world, id);
  const { db } = world.store;
  const now = world.clock.now();
  let sum = await replayDeliveries(db, id, order, now);
  if ('ids' in order) return sum;
  for (let after = 0; ; ) {
    const page = await transitionsBetween(db, { ...order, after, limit: PAGE });
    sum += await announce(db, [webhook], page.map(noticeOfTransition), now);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return sum;
    after = last.seq;
  }
}

/** @throws AppError `webhook-unknown` */
export async function requireWebhook(world: World, id: string): Promise<WebhookView> {
  const found = await readWebhook(world.store.db, id);
  if (found) return found;
  throw unknown(id);
}

async function requireEnabled(world: World, id: string): Promise<WebhookView> {
  const webhook = await requireWebhook(world, id);
  if (webhook.disabledAt === null) return webhook;
  throw new AppError('webhook-disabled', `The webhook "${id}" is off: ${webhook.disabledBecause ?? ''}`, { status: 409, hint: 'PATCH it with { "enabled": true } first.' });
}

function unknown(id: string): AppError {
  return new AppError('webhook-unknown', `There is no webhook "${id}"`, { status: 404, hint: 'GET /v1/webhooks lists them.' });
}

function checkUrl(url: string, allowPrivate: boolean): void {
  const problem = outsideProblem(url, allowPrivate);
  if (problem === undefined) return;
  throw new AppError('webhook-url', `Webhooks cannot be sent to "${url}": ${problem}`, {
    status: 422,
    field: 'url',
    hint: 'Name a public https address. TENDRIL_WEBHOOKS_PRIVATE=allow lets an installation call inside its own network.',
  });
}
