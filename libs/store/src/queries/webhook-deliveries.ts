import type { JsonObject } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { LEASE_SECONDS } from './dispatch.ts';
import { rowsOf } from './rows.ts';
import type { SavedTransition } from './transitions.ts';
import type { WebhookSecret } from './webhooks.ts';

/** A message for a webhook. */
export interface NewDelivery {
  readonly webhook: string;
  /** The same for all attempts, and for each webhook that is told. */
  readonly id: string;
  readonly type: string;
  readonly body: JsonObject;
  /** When that happened which it tells. */
  readonly at: Date;
}

/** Puts messages in the queue, once per webhook and id. Returns how many are new. */
export async function addDeliveries(db: Db, deliveries: readonly NewDelivery[], now: Date): Promise<number> {
  if (deliveries.length === 0) return 0;
  const { rows } = await sql`
    insert into webhook_delivery (webhook, id, type, body, at, state, due_at)
    select webhook, id, type, body, at, 'waiting', ${now} from ${rowsOf(deliveries, 'webhook text, id text, type text, body jsonb, at timestamptz')}
    on conflict (webhook, id) do nothing returning seq
  `.execute(db);
  return rows.length;
}

/** Lead → the company's own ids of it. */
export async function ownIdsOf(db: Db, leads: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ lead: string; ids: string[] }>`
    select lead, array_agg(value order by value) as ids from identity where kind = 'id' and lead = any(${leads}::uuid[]) group by lead
  `.execute(db);
  return new Map(rows.map(({ lead, ids }) => [lead, ids]));
}

/** Transitions of a period in the order in which they were written, a page of them behind `seq`. */
export async function transitionsBetween(db: Db, { from, to, after, limit }: { readonly from: Date; readonly to: Date; readonly after: number; readonly limit: number }): Promise<SavedTransition[]> {
  const { rows } = await sql<SavedTransition>`
    select seq, lead, kind, subject, from_value as "from", to_value as "to", at, rulebook, cause from transition
    where at >= ${from} and at < ${to} and seq > ${after} order by seq limit ${limit}
  `.execute(db);
  return rows;
}

/** A touchpoint whose state webhooks may want to hear of. */
export interface TouchpointNow {
  readonly id: string;
  readonly lead: string;
  readonly programme: string;
  readonly channel: string;
  readonly content: string;
  readonly state: string;
  readonly reason: string | null;
  /** The rulebook that decided last. */
  readonly rulebook: string;
}

/** These touchpoints as they are now. */
export async function touchpointsNow(db: Db, ids: readonly string[]): Promise<TouchpointNow[]> {
  const { rows } = await sql<TouchpointNow>`
    select id, lead, programme, channel, content, state, reason, coalesce(gated_rulebook, rulebook) as rulebook from touchpoint
    where id = any(${ids}::text[]) order by id
  `.execute(db);
  return rows;
}

/** A webhook that this process may send to until its lease ends. */
export interface ClaimedWebhook {
  readonly id: string;
  readonly url: string;
  readonly secrets: readonly WebhookSecret[];
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly fence: number;
}

/**
 * Takes a webhook for which something is due and to which nobody sends: the one that has waited longest. One process at a time
 * sends to a webhook, so a slow receiver gets no second request while it thinks about the first.
 */
export async function claimWebhook(db: Db, now: Date): Promise<ClaimedWebhook | undefined> {
  const { rows } = await sql<ClaimedWebhook>`
    update webhook set fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = (
      select id from webhook w where disabled_at is null and (not_before is null or not_before <= ${now})
        and (lease_until is null or lease_until < clock_timestamp())
        and exists (select from webhook_delivery d where d.webhook = w.id and d.state = 'waiting' and d.due_at <= ${now})
      order by lease_until nulls first, id limit 1 for update skip locked)
    returning id, url, secrets, failures, failing_since as "failingSince", fence
  `.execute(db);
  return rows[0];
}

/** Lets others send to it. */
export async function releaseWebhook(db: Db, { id, fence }: Pick<ClaimedWebhook, 'id' | 'fence'>): Promise<void> {
  await sql`update webhook set lease_until = clock_timestamp() where id = ${id} and fence = ${fence}`.execute(db);
}

