import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { lockTouchpoints } from './dispatch.ts';
import { rowsOf } from './rows.ts';

/** Remembers what was heard; returns the ids that are new. */
export async function addToInbox(db: Db, connector: string, ids: readonly string[], at: Date): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = ids.map((id) => ({ id }));
  const added = await sql<{ id: string }>`
    insert into inbox (connector, id, received_at) select ${connector}, id, ${at} from ${rowsOf(rows, 'id text')} order by id
    on conflict do nothing returning id
  `.execute(db);
  return new Set(added.rows.map((row) => row.id));
}

/** A touchpoint that feedback is about. */
export interface ToldTouchpoint {
  readonly id: string;
  readonly lead: string;
  readonly channel: string;
  readonly content: string;
  readonly programme: string;
  readonly connector: string | null;
  readonly vendorRef: string | null;
  readonly addressHash: string | null;
}

/** Touchpoints by their ids, or by a connector's references. */
export async function findTold(db: Db, connector: string, ids: readonly string[], refs: readonly string[]): Promise<ToldTouchpoint[]> {
  const { rows } = await sql<ToldTouchpoint>`
    select id, lead, channel, content, programme, connector, vendor_ref as "vendorRef", address_hash as "addressHash" from touchpoint
    where id = any(${ids}::text[]) or (connector = ${connector} and vendor_ref = any(${refs}::text[]))
  `.execute(db);
  return rows;
}

/** One mark on a touchpoint's history. */
export interface Mark {
  readonly id: string;
  readonly column: 'delivered' | 'opened' | 'clicked' | 'replied' | 'bounced' | 'complained';
  readonly at: Date;
}

/**
 * Writes when things happened to touchpoints: the earliest time counts, so disorder and repetition change nothing.
 * A word from the vendor proves that an `unknown` one was accepted. Returns those, each with its lead.
 */
export async function markTouchpoints(db: Db, marks: readonly Mark[]): Promise<{ id: string; lead: string }[]> {
  if (marks.length === 0) return [];
  const earliest = new Map<string, Record<string, string>>();
  for (const { id, column, at } of marks) {
    const row = earliest.get(id) ?? { id };
    const text = at.toISOString();
    if (row[column] === undefined || text < row[column]) row[column] = text;
    earliest.set(id, row);
  }
  await lockTouchpoints(db, [...earliest.keys()]);
  const proven = await sql<{ id: string; lead: string }>`
    select id, lead from touchpoint where id = any(${[...earliest.keys()]}::text[]) and state = 'unknown'
  `.execute(db);
  const columns =
    'id text, delivered timestamptz, opened timestamptz, clicked timestamptz, replied timestamptz, bounced timestamptz, complained timestamptz';
  await sql`
    update touchpoint t set
      delivered_at = least(t.delivered_at, r.delivered), opened_at = least(t.opened_at, r.opened),
      clicked_at = least(t.clicked_at, r.clicked), replied_at = least(t.replied_at, r.replied),
      bounced_at = least(t.bounced_at, r.bounced), complained_at = least(t.complained_at, r.complained),
      state = case when t.state = 'unknown' then 'accepted' else t.state end,
      reason = case when t.state <> 'unknown' then t.reason end
    from ${rowsOf([...earliest.values()], columns)} where t.id = r.id
  `.execute(db);
  return proven.rows;
}
