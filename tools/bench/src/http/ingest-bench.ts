import { performance } from 'node:perf_hooks';
import { AppError, systemClock } from '@tendril/kernel';
import type { Client } from 'pg';
import { activateAndSettle, withCompany } from '../database/company.ts';
import { copyIn, copyLine } from '../database/copy.ts';
import type { Figure, Found, Options } from '../figures.ts';
import { leadId } from '../workload/leads.ts';
import { livingRules, UNREAD } from '../workload/living-rules.ts';
import { withFolder, writeRules } from '../write-rules.ts';
import { postOf, withConnections } from './connection.ts';
import { sendAll, sentEvent, type Taken } from './sending.ts';
import { addBenchKey, type ServerProcess, withCore, withoutDatabase } from './server-process.ts';

const BATCH = 1000;
const BATCH_CONNECTIONS = 4;
const SINGLE_CONNECTIONS = 64;
/** Of a hundred events, so many were sent before. */
const DUPLICATES = 5;
const WARMING = 1;

/** What a round sends. */
export interface Amount {
  readonly batches: number;
  readonly singles: number;
}

/** Events a second. */
interface Round {
  readonly copy: number;
  readonly batches: number;
  readonly readBatches: number;
  readonly singles: number;
  readonly bare: number;
}

interface Servers {
  readonly client: Client;
  readonly core: ServerProcess;
  /** The same server without a database. */
  readonly bare: ServerProcess;
}

/**
 * Events a second through the core's HTTP API, answered after the commit, with duplicates among them: batches against COPY into
 * the same table, singles against the same server without a database.
 */
export async function ingestBench({ leads = 10_000, rounds = 5, say }: Options, amount: Amount = { batches: 20, singles: 3000 }): Promise<Found> {
  const at = systemClock.now();
  say(`ingest: ${rounds} rounds of ${amount.batches} batches of ${BATCH}, twice, and of ${amount.singles} singles, twice, about ${leads} leads`);
  return withFolder((folder) =>
    withCompany('ingest', leads, async ({ url, client, world }) => {
      await activateAndSettle(world, livingRules());
      await addBenchKey(client);
      await writeRules(folder, livingRules());
      const task = { rounds, amount, about: { leads, at } };
      return withCore(url, (core) => withoutDatabase(folder, async (bare) => found(await measure({ client, core, bare }, task))));
    }, at),
  );
}

interface Task {
  readonly rounds: number;
  readonly amount: Amount;
  readonly about: { readonly leads: number; readonly at: Date };
}

async function measure({ client, core, bare }: Servers, { rounds, amount, about }: Task): Promise<Round[]> {
  const source = (name: string, type: string): Source => new Source(name, type, about);
  const [unread, read, single, nowhere] = [source('unread', UNREAD), source('read', 'page_viewed'), source('single', UNREAD), source('nowhere', UNREAD)];
  const taken: Round[] = [];
  for (let round = -WARMING; round < rounds; round++) {
    const one: Round = {
      copy: await copyEvents(client, (round + WARMING) * amount.batches, amount.batches, about),
      batches: await unread.sendBatches(core.port, amount.batches),
      readBatches: await read.sendBatches(core.port, amount.batches),
      singles: await single.sendSingles(core.port, amount.singles),
      bare: await nowhere.sendSingles(bare.port, amount.singles),
    };
    if (round >= 0) taken.push(one);
  }
  for (const each of [unread, read, single]) await each.check(client);
  return taken;
}

/** Events of one source (exported for its test): counts what was sent, and what the server says it kept. */
export class Source {
  #next = 0;
  #distinct = 0;
  #sent = 0;
  readonly #said = { stored: 0, duplicates: 0 };

  constructor(
    private readonly name: string,
    private readonly type: string,
    private readonly about: { readonly leads: number; readonly at: Date },
  ) {}

