import type { JsonObject } from '@tendril/kernel';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { lockLeadRows } from './attributes.ts';
import { rowsOf } from './rows.ts';

/** One way in which a lead is named from outside. */
export interface Identity {
  readonly kind: 'id' | 'email' | 'phone' | 'anonymous';
  readonly value: string;
}

/** The leads that these names belong to, by `kind:value`. */
export async function findIdentities(db: Db, identities: readonly Identity[]): Promise<Map<string, string>> {
  if (identities.length === 0) return new Map();
  const { rows } = await sql<Identity & { lead: string }>`
    select i.kind, i.value, i.lead from identity i join ${rowsOf(identities, 'kind text, value text')} using (kind, value)
  `.execute(db);
  return new Map(rows.map((row) => [`${row.kind}:${row.value}`, row.lead]));
}

/** Those of the leads that the company's own id names. */
export async function leadsWithOwnId(db: Db, leads: readonly string[]): Promise<Set<string>> {
  if (leads.length === 0) return new Set();
  const { rows } = await sql<{ lead: string }>`select lead from identity where kind = 'id' and lead = any(${leads}::uuid[])`.execute(db);
  return new Set(rows.map(({ lead }) => lead));
}

/** Links names to leads; a name that is taken stays with its lead. Returns the links that are new. */
export async function addIdentities(
  db: Db,
  links: readonly (Identity & { readonly lead: string })[],
  at: Date,
): Promise<(Identity & { lead: string })[]> {
  if (links.length === 0) return [];
  const { rows } = await sql<Identity & { lead: string }>`
    insert into identity (kind, value, lead, at)
    select kind, value, lead, ${at} from ${rowsOf(links, 'kind text, value text, lead uuid')} order by kind, value
    on conflict do nothing returning kind, value, lead
  `.execute(db);
  return rows;
}

/** Makes leads and their lock rows. */
export async function addLeads(db: Db, leads: readonly string[], at: Date): Promise<void> {
  if (leads.length === 0) return;
  const rows = leads.map((id) => ({ id }));
  await sql`insert into lead (id, created_at) select id, ${at} from ${rowsOf(rows, 'id uuid')} on conflict do nothing`.execute(db);
  await sql`insert into lead_state (lead) select id from ${rowsOf(rows, 'id uuid')} on conflict do nothing`.execute(db);
}

/** An event whose lead is known. */
export interface StoredEvent {
  readonly lead: string;
  readonly source: string;
  readonly key: string;
  readonly type: string;
  readonly at: Date;
  /** Domain of the account that it named. */
  readonly account: string | null;
  readonly properties: JsonObject;
}

/**
 * Stores events; one whose (source, key) is known is left alone. Returns the keys that are new, as `source\nkey`.
 * They are numbered in the order in which they were told, and inserted in the order of their keys: two processes that bring
 * the same events differently ordered would deadlock.
 */
export async function addEvents(db: Db, events: readonly StoredEvent[], receivedAt: Date): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const { rows } = await sql<{ source: string; key: string }>`
    insert into event (seq, lead, source, key, type, occurred_at, received_at, account, properties)
    select seq, lead, source, key, type, at, ${receivedAt}, account, properties
    from (
      select nextval(pg_get_serial_sequence('event', 'seq')) as seq, r.*
      from ${rowsOf(events, 'lead uuid, source text, key text, type text, at timestamptz, account text, properties jsonb')}) numbered
    order by source, key, seq on conflict (source, key) do nothing returning source, key
  `.execute(db);
  return new Set(rows.map((row) => `${row.source}\n${row.key}`));
}

/** Asks for these leads to be looked at, and says why. */
export async function addDue(db: Db, due: readonly { readonly lead: string; readonly cause: string }[]): Promise<void> {
  if (due.length === 0) return;
  await sql`insert into due (lead, cause) select lead, cause from ${rowsOf(due, 'lead uuid, cause text')}`.execute(db);
}

/** What became of accounts: whose attributes are others now, and which leads came or left. */
export interface JoinedAccounts {
  readonly changed: readonly string[];
  readonly moved: readonly { readonly lead: string; readonly from: string | null; readonly to: string }[];
}

/** Makes accounts by domain, merges their attributes, and puts the leads into them. */
export async function joinAccounts(
  db: Db,
  joins: readonly { readonly lead: string; readonly id: string; readonly domain: string; readonly attributes: JsonObject }[],
): Promise<JoinedAccounts> {
  if (joins.length === 0) return { changed: [], moved: [] };
  const byDomain = new Map(joins.map((join) => [join.domain, join]));
  for (const join of joins) {
    const merged = byDomain.get(join.domain)!;
    byDomain.set(join.domain, { ...merged, attributes: { ...merged.attributes, ...join.attributes } });
  }
  const changed = await sql<{ id: string }>`
    insert into account (id, domain, attributes)
    select id, domain, attributes from ${rowsOf([...byDomain.values()], 'id uuid, domain text, attributes jsonb')} order by domain
    on conflict (domain) do update set attributes = account.attributes || excluded.attributes
    where not account.attributes @> excluded.attributes returning id
  `.execute(db);
  const latest = [...new Map(joins.map((join) => [join.lead, join])).values()];
  await lockLeadRows(db, latest);
  const moved = await sql<JoinedAccounts['moved'][number]>`
    update lead set account = j.to
    from (
      select l.id as lead, l.account as from, a.id as to
      from ${rowsOf(latest, 'lead uuid, domain text')} join account a using (domain) join lead l on l.id = r.lead
      where l.account is distinct from a.id) j
    where lead.id = j.lead returning j.lead, j.from, j.to
  `.execute(db);
  return { changed: changed.rows.map(({ id }) => id), moved: moved.rows };
}

/** Where leads can be reached. The newest address of a channel counts. */
export async function setAddresses(
  db: Db,
  addresses: readonly { readonly lead: string; readonly channel: string; readonly value: string; readonly hash: string }[],
  at: Date,
): Promise<void> {
  if (addresses.length === 0) return;
  const latest = [...new Map(addresses.map((address) => [`${address.lead} ${address.channel}`, address])).values()];
  await sql`
    insert into address (lead, channel, value, hash, at)
    select lead, channel, value, hash, ${at} from ${rowsOf(latest, 'lead uuid, channel text, value text, hash text')} order by lead, channel
    on conflict (lead, channel) do update set value = excluded.value, hash = excluded.hash, at = excluded.at
    where address.value <> excluded.value
  `.execute(db);
}
