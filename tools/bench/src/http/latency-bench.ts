import { performance } from 'node:perf_hooks';
import { activate, compileRulebook } from '@tendril/flows';
import { AppError, systemClock } from '@tendril/kernel';
import type { Client } from 'pg';
import { activateAndSettle, type Company, withCompany } from '../database/company.ts';
import { leadName } from '../database/fill.ts';
import { type Figure, type Found, type Options, quantile } from '../figures.ts';
import { LIKELY } from '../workload/fifty-rules.ts';
import { livingRules, TRIGGER, TRIGGERED } from '../workload/living-rules.ts';
import { connected } from '../database/bench-database.ts';
import { leadId } from '../workload/leads.ts';
import { type Connection, postOf, withConnections } from './connection.ts';
import { addBenchKey, type ServerProcess, withCore } from './server-process.ts';

/** Events a second. */
const RATE = 200;
const CONNECTIONS = 32;
/** Milliseconds between two looks for decisions; each latency is up to so much too long. */
const LOOK_EVERY = 10;
/** No decision takes longer than this many seconds; else the bench ends. */
const PATIENCE = 180;

/** Milliseconds from an event, when it should be sent, to its decision in the database, visible for others. */
export async function latencyBench({ leads = 50_000, seconds = 30, say }: Options): Promise<Found> {
  say(`latency: ${RATE} events a second for ${seconds} s among ${leads} leads; then the same while everybody is evaluated anew`);
  if (leads < 2 * seconds * RATE) throw new AppError('bench-usage', `Each event is about another lead: ${seconds} s take ${2 * seconds * RATE} leads`);
  const work = async (company: Company): Promise<Found> => {
    await activateAndSettle(company.world, livingRules());
    await company.client.query('vacuum (analyze)');
    await addBenchKey(company.client);
    return withCore(company.url, async (core) => {
      const count = seconds * RATE;
      await measure(company, core, { from: 2 * count, count: Math.min(leads - 2 * count, RATE) }); // the first second does not count
      const calm = await measure(company, core, { from: 0, count });
      company.clock.set(systemClock.now());
      await activate(company.world, compileRulebook({ files: livingRules(LIKELY - 200), gitRevision: null }), { by: 'bench' });
      return found(calm, await measure(company, core, { from: count, count }));
    });
  };
  return withCompany('latency', leads, work, systemClock.now());
}

/** Sends an event about each of these leads at its time, whatever became of those before, and answers each one's milliseconds. */
async function measure({ url, client }: Company, core: ServerProcess, { from, count }: { readonly from: number; readonly count: number }): Promise<number[]> {
  const looking = await connected(url);
  const began = performance.now() + 100;
  const dueAt = (n: number): number => began + (n * 1000) / RATE;
  const decided = new Map<string, number>();
  try {
    await withConnections(core.port, CONNECTIONS, (connections) =>
      Promise.all([
        ...connections.map((connection, at) => sendShare(connection, { from, count, at, dueAt })),
        lookForDecisions(looking, decided, count, dueAt(count) + PATIENCE * 1000),
      ]),
    );
  } finally {
    await looking.end();
  }
  const { rows } = await client.query<{ n: string }>('select count(*) as n from event where type = $1 and lead = any($2::uuid[])', [TRIGGER, [...decided.keys()]]);
  if (Number(rows[0]?.n) !== count) throw new AppError('bench-wrong', `Of ${count} events ${rows[0]?.n} were stored`);
  return Array.from({ length: count }, (_, n) => (decided.get(leadId(from + n)) ?? Infinity) - dueAt(n));
}

interface Share {
  readonly from: number;
  readonly count: number;
  readonly at: number;
  readonly dueAt: (n: number) => number;
}

/** Every n-th event, each when its time has come; late only when answers are. */
async function sendShare(connection: Connection, { from, count, at, dueAt }: Share): Promise<void> {
  for (let n = at; n < count; n += CONNECTIONS) {
    const wait = dueAt(n) - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const event = { source: 'latency', key: `trigger-${from + n}`, type: TRIGGER, at: systemClock.now().toISOString(), lead: { id: leadName(from + n) }, properties: {} };
    await connection.send(postOf('/v1/events', event));
  }
}

/** Notes when each lead was first seen to have entered the segment. */
async function lookForDecisions(client: Client, decided: Map<string, number>, count: number, until: number): Promise<void> {
  let last = 0;
  const { rows } = await client.query<{ seq: string | null }>('select max(seq) as seq from transition');
  const begin = Number(rows[0]?.seq ?? 0);
  while (decided.size < count) {
    // Numbers are given before they are committed, so some below the last seen may still come.
    const found = await client.query<{ seq: string; lead: string }>('select seq, lead from transition where seq > $1 and subject = $2 and to_value is not null', [Math.max(begin, last - 20_000), TRIGGERED]);
    const now = performance.now();
    for (const { seq, lead } of found.rows) {
      last = Math.max(last, Number(seq));
      if (!decided.has(lead)) decided.set(lead, now);
    }
    if (now > until) throw new AppError('bench-wrong', `${count - decided.size} of ${count} events led to no decision within ${PATIENCE} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

function found(calm: readonly number[], busy: readonly number[]): Found {
  const figures: Figure[] = [
    { name: `event to decision, p99, ${RATE} events a second`, unit: 'ms', runs: [quantile(calm, 0.99)], goal: { atMost: 2000 } },
    { name: 'event to decision, p50', unit: 'ms', runs: [quantile(calm, 0.5)] },
    { name: 'event to decision, the longest', unit: 'ms', runs: [quantile(calm, 1)] },
    { name: 'p99 while everybody is evaluated anew', unit: 'ms', runs: [quantile(busy, 0.99)], goal: { atMost: 2000 } },
    { name: 'p50 while everybody is evaluated anew', unit: 'ms', runs: [quantile(busy, 0.5)] },
  ];
  const headline: Figure = { name: 'p99 of 2 s', unit: '×', runs: [quantile(calm, 0.99) / 2000] };
  return { figures, headline, checked: [`each of ${calm.length + busy.length} events was stored once and brought its lead into the segment`] };
}
