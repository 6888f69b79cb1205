import fc from 'fast-check';
import type { IntakeEvent } from '@tendril/events';
import type { Db, Store } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IntakeQueue } from '../src/intake-queue.ts';
import { type IntakeResult, takeIn } from '../src/intake.ts';
import type { World } from '../src/world.ts';
import { event, smallCompany } from './small-company.ts';

const RUNS = Number(process.env['INTAKE_RUNS'] ?? 8);

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeAll(async () => {
  company = await smallCompany();
});
afterAll(() => company.store.close());
beforeEach(() => forget());

const TABLES = ['event', 'lead', 'lead_state', 'identity', 'address', 'account', 'consent', 'suppression', 'due'];
const forget = (): Promise<unknown> =>
  sql.raw(`with ${TABLES.map((table, n) => `t${n} as (delete from ${table})`).join(', ')} select 1`).execute(company.store.db);

/** Ids in the order in which they are given, so that the order of leads says who came first. */
function counted(): () => string {
  let last = 0;
  return () => `00000000-0000-7000-8000-${String(++last).padStart(12, '0')}`;
}

/** A transaction for as long as the database is not asked: who holds it lets all others collect behind it. */
function held(world: World): { readonly world: World; readonly began: () => number; go(): void } {
  let began = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const transaction = async <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    began += 1;
    await gate;
    return world.store.transaction(work);
  };
  // One lane, as on the embedded database: which group comes first is then certain.
  return { world: { ...world, store: { ...world.store, kind: 'PGlite', transaction } }, began: () => began, go: open };
}

const someone = fc.constantFrom<IntakeEvent['lead']>({ id: 'a' }, { id: 'b', email: 'b@small.example' }, { email: 'b@small.example' }, { anonymousId: 'v', email: 'c@small.example' }, { anonymousId: 'v' });
const happening = fc.oneof(
  fc.constantFrom('/', '/pricing').map((path) => ['page_viewed', { path }] as const),
  fc.constantFrom('Ana', 'Bob', null).map((firstName) => ['lead_updated', { attributes: { firstName } }] as const),
  fc.constantFrom('granted', 'denied').map((state) => ['consent_changed', { channel: 'email', topic: 'product', state, basis: 'consent', wording: 'x', evidence: 'y' }] as const),
  fc.constant(['suppressed', { channel: 'email', reason: 'left' }] as const),
  fc.constantFrom(['unknown_type', {}] as const, ['page_viewed', {}] as const),
);
const told = fc.record({ lead: someone, what: happening, ago: fc.nat(3), key: fc.nat(12), domain: fc.constantFrom(undefined, 'x.example', 'y.example') }).map(
  ({ lead, what: [type, properties], ago, key, domain }): IntakeEvent => ({
    ...event(new Date(Date.parse('2026-03-02T08:00:00Z') - ago * 1000), type, properties, lead),
    key: `k${key}`,
    ...(domain === undefined ? {} : { account: { domain } }),
  }),
);

/** All that intake writes, with the numbers of rows that follow from their order; ids of leads by the order in which they came. */
async function written({ db }: Store): Promise<unknown> {
  const { rows } = await sql<{ all: object }>`
    with named as (select l.id, row_number() over (order by l.created_at, l.id) as n, l.attributes, l.attributes_at, l.zone, a.domain from lead l left join account a on a.id = l.account)
    select json_build_object(
      'events', (select json_agg(json_build_array(n, source, key, type, occurred_at, properties, e.account) order by seq) from event e join named on id = lead),
      'leads', (select json_agg(json_build_array(n, attributes, attributes_at, zone, domain) order by n) from named),
      'names', (select json_agg(json_build_array(kind, value, n) order by kind, value) from identity join named on id = lead),
      'addresses', (select json_agg(json_build_array(n, channel, value) order by n, channel) from address join named on id = lead),
      'consents', (select json_agg(json_build_array(n, state, at) order by seq) from consent join named on id = lead),
      'suppressions', (select json_agg(json_build_array(channel, hash, reason) order by hash) from suppression),
      'due', (select json_agg(json_build_array(n, d.cause, key) order by d.seq) from due d join named on id = d.lead left join event e on e.seq = d.event)) as all
  `.execute(db);
  return rows[0]?.all;
}

describe('callers who come at the same time', () => {
  it('leave the same behind as if they had come one after the other, and hear the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(told, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }), async (callers) => {
        const world = { ...company.world, newId: counted() };
        await forget();
        const alone: IntakeResult[] = [];
        for (const events of callers) alone.push(await takeIn(world, events));
        const expected = await written(company.store);

        await forget();
        const gate = held({ ...company.world, newId: counted() });
        const queue = new IntakeQueue(gate.world);
        const together = callers.map((events) => queue.take(events));
        gate.go();
        expect(await Promise.all(together)).toEqual(alone);
        expect(await written(company.store)).toEqual(expected);
        expect(gate.began()).toBe(Math.min(callers.length, 2)); // the first one alone, then all that wait
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it('share a transaction of up to 1,000 events; a caller with more has it alone', async () => {
    const gate = held(company.world);
    const queue = new IntakeQueue(gate.world);
    const views = (caller: number, count: number) => Array.from({ length: count }, (_, n) => event(company.clock.now(), 'noise', {}, { id: `${caller} ${n}` }));
    const answers = [1, 600, 400, 1, 1200, 5].map((count, caller) => queue.take(views(caller, count)));
    gate.go();
    expect((await Promise.all(answers)).map(({ stored }) => stored)).toEqual([1, 600, 400, 1, 1200, 5]);
    expect(gate.began()).toBe(5); // 1 | 600 + 400 | 1 | 1200 | 5
  });

  it('do not suffer for one of them: only who made a transaction fail hears of it', async () => {
    await sql`alter table event add constraint no_bomb check (key <> 'bomb') not valid`.execute(company.store.db);
    try {
      const gate = held(company.world);
      const queue = new IntakeQueue(gate.world);
      const keys = ['first', 'a', 'b', 'bomb', 'c', 'a', 'd', 'e'];
      const answers = keys.map((key) => queue.take([{ ...event(company.clock.now(), 'noise'), key }]));
      gate.go();
      const heard = await Promise.allSettled(answers);
      expect(heard.map((one) => (one.status === 'fulfilled' ? one.value.stored : String(one.reason)))).toEqual([1, 1, 1, expect.stringContaining('no_bomb'), 1, 0, 1, 1]);
      expect(await queue.take([{ ...event(company.clock.now(), 'noise'), key: 'later' }])).toMatchObject({ stored: 1 });
    } finally {
      await sql`alter table event drop constraint no_bomb`.execute(company.store.db);
    }
  });
});
