import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { rowsOf } from './rows.ts';

/** One yes or no of a lead, as the ledger keeps it. */
export interface ConsentEntry {
  readonly lead: string;
  readonly channel: string;
  /** `*` for every topic. */
  readonly topic: string;
  readonly state: 'granted' | 'denied';
  readonly basis: string;
  readonly wording: string;
  readonly evidence: string;
  readonly source: string;
  readonly at: Date;
}

/** An address that must never be contacted. */
export interface SuppressionEntry {
  readonly channel: string;
  readonly hash: string;
  readonly reason: string;
}

/**
 * Takes the locks of these leads and waits for them. Whoever writes an opt-out does this first, so that nothing can be
 * between "may I send" and "sent" when the opt-out commits.
 */
export async function lockLeads(db: Db, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  await sql`select lead from lead_state where lead = any(${leads}::uuid[]) order by lead for update`.execute(db);
}

/** Appends to the ledger. Call `lockLeads` before, in the same transaction, when one of them is a refusal. */
export async function addConsents(db: Db, entries: readonly ConsentEntry[], recordedAt: Date): Promise<void> {
  if (entries.length === 0) return;
  const columns = 'lead uuid, channel text, topic text, state text, basis text, wording text, evidence text, source text, at timestamptz';
  await sql`
    insert into consent (lead, channel, topic, state, basis, wording, evidence, source, at, recorded_at)
    select lead, channel, topic, state, basis, wording, evidence, source, at, ${recordedAt} from ${rowsOf(entries, columns)}
  `.execute(db);
}

/** Suppresses addresses; the first reason stays. Call `lockLeads` before for the leads that have them. */
export async function addSuppressions(db: Db, entries: readonly SuppressionEntry[], at: Date): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    insert into suppression (channel, hash, reason, at)
    select distinct on (channel, hash) channel, hash, reason, ${at} from ${rowsOf(entries, 'channel text, hash text, reason text')}
    order by channel, hash on conflict do nothing
  `.execute(db);
}

/** Leads that have one of these addresses. */
export async function leadsByAddress(db: Db, hashes: readonly string[]): Promise<{ lead: string; channel: string; hash: string }[]> {
  if (hashes.length === 0) return [];
  const { rows } = await sql<{ lead: string; channel: string; hash: string }>`
    select lead, channel, hash from address where hash = any(${hashes}::text[])
  `.execute(db);
  return rows;
}
