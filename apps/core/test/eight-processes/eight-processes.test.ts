import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { systemClock } from '@tendril/kernel';
import { openStore, type Store } from '@tendril/store';
import { openTestStore, sql } from '@tendril/store/testing';
import { FINAL_STATES } from '@tendril/touchpoints';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RulesFolder, rulesFolder } from '../rules-folder.ts';
import { type Core, startCores } from './fleet.ts';
import type { Taken } from './ledger-connector.ts';

const CORES = 8;
const BATCH = 30;
const needsPostgres = process.env['DATABASE_URL'] ? '' : ' (skipped: DATABASE_URL names no PostgreSQL, and PGlite admits one process)';

/** A deadline, not a wait: everything here is done when the database says so. */
const QUIET = { timeout: 90_000, interval: 100 };

interface Touch {
  readonly id: string;
  readonly crm: string;
  readonly channel: string;
  readonly state: string;
  readonly reason: string | null;
  readonly fence: number;
}

describe.skipIf(needsPostgres !== '')(`eight processes on one PostgreSQL${needsPostgres}`, { timeout: 150_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'tendril-eight-'));
  const ledger = join(home, 'ledger');
  const deaths = join(home, 'deaths');
  let rules: RulesFolder;
  let server: Store;
  let store: Store;
  let cores: Core[];
  let end: () => Promise<void> = async () => undefined;
  const database = `tendril_test_${randomUUID().replaceAll('-', '')}`;

  beforeAll(async () => {
    mkdirSync(deaths);
    writeFileSync(ledger, '');
    rules = rulesFolder([{ name: 'ledger', package: 'tendril-connector-ledger', settings: { file: ledger, deaths } }]);
    server = await openTestStore();
    await sql.raw(`create database ${database}`).execute(server.db); // with nothing in it: the cores bring the schema
    const url = new URL(process.env['DATABASE_URL'] ?? '');
    url.pathname = `/${database}`;
    ({ cores, end } = await startCores(CORES, { DATABASE_URL: url.href, TENDRIL_RULES: rules.folder, TENDRIL_DATA: home, TENDRIL_TICK_MS: '100', TENDRIL_DRAIN_MS: '1500' }));
    store = await openStore({ url: url.href });
  }, 120_000);

  afterAll(async () => {
    await end();
    await store?.close();
    await sql.raw(`drop database ${database} with (force)`).execute(server.db);
    await server.close();
    rules.remove();
    rmSync(home, { recursive: true, force: true });
  });

  let leads = 0;

  /** So many new leads, each of whom is to get an e-mail and an SMS. */
  function arrivals(count: number): object[] {
    const at = systemClock.now().toISOString();
    return Array.from({ length: count }, () => {
      leads += 1;
      const lead = { id: `crm-${leads}`, email: `lead-${leads}@small.example`, phone: `+4477009${String(leads).padStart(5, '0')}` };
      const granted = { topic: 'product', state: 'granted', basis: 'consent', wording: 'Yes please', evidence: 'form 1' };
      return [
        { type: 'consent_changed', properties: { ...granted, channel: 'email' } },
        { type: 'consent_changed', properties: { ...granted, channel: 'sms' } },
        { type: 'page_viewed', properties: { path: '/pricing' } },
        { type: 'trial_started', properties: {} },
      ].map((event, n) => ({ source: 'test', key: `${lead.id} ${n}`, at, lead, ...event }));
    }).flat();
  }

  /** Hands a batch to a core; true when it answered. */
  async function post(core: Core, events: readonly object[]): Promise<boolean> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${cores.find(({ key }) => key)?.key}` };
    const answer = await fetch(`${core.url}/v1/events`, { method: 'POST', headers, body: JSON.stringify(events) }).catch(() => undefined);
    if (!answer) return false;
    const text = await answer.text();
    expect(answer.status, text).toBe(202);
    expect(JSON.parse(text)).toMatchObject({ refused: [] });
    return true;
  }

  async function touchpoints(): Promise<Touch[]> {
    const { rows } = await sql<Touch>`
      select t.id, i.value as crm, t.channel, t.state, t.reason, t.fence from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id'
    `.execute(store.db);
    return rows;
  }

  const taken = (): Taken[] => readFileSync(ledger, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Taken);
  const settled = (state: string): boolean => state === 'unknown' || (FINAL_STATES as readonly string[]).includes(state);

  /** Waits until every lead was looked at and nothing is under way. Leases older than ten seconds are made to run out: their holders are dead. */
  async function quiet(): Promise<Touch[]> {
    return vi.waitFor(async () => {
      await sql`
        update touchpoint set lease_until = clock_timestamp() where state in ('claimed', 'sending')
          and lease_until < clock_timestamp() + interval '50 seconds'
      `.execute(store.db);
      const { rows } = await sql`select 1 from due limit 1`.execute(store.db);
      const all = await touchpoints();
      expect({ due: rows.length, open: all.filter(({ state }) => !settled(state)).length }).toEqual({ due: 0, open: 0 });
      return all;
    }, QUIET);
  }

  /** Every lead has exactly its two touchpoints, and the vendor's record and ours tell the same. */
  function audit(all: readonly Touch[]): void {
    const wanted = Array.from({ length: leads }, (_, n) => [`crm-${n + 1} email`, `crm-${n + 1} sms`]).flat();
    expect(all.map(({ crm, channel }) => `${crm} ${channel}`).sort()).toEqual(wanted.sort());
    const record = taken();
    const sent = new Set(record.map(({ id }) => id));
    expect(record.filter(({ id }, n) => record.findIndex((line) => line.id === id) !== n)).toEqual([]);
    expect(new Set(record.map(({ to }) => to)).size).toBe(record.length);
    expect(all.filter(({ id, state }) => state === 'accepted' && !sent.has(id))).toEqual([]);
    const known = new Map(all.map((touch) => [touch.id, touch]));
    expect(record.filter(({ id }) => !['accepted', 'unknown'].includes(known.get(id)?.state ?? 'none'))).toEqual([]);
  }

  it('start together on an empty database: one schema, one rulebook, one admin key', async () => {
    expect(cores.filter(({ key }) => key !== undefined)).toHaveLength(1);
    const { rows } = await sql<Record<string, number>>`
      select (select count(*) from active_rulebook) as rulebooks, (select count(*) from api_key) as keys,
        (select count(*) from setting where name = 'link.secret') as secrets,
        (select count(*) - count(distinct name) from migration) as repeated
    `.execute(store.db);
    expect(rows[0]).toEqual({ rulebooks: 1, keys: 1, secrets: 1, repeated: 0 });
  });

  it('plan and send each touchpoint once while events keep arriving, some of them at two processes at once', async () => {
    for (let n = 0; n < 12; n += 1) {
      const events = arrivals(BATCH);
      const at = n % 3 === 0 ? [cores[n % CORES]!, cores[(n + 3) % CORES]!] : [cores[0]!];
      expect(await Promise.all(at.map((core) => post(core, events)))).not.toContain(false);
    }
    const all = await quiet();
    audit(all);
    expect(all.filter(({ state }) => state !== 'accepted')).toEqual([]);
    expect(taken()).toHaveLength(2 * leads);
    expect(new Set(taken().map(({ pid }) => pid)).size).toBeGreaterThan(2);
    const { rows } = await sql`select count(*) as n, count(distinct key) as keys from event where source = 'test'`.execute(store.db);
    expect(rows).toEqual([{ n: 4 * leads, keys: 4 * leads }]);
  });

  it('lose nothing and send nothing twice when two of them are killed in the middle of a call', async () => {
    const before = taken().length;
    const victims = [cores[1]!, cores[2]!];
    writeFileSync(join(deaths, `${victims[0]!.pid}.before`), '');
    writeFileSync(join(deaths, `${victims[1]!.pid}.after`), '');
    let alive: readonly Core[] = victims;
    for (const { ended, pid } of victims) void ended.then(() => (alive = alive.filter((one) => one.pid !== pid)));
    // What a victim is handed it looks at first, so sooner or later each of them sends.
    for (let n = 0; alive.length > 0 && n < 60; n += 1) {
      const events = arrivals(BATCH);
      if (!(await post(alive[n % alive.length]!, events))) expect(await post(cores[0]!, events)).toBe(true); // no answer: said again elsewhere
    }
    expect(await Promise.all(victims.map(({ ended }) => ended))).toEqual(['SIGKILL', 'SIGKILL']);

    const all = await quiet();
    audit(all);
    const ambiguous = all.filter(({ state }) => state === 'unknown');
    expect(ambiguous.length).toBeGreaterThan(0);
    expect(ambiguous.map(({ reason }) => reason)).toEqual(ambiguous.map(() => 'the process ended while it was being sent'));
    expect(all.filter(({ state }) => state !== 'accepted' && state !== 'unknown')).toEqual([]);
    expect(taken().slice(before).filter(({ pid }) => pid === victims[1]!.pid).length).toBeGreaterThan(0);
    expect(taken().slice(before).filter(({ pid }) => pid === victims[0]!.pid)).toEqual([]);
  });

  it('lose nothing when one of them is replaced under load: it says that it is not ready, takes in what still comes, and ends', async () => {
    const [old] = cores.slice(3);
    const ready = async (): Promise<number> => (await fetch(`${old!.url}/health/ready`)).status;
    expect(await ready()).toBe(200);
    for (let n = 0; n < 4; n += 1) expect(await post(old!, arrivals(BATCH))).toBe(true);
    process.kill(old!.pid, 'SIGTERM');
    await vi.waitFor(async () => expect(await ready()).toBe(503), QUIET);
    expect(await post(old!, arrivals(BATCH))).toBe(true);
    expect(await old!.ended).toBe(0);
    expect(await post(cores[0]!, arrivals(BATCH))).toBe(true);
    const all = await quiet();
    audit(all);
    expect(all.filter(({ state }) => state !== 'accepted' && state !== 'unknown')).toEqual([]);
  });

  it('no tick failed anywhere, and the others end in order when asked', async () => {
    expect(cores.flatMap(({ log }) => log)).toEqual([]);
    const [, , , , ...rest] = cores;
    for (const { pid } of [cores[0]!, ...rest]) process.kill(pid, 'SIGTERM');
    expect(await Promise.all([cores[0]!, ...rest].map(({ ended }) => ended))).toEqual(Array.from({ length: CORES - 3 }, () => 0));
  });
});
