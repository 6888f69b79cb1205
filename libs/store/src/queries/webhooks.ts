import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** Which transitions a webhook is told about; what is left out restricts nothing. */
export interface WebhookFilter {
  readonly segments?: readonly string[];
  readonly models?: readonly string[];
}

/** A key that signs; one that was replaced does so until its time. */
export interface WebhookSecret {
  readonly secret: string;
  /** RFC 3339; null for the newest. */
  readonly until: string | null;
}

/** A webhook as it is made. */
export interface NewWebhook {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly kinds: readonly string[];
  readonly only: WebhookFilter | null;
  readonly secrets: readonly WebhookSecret[];
  readonly createdAt: Date;
  readonly by: string;
}

/** A webhook as lists show it, without its secrets: what it is told, and how well it takes it. */
export interface WebhookView extends Omit<NewWebhook, 'secrets'> {
  /** Null while it is told. */
  readonly disabledAt: Date | null;
  readonly disabledBecause: string | null;
  /** In a row. */
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastError: string | null;
  /** Messages that wait to be delivered. */
  readonly waiting: number;
}

const VIEW = sql`
  select id, url, description, kinds, "only", created_at as "createdAt", by, disabled_at as "disabledAt", disabled_because as "disabledBecause",
    failures, failing_since as "failingSince", last_success_at as "lastSuccessAt", last_error as "lastError",
    (select count(*) from webhook_delivery d where d.webhook = w.id and d.state = 'waiting') as waiting
  from webhook w`;

export async function addWebhook(db: Db, webhook: NewWebhook): Promise<void> {
  const { id, url, description, kinds, only, secrets, createdAt, by } = webhook;
  await sql`
    insert into webhook (id, url, description, kinds, "only", secrets, created_at, by)
    values (${id}, ${url}, ${description}, ${JSON.stringify(kinds)}::jsonb, ${json(only)}::jsonb, ${JSON.stringify(secrets)}::jsonb, ${createdAt}, ${by})
  `.execute(db);
}

/** All of them, the newest first. */
export async function listWebhooks(db: Db): Promise<WebhookView[]> {
  return (await sql<WebhookView>`${VIEW} order by created_at desc, id`.execute(db)).rows;
}

export async function readWebhook(db: Db, id: string): Promise<WebhookView | undefined> {
  return (await sql<WebhookView>`${VIEW} where id = ${id}`.execute(db)).rows[0];
}

/** What may be changed about a webhook; what is left out stays. */
export interface WebhookChange {
  readonly url?: string | undefined;
  readonly description?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly only?: WebhookFilter | null | undefined;
  /** On again, with its failures forgotten; or off. */
  readonly enabled?: boolean | undefined;
}

/** Changes a webhook; false when there is none. */
export async function changeWebhook(db: Db, id: string, { url, description, kinds, only, enabled }: WebhookChange, at: Date): Promise<boolean> {
  const health =
    enabled === undefined ? sql``
    : enabled ? sql`, disabled_at = null, disabled_because = null, failures = 0, failing_since = null, not_before = null`
    : sql`, disabled_at = coalesce(disabled_at, ${at}), disabled_because = coalesce(disabled_because, 'switched off')`;
  const { rows } = await sql`
    update webhook set url = coalesce(${url ?? null}, url), description = coalesce(${description ?? null}, description),
      kinds = coalesce(${json(kinds)}::jsonb, kinds), "only" = case when ${only === undefined} then "only" else ${json(only)}::jsonb end ${health}
    where id = ${id} returning id
  `.execute(db);
  return rows.length > 0;
}

/** Puts a new secret first; those before sign along until `until`, those whose time is over go. False when there is no such webhook. */
export async function replaceSecret(db: Db, id: string, secret: string, { now, until }: { readonly now: Date; readonly until: Date }): Promise<boolean> {
  const { rows } = await sql<{ secrets: readonly WebhookSecret[] }>`select secrets from webhook where id = ${id} for update`.execute(db);
  if (!rows[0]) return false;
  const kept = rows[0].secrets.flatMap((one) => (one.until === null ? [{ ...one, until: until.toISOString() }] : new Date(one.until) > now ? [one] : []));
  const secrets = [{ secret, until: null }, ...kept];
  await sql`update webhook set secrets = ${JSON.stringify(secrets)}::jsonb where id = ${id}`.execute(db);
  return true;
}

/** Deletes a webhook with its log; false when there is none. */
export async function deleteWebhook(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`delete from webhook where id = ${id} returning id`.execute(db);
  await sql`delete from webhook_delivery where webhook = ${id}`.execute(db);
  return rows.length > 0;
}

/** A webhook to be told. */
export interface Listener {
  readonly id: string;
  readonly kinds: readonly string[];
  readonly only: WebhookFilter | null;
}

/** Those that are on. */
export async function listeners(db: Db): Promise<Listener[]> {
  return (await sql<Listener>`select id, kinds, "only" from webhook where disabled_at is null order by id`.execute(db)).rows;
}

function json(value: object | null | undefined): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
