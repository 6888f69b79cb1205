import type { Json, JsonObject } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { BrowserKey } from '../entities/operations.ts';

/** A small installation-wide value; undefined when it was never set. */
export async function readSetting(db: Db, name: string): Promise<Json | undefined> {
  return (await readSettingAt(db, name))?.value;
}

/** The same with the moment when it was set. */
export async function readSettingAt(db: Db, name: string): Promise<{ readonly value: Json; readonly at: Date } | undefined> {
  return db.selectFrom('setting').select(['value', 'at']).where('name', '=', name).executeTakeFirst();
}

/** Sets it, over what was there. */
export async function writeSetting(db: Db, name: string, value: Json, at: Date): Promise<void> {
  await sql`
    insert into setting (name, value, at) values (${name}, ${JSON.stringify(value)}::jsonb, ${at})
    on conflict (name) do update set value = excluded.value, at = excluded.at
  `.execute(db);
}

/** Sets it only when it is not set yet; returns what holds afterwards. Safe for many processes at once. */
export async function initSetting(db: Db, name: string, value: Json, at: Date): Promise<Json> {
  await sql`
    insert into setting (name, value, at) values (${name}, ${JSON.stringify(value)}::jsonb, ${at}) on conflict do nothing
  `.execute(db);
  return (await readSetting(db, name)) ?? null;
}

/** An API key as it is kept: never the key itself. */
export interface StoredKey {
  readonly id: string;
  /** SHA-256 of the secret part. */
  readonly hash: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Null for the key of a server. */
  readonly browser: BrowserKey | null;
}

export async function addKey(db: Db, key: StoredKey, at: Date): Promise<void> {
  await sql`
    insert into api_key (id, hash, name, scopes, browser, created_at)
    values (${key.id}, ${key.hash}, ${key.name}, ${JSON.stringify(key.scopes)}::jsonb, ${key.browser && JSON.stringify(key.browser)}::jsonb, ${at})
  `.execute(db);
}

/** Those of the keys that were not revoked, by id. */
export async function findKeys(db: Db, ids: readonly string[]): Promise<Map<string, StoredKey>> {
  const rows = await db.selectFrom('api_key').select(['id', 'hash', 'name', 'scopes', 'browser']).where('id', 'in', ids).where('revoked_at', 'is', null).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Adds the first key of an install; false when there are keys already. Of many processes that start together, one adds it. */
export async function addFirstKey(db: Db, key: StoredKey, at: Date): Promise<boolean> {
  await sql`lock table api_key in exclusive mode`.execute(db);
  if (await db.selectFrom('api_key').select('id').limit(1).executeTakeFirst()) return false;
  await addKey(db, key, at);
  return true;
}

/** A key as lists show it. */
export type KeyView = Omit<StoredKey, 'hash'> & { readonly createdAt: Date; readonly revokedAt: Date | null };

/** Every key, the newest first. */
export async function listKeys(db: Db): Promise<KeyView[]> {
  return db
    .selectFrom('api_key')
    .select(['id', 'name', 'scopes', 'browser', 'created_at as createdAt', 'revoked_at as revokedAt'])
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

/** Ends a key for good; false when there is no such key that still works. */
export async function revokeKey(db: Db, id: string, at: Date): Promise<boolean> {
  const { rows } = await sql`update api_key set revoked_at = ${at} where id = ${id} and revoked_at is null returning id`.execute(db);
  return rows.length > 0;
}

/** What is kept of a request with an Idempotency-Key. `status` is null while the first one still runs. */
export interface KeptAnswer {
  readonly bodyHash: string;
  readonly status: number | null;
  readonly answer: Json;
}

/** Reserves the key for this request, or returns what is kept under it. */
export async function reserveAnswer(db: Db, key: string, bodyHash: string, at: Date): Promise<KeptAnswer | undefined> {
  const { rows } = await sql`
    insert into idempotency (key, body_hash, at) values (${key}, ${bodyHash}, ${at}) on conflict do nothing returning key
  `.execute(db);
  if (rows.length > 0) return undefined;
  return db.selectFrom('idempotency').select(['body_hash as bodyHash', 'status', 'answer']).where('key', '=', key).executeTakeFirst();
}

export async function keepAnswer(db: Db, key: string, status: number, answer: Json): Promise<void> {
  await sql`update idempotency set status = ${status}, answer = ${JSON.stringify(answer)}::jsonb where key = ${key}`.execute(db);
}

/** Forgets a reservation whose request failed, so that it can be tried again. */
export async function dropAnswer(db: Db, key: string): Promise<void> {
  await sql`delete from idempotency where key = ${key} and status is null`.execute(db);
}

/** A campaign as it is kept. */
export interface StoredCampaign {
  readonly id: string;
  readonly title: string;
  readonly definition: JsonObject;
  readonly status: 'running' | 'cancelled';
  readonly createdAt: Date;
  readonly by: string;
}

/** Starts a campaign, and makes the leads of its segments due for it. Returns how many were asked for. */
export async function addCampaign(db: Db, campaign: StoredCampaign, include: readonly string[]): Promise<number> {
  await sql`
    insert into campaign (id, title, definition, status, created_at, by)
    values (${campaign.id}, ${campaign.title}, ${JSON.stringify(campaign.definition)}::jsonb, ${campaign.status}, ${campaign.createdAt}, ${campaign.by})
  `.execute(db);
  const { rows } = await sql`
    insert into due (lead, cause) select distinct lead, ${campaign.id} from membership where segment = any(${include}::text[]) returning seq
  `.execute(db);
  return rows.length;
}

export async function readCampaigns(db: Db, ids?: readonly string[]): Promise<StoredCampaign[]> {
  let query = db
    .selectFrom('campaign')
    .select(['id', 'title', 'definition', 'status', 'created_at as createdAt', 'by'])
    .orderBy('created_at', 'desc');
  if (ids) query = query.where('id', 'in', ids.length > 0 ? ids : ['']);
  return query.execute();
}

/** How many leads are in any of the segments and in none of the excluded ones, now. */
export async function countAudience(db: Db, include: readonly string[], exclude: readonly string[]): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct m.lead) as n from membership m where m.segment = any(${include}::text[])
      and not exists (select from membership x where x.lead = m.lead and x.segment = any(${exclude}::text[]))
  `.execute(db);
  return rows[0]?.n ?? 0;
}