/** A message that is due. */
export interface DueDelivery {
  readonly seq: number;
  readonly id: string;
  readonly body: JsonObject;
  readonly attempts: number;
}

/** The oldest first. */
export async function dueDeliveries(db: Db, webhook: string, now: Date, limit: number): Promise<DueDelivery[]> {
  const { rows } = await sql<DueDelivery>`
    select seq, id, body, attempts from webhook_delivery where webhook = ${webhook} and state = 'waiting' and due_at <= ${now} order by seq limit ${limit}
  `.execute(db);
  return rows;
}

/** What became of one attempt, and of the webhook by it. */
export interface AttemptRow {
  readonly seq: number;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly dueAt: Date;
  readonly triedAt: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly webhook: {
    readonly failures: number;
    readonly failingSince: Date | null;
    readonly notBefore: Date | null;
    /** Not to be told any more, and why; null while it is. */
    readonly disabledBecause: string | null;
  };
}

/** Writes an attempt down and renews the lease. False when the webhook is no longer ours: deleted, or taken over by another process. */
export async function saveAttempt(db: Db, { id, fence }: Pick<ClaimedWebhook, 'id' | 'fence'>, attempt: AttemptRow): Promise<boolean> {
  const { seq, state, dueAt, triedAt, status, error, webhook } = attempt;
  const { rows } = await sql`
    with ours as (
      update webhook set failures = ${webhook.failures}, failing_since = ${webhook.failingSince}, not_before = ${webhook.notBefore},
        last_error = coalesce(${error}, last_error), last_success_at = case when ${state === 'delivered'} then ${triedAt}::timestamptz else last_success_at end,
        disabled_at = case when ${webhook.disabledBecause}::text is null then disabled_at else ${triedAt}::timestamptz end,
        disabled_because = coalesce(${webhook.disabledBecause}, disabled_because),
        lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
      where id = ${id} and fence = ${fence} returning id)
    update webhook_delivery set state = ${state}, attempts = attempts + 1, due_at = ${dueAt}, tried_at = ${triedAt}, status = ${status}, error = ${error}
    where seq = ${seq} and webhook in (select id from ours) returning seq
  `.execute(db);
  return rows.length > 0;
}

/** A message in the log of a webhook. */
export interface DeliveryView {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly body: JsonObject;
  readonly at: Date;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  /** When it is tried next; null when it is not. */
  readonly nextTryAt: Date | null;
  readonly triedAt: Date | null;
  /** HTTP status of the last answer; null when there was none. */
  readonly status: number | null;
  readonly error: string | null;
}

/** The newest first; `before`: the last one of the page before. */
export async function listDeliveries(
  db: Db,
  webhook: string,
  { state, before, limit }: { readonly state?: string | undefined; readonly before?: { readonly at: Date; readonly seq: number } | undefined; readonly limit: number },
): Promise<DeliveryView[]> {
  const { rows } = await sql<DeliveryView>`
    select seq, id, type, body, at, state, attempts, case when state = 'waiting' then due_at end as "nextTryAt", tried_at as "triedAt", status, error
    from webhook_delivery where webhook = ${webhook} and (${state ?? null}::text is null or state = ${state ?? null})
      and (${before === undefined} or (at, seq) < (${before?.at ?? null}::timestamptz, ${before?.seq ?? null}::bigint))
    order by at desc, seq desc limit ${limit}
  `.execute(db);
  return rows;
}

/** Sends messages of the log once more: these, or all of a period. Returns how many. */
export async function replayDeliveries(
  db: Db,
  webhook: string,
  { ids, from, to }: { readonly ids?: readonly string[]; readonly from?: Date; readonly to?: Date },
  now: Date,
): Promise<number> {
  const which = ids ? sql`id = any(${ids}::text[])` : sql`at >= ${from ?? null} and at < ${to ?? null}`;
  const { rows } = await sql`
    update webhook_delivery set state = 'waiting', attempts = 0, due_at = ${now} where webhook = ${webhook} and ${which} returning seq
  `.execute(db);
  return rows.length;
}

/** Deletes what is older from the log, at most so many at once. Returns how many. */
export async function forgetDeliveries(db: Db, before: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from webhook_delivery where seq in (select seq from webhook_delivery where at < ${before} order by at limit ${limit}) returning seq
  `.execute(db);
  return rows.length;
}
