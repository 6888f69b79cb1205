import type { Client } from 'pg';
import { accountAt, accountId, attributesAt, eventAt, EVENTS_PER_LEAD, leadId } from '../workload/leads.ts';
import { copyIn, copyLine } from './copy.ts';

/** How a lead is named from outside: padded, so that names sort as the numbers do. */
export const leadName = (n: number): string => `lead-${String(n).padStart(9, '0')}`;

/**
 * Fills an empty, migrated database with so many leads and ten times as many events by COPY, as if taken in
 * before `begin`: nothing is due. About 4 minutes for a million. Then it is vacuumed, because the server may not do that by itself.
 */
export async function fill(client: Client, leads: number, begin: Date): Promise<void> {
  const accounts = Math.ceil(leads / 4);
  await copyIn(client, 'copy account (id, domain, attributes) from stdin', rows(accounts, (n) => copyLine(accountId(n), `account-${n}.example`, JSON.stringify(accountAt(n)))));
  await copyIn(client, 'copy lead (id, account, attributes, attributes_at, created_at) from stdin', rows(leads, leadLine));
  await copyIn(client, 'copy lead_state (lead) from stdin', rows(leads, (n) => copyLine(leadId(n))));
  await copyIn(client, 'copy identity (kind, value, lead, at) from stdin', rows(leads, (n) => copyLine('id', leadName(n), leadId(n), LONG_AGO)));
  await copyIn(client, 'copy event (lead, source, key, type, occurred_at, received_at, properties) from stdin', eventLines(leads, begin));
  await client.query('vacuum (analyze)');
}

const LONG_AGO = '2024-01-01T00:00:00Z';

function* rows(count: number, line: (n: number) => string): Iterable<string> {
  for (let n = 0; n < count; n++) yield line(n);
}

function leadLine(n: number): string {
  const account = n % 2 === 0 ? null : accountId(n >> 2);
  return copyLine(leadId(n), account, JSON.stringify(attributesAt(n)), LONG_AGO, LONG_AGO);
}

/** About in the order of time, as events arrive: those of one lead are far from each other, as they are where they arrived one by one. */
function* eventLines(leads: number, begin: Date): Iterable<string> {
  const received = begin.toISOString();
  for (let i = 0; i < EVENTS_PER_LEAD; i++) {
    for (let n = 0; n < leads; n++) {
      const { type, at, properties } = eventAt(n, i, begin);
      yield copyLine(leadId(n), 'website', `${i}-${leadName(n)}`, type, at.toISOString(), received, JSON.stringify(properties));
    }
  }
}