  /** Answers events a second. */
  sendBatches(port: number, batches: number): Promise<number> {
    const batch = (): Buffer => postOf('/v1/events', Array.from({ length: BATCH }, () => this.#event()));
    return this.#send(port, Array.from({ length: batches }, batch), { events: batches * BATCH, over: BATCH_CONNECTIONS });
  }

  /** Answers events a second. */
  sendSingles(port: number, singles: number): Promise<number> {
    return this.#send(port, Array.from({ length: singles }, () => postOf('/v1/events', this.#event())), { events: singles, over: SINGLE_CONNECTIONS });
  }

  /** A new event; at times one of those just sent. */
  #event(): ReturnType<typeof sentEvent> {
    this.#sent += 1;
    const again = this.#sent % 100 < DUPLICATES && this.#next > 10;
    if (!again) this.#distinct += 1;
    return sentEvent(again ? this.#next - 10 : this.#next++, { source: this.name, type: this.type, ...this.about });
  }

  #send(port: number, posts: readonly Buffer[], { events, over }: { readonly events: number; readonly over: number }): Promise<number> {
    return withConnections(port, over, async (to) => {
      const began = performance.now();
      const { stored, duplicates }: Taken = await sendAll(to, posts);
      const seconds = (performance.now() - began) / 1000;
      this.#said.stored += stored;
      this.#said.duplicates += duplicates;
      return events / seconds;
    });
  }

  /** Every event sent is there once, and the answers said so. @throws AppError `bench-wrong` */
  async check(client: Client): Promise<void> {
    const { rows } = await client.query<{ n: string }>('select count(*) as n from event where source = $1', [this.name]);
    const wanted = { there: this.#distinct, stored: this.#distinct, duplicates: this.#sent - this.#distinct };
    const is = { there: Number(rows[0]?.n), ...this.#said };
    if (JSON.stringify(is) !== JSON.stringify(wanted)) throw new AppError('bench-wrong', `Of source ${this.name}, ${JSON.stringify(wanted)} was sent, and ${JSON.stringify(is)} was kept`);
  }
}

/** As many such events by one COPY into the same table, as another source; answers events a second. */
async function copyEvents(client: Client, from: number, batches: number, { leads, at }: Task['about']): Promise<number> {
  const time = at.toISOString();
  const lines = Array.from({ length: batches * BATCH }, (_, n) => {
    const event = sentEvent(from * BATCH + n, { source: 'copy', type: UNREAD, leads, at });
    return copyLine(leadId(Number(event.lead.id.slice(5))), event.source, event.key, event.type, time, time, JSON.stringify(event.properties));
  });
  const began = performance.now();
  await copyIn(client, 'copy event (lead, source, key, type, occurred_at, received_at, properties) from stdin', lines);
  return (lines.length * 1000) / (performance.now() - began);
}

function found(taken: readonly Round[]): Found {
  const runs = (of: (round: Round) => number): number[] => taken.map(of);
  const headline: Figure = { name: `batches of ${BATCH} ÷ COPY into the same table`, unit: '×', runs: runs(({ batches, copy }) => batches / copy), goal: { atLeast: 0.6 } };
  const figures: Figure[] = [
    headline,
    { name: `singles, ${SINGLE_CONNECTIONS} connections ÷ the same server without a database`, unit: '×', runs: runs(({ singles, bare }) => singles / bare), goal: { atLeast: 0.7 } },
    { name: 'COPY', unit: 'a second', runs: runs(({ copy }) => copy) },
    { name: `batches of ${BATCH}, events that no rule reads`, unit: 'a second', runs: runs(({ batches }) => batches) },
    { name: `batches of ${BATCH}, leads evaluated meanwhile`, unit: 'a second', runs: runs(({ readBatches }) => readBatches) },
    { name: 'singles', unit: 'a second', runs: runs(({ singles }) => singles) },
    { name: 'singles without a database', unit: 'a second', runs: runs(({ bare }) => bare) },
  ];
  return { figures, headline, checked: [`each event is stored exactly once, ${DUPLICATES} % duplicates told as such: from batches, from singles, and while leads were evaluated`] };
}
