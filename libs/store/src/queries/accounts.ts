import type { JsonObject } from '@tendril/kernel';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';
import { isUuid, LEAD_VIEW, type LeadView } from './reading.ts';

/** An account as lists show it. */
export interface AccountView {
  readonly id: string;
  readonly domain: string;
  readonly attributes: JsonObject;
  /** How many leads it has. */
  readonly leads: number;
}

/** Which accounts. */
export interface AccountSearch {
  /** The last domain of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

const ACCOUNT_VIEW = sql`
  select a.id, a.domain, a.attributes,
    (select count(*) from lead l where l.account = a.id and l.erased_at is null and l.merged_into is null) as leads
  from account a`;

/** Accounts in the order of their domains. */
export async function searchAccounts(db: Db, { after, limit }: AccountSearch): Promise<AccountView[]> {
  const where: RawBuilder<unknown> = after === undefined ? sql`true` : sql`a.domain > ${after}`;
  const { rows } = await sql<AccountView>`${ACCOUNT_VIEW} where ${where} order by a.domain limit ${limit}`.execute(db);
  return rows;
}

/** An account by its id or its domain. */
export async function readAccount(db: Db, idOrDomain: string): Promise<AccountView | undefined> {
  const is = isUuid(idOrDomain) ? sql`a.id = ${idOrDomain}` : sql`a.domain = ${idOrDomain.toLowerCase()}`;
  const { rows } = await sql<AccountView>`${ACCOUNT_VIEW} where ${is}`.execute(db);
  return rows[0];
}

/** A lead of the buying committee. */
export interface CommitteeMember extends LeadView {
  /** When the newest event happened to it, or to a lead that is part of it. */
  readonly lastActivity: Date | null;
}

/** The leads of an account in the order of their ids. */
export async function readCommittee(db: Db, account: string, { after, limit }: { readonly after?: string | undefined; readonly limit: number }): Promise<CommitteeMember[]> {
  const { rows } = await sql<CommitteeMember>`
    select v.*, (
      select max(e.occurred_at) from event e
      where e.lead in (select v.id union all select id from lead where merged_into is not null and merged_into = v.id)) as "lastActivity"
    from (
      ${LEAD_VIEW} where l.account = ${account} and l.erased_at is null and l.merged_into is null
        and (${after ?? null}::uuid is null or l.id > ${after ?? null}::uuid) order by l.id limit ${limit}) v
    order by v.id
  `.execute(db);
  return rows;
}

/** What is told about an account without a lead. */
export interface AccountChange {
  /** For an account that is new. */
  readonly id: string;
  /** In lower case. */
  readonly domain: string;
  readonly attributes: JsonObject;
  readonly by: string;
  readonly at: Date;
}

/**
 * Makes an account, or merges attributes into it; what it says already is not told again. Says what became of it. Its leads are
 * not made due here.
 */
export async function putAccount(db: Db, { id, domain, attributes, by, at }: AccountChange): Promise<{ readonly id: string; readonly result: 'created' | 'changed' | 'unchanged' }> {
  const told = JSON.stringify(attributes);
  const made = await sql<{ id: string }>`
    insert into account (id, domain, attributes) values (${id}, ${domain}, ${told}::jsonb) on conflict do nothing returning id
  `.execute(db);
  const changed = await sql<{ id: string }>`
    update account set attributes = attributes || ${told}::jsonb where domain = ${domain} and not attributes @> ${told}::jsonb returning id
  `.execute(db);
  const result = made.rows.length > 0 ? 'created' : changed.rows.length > 0 ? 'changed' : 'unchanged';
  if (result !== 'unchanged') {
    await sql`
      insert into account_change (seq, domain, attributes, received_at, by)
      values (nextval(pg_get_serial_sequence('event', 'seq')), ${domain}, ${told}::jsonb, ${at}, ${by})
    `.execute(db);
  }
  const { rows } = await sql<{ id: string }>`select id from account where domain = ${domain}`.execute(db);
  return { id: rows[0]!.id, result };
}

/** What is known of a lead as far as an upsert can change it. */
export interface KnownLead {
  readonly attributes: JsonObject;
  readonly domain: string | null;
  readonly account: JsonObject | null;
  /** Channel → address. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** The same for several leads; a lead that is missing is unknown. */
export async function readKnownLeads(db: Db, leads: readonly string[]): Promise<Map<string, KnownLead>> {
  const { rows } = await sql<KnownLead & { lead: string }>`
    select l.id as lead, l.attributes, a.domain, a.attributes as account,
      coalesce((select jsonb_object_agg(d.channel, d.value) from address d where d.lead = l.id), '{}') as addresses
    from lead l left join account a on a.id = l.account where l.id = any(${leads}::uuid[])
  `.execute(db);
  return new Map(rows.map(({ lead, ...known }) => [lead, known]));
}
