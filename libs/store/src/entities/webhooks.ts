import { defineEntity, p } from '@mikro-orm/core';
import type { JsonObject } from '@tendril/kernel';

/** Whom to tell about transitions and touchpoints, and how that went lately. Its row is the lock of who sends to it. */
export const WebhookEntity = defineEntity({
  name: 'Webhook',
  tableName: 'webhook',
  properties: {
    id: p.text().primary(),
    url: p.text(),
    description: p.text(),
    kinds: p.json<readonly string[]>(),
    /** Tell only about these segments and models; null for all. */
    only: p.json<{ readonly segments?: readonly string[]; readonly models?: readonly string[] }>().nullable(),
    /** The newest first. Those that were replaced sign along until their time. */
    secrets: p.json<readonly { readonly secret: string; readonly until: string | null }[]>(),
    createdAt: p.datetime(3),
    by: p.text(),
    disabledAt: p.datetime(3).nullable(),
    disabledBecause: p.text().nullable(),
    /** In a row. */
    failures: p.integer().default(0),
    failingSince: p.datetime(3).nullable(),
    lastSuccessAt: p.datetime(3).nullable(),
    lastError: p.text().nullable(),
    /** After a failure nobody tries before this. */
    notBefore: p.datetime(3).nullable(),
    /** Database time: until when one process sends to it; after that, when one did last. */
    leaseUntil: p.datetime(3).nullable(),
    fence: p.integer().default(0),
  },
});

/** One message for one webhook, from the moment at which what it tells was committed. */
export const WebhookDeliveryEntity = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_delivery',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    webhook: p.text(),
    /** The header `webhook-id`: the same for each attempt, so that the receiver can drop what it has. */
    id: p.text(),
    type: p.text(),
    body: p.json<JsonObject>(),
    at: p.datetime(3),
    state: p.text().$type<'waiting' | 'delivered' | 'failed'>(),
    attempts: p.integer().default(0),
    dueAt: p.datetime(3),
    triedAt: p.datetime(3).nullable(),
    /** HTTP status of the last answer. */
    status: p.integer().nullable(),
    error: p.text().nullable(),
  },
  uniques: [{ properties: ['webhook', 'id'] }],
  indexes: [
    { name: 'webhook_delivery_due', properties: ['webhook', 'dueAt'], where: "state = 'waiting'" },
    { properties: ['webhook', 'at', 'seq'] },
    { properties: ['at'] },
  ],
});
