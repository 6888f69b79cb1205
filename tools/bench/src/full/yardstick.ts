import { performance } from 'node:perf_hooks';
import type { Client } from 'pg';
import { copyOut } from '../database/copy.ts';
import { ACCOUNT_ATTRIBUTES, type BenchAttribute, LEAD_ATTRIBUTES } from '../workload/attributes.ts';
import { EVENT_TYPES } from '../workload/leads.ts';

const SQL_TYPES: Readonly<Record<BenchAttribute['type'], (json: string) => string>> = {
  string: (json) => `${json} #>> '{}'`,
  number: (json) => `(${json})::int`,
  boolean: (json) => `(${json})::boolean`,
  date: (json) => `(${json} #>> '{}')::timestamptz`,
  strings: (json) => `(select array_agg(item) from jsonb_array_elements_text(${json}) item)`,
};

const WINDOWS = [7, 30, 90];

/** Makes a table with a column for each of the 53 values that rules may ask about a lead: what a reader has to get at least. */
export async function makeTypedTable(client: Client, now: Date): Promise<void> {
  const of = (row: string, attributes: readonly BenchAttribute[]) => attributes.map(({ name, type }) => `${SQL_TYPES[type](`${row}.attributes -> '${name}'`)} as "${row}_${name}"`);
  const at = `timestamptz '${now.toISOString()}'`;
  const counts = EVENT_TYPES.flatMap((event) => [
    ...WINDOWS.map((days) => `(count(*) filter (where type = '${event}' and occurred_at > ${at} - interval '${days * 24} hours'))::int as "${event}_${days}"`),
    `extract(day from ${at} - max(occurred_at) filter (where type = '${event}'))::int as "${event}_days"`,
  ]);
  const names = EVENT_TYPES.flatMap((event) => [...WINDOWS, 'days'].map((end) => `counts."${event}_${end}"`));
  await client.query(`create table bench_typed as select lead.id, ${[...of('lead', LEAD_ATTRIBUTES), ...of('account', ACCOUNT_ATTRIBUTES), ...names].join(', ')}
    from lead left join account on account.id = lead.account left join (select lead, ${counts.join(', ')} from event group by lead) counts on counts.lead = lead.id`);
  await client.query('vacuum (analyze) bench_typed');
}

/** Milliseconds to read all of it by a plain binary COPY and drop it: from the typed table, and from the tables as they are. */
export async function readByCopy(client: Client): Promise<{ readonly typed: number; readonly stored: number }> {
  return {
    typed: await timed(client, 'copy bench_typed to stdout (format binary)'),
    stored: await timed(client, 'copy (select lead.id, lead.attributes, account.attributes from lead left join account on account.id = lead.account) to stdout (format binary)'),
  };
}

async function timed(client: Client, statement: string): Promise<number> {
  const began = performance.now();
  await copyOut(client, statement);
  return performance.now() - began;
}
