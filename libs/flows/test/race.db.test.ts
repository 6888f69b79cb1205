import { accepted, type Feedback, rejected } from '@tendril/connector-kit';
import type { IntakeEvent } from '@tendril/events';
import { DAY, idsFrom, seededRandom } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { activateRulebook, addFirstKey, openStore, type Store } from '@tendril/store';
import { openTestStore, sql } from '@tendril/store/testing';
import { FINAL_STATES, mayMove } from '@tendril/touchpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileRulebook } from '../src/active-rulebook.ts';
import { dispatchTouchpoints } from '../src/dispatch-touchpoints.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeFeedback } from '../src/hear-feedback.ts';
import { takeIn } from '../src/intake.ts';
import { unsubscribe } from '../src/opt-out.ts';
import type { World } from '../src/world.ts';
import { pausing, recordMoves } from './mishaps.ts';
import { type Audit, auditOptOuts } from './opt-out-auditor.ts';
import { event, granted, pricingAs, RULES, smallCompany, worldOn } from './small-company.ts';

type Company = Awaited<ReturnType<typeof smallCompany>>;
type Lead = IntakeEvent['lead'];

const LEADS = 400;
const CROWD = 500;
const BATCH = 300;
const PROCESSES = 4;

/** As many processes as wanted, as far as the database can tell: each transaction has a connection of its own. */
function processes({ store, clock, recorder }: Company): World[] {
  return Array.from({ length: PROCESSES }, (_, n) => ({ ...worldOn(store, clock, recorder), newId: idsFrom(clock, seededRandom(n)) }));
}

/**
 * Two leads share each address: one person under two ids. Half of the pairs are dispatched side by side, half of them far apart,
 * so that an opt-out by the one's message finds the other at every moment of its way.
 */
const twinOf = (n: number): number => (n % 4 < 2 ? n ^ 1 : (n + LEADS / 2) % LEADS);
const leads = Array.from({ length: LEADS }, (_, n): Lead => ({ id: `crm-${n}`, email: `lead-${Math.min(n, twinOf(n))}@small.example` }));

/** Runs every piece of work, so many at a time, in a shuffled order that the seed repeats. */
async function shuffled(work: readonly (() => Promise<unknown>)[], width: number, seed: string): Promise<void> {
  const random = seededRandom(seed);
  const queue = work.map((run) => ({ run, at: random() })).sort((a, b) => a.at - b.at);
  const one = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) await next.run();
  };
  await Promise.all(Array.from({ length: width }, one));
}

/** The ways out that a lead has. Each must hold from its commit on, for every lead with that address where it names one. */
const WAYS_OUT: readonly ((world: World, lead: Lead, touchpoint: string) => Promise<unknown>)[] = [
  (world, _, touchpoint) => unsubscribe(world, touchpoint),
  (world, lead) => {
    const at = world.clock.now();
    return takeIn(world, [event(at, 'consent_changed', { ...granted(at, lead).properties, state: 'denied' }, lead)]);
  },
  (world, lead) => takeIn(world, [event(world.clock.now(), 'suppressed', { channel: 'email', reason: 'asked by letter' }, lead)]),
  (world, _, touchpoint) =>
    takeFeedback(world, 'recorder', [{ id: `complaint ${touchpoint}`, kind: 'complained', at: world.clock.now(), touchpoint }]),
  (world, { email }) =>
    takeFeedback(world, 'recorder', [{ id: `list ${email}`, kind: 'unsubscribed', at: world.clock.now(), address: email ?? '' }]),
];

interface Planned {
  readonly id: string;
  readonly crm: string;
}

const PLANNED = sql`select t.id, i.value as crm from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id'`;

const needsPostgres = process.env['DATABASE_URL'] ? '' : ' (skipped: DATABASE_URL names no PostgreSQL, and PGlite is one session that cannot race)';

describe.skipIf(needsPostgres !== '')(`opt-outs that race with dispatch${needsPostgres}`, () => {
  let company: Company;
  let audit: () => Promise<Audit>;
  beforeAll(async () => {
    company = await smallCompany();
    audit = await auditOptOuts(company.store);
  });
  afterAll(() => company.store.close());

  it('no `sending` is committed after an opt-out is, by whichever way it came', async () => {
    const { clock, recorder, store } = company;
    const moves = await recordMoves(store);
    const worlds = processes(company);
    const at = clock.now();
    await takeIn(worlds[0]!, leads.map(({ id }) => granted(at, { id }))); // by id first: the address would make twins one lead
    await takeIn(worlds[0]!, leads.map((lead) => event(at, 'page_viewed', { path: '/pricing' }, lead)));
    await evaluateAll(worlds[0]!);
    for (const world of worlds) await dispatchTouchpoints(world, 1); // opens the connectors
    const { rows } = await sql<Planned>`${PLANNED} order by i.value`.execute(store.db);
    expect(rows).toHaveLength(LEADS);

    // The vendor knows some opt-outs before we do: its answer about one lead must hold for the other with that address.
    let asked = 0;
    recorder.answer = ({ id }) => ((asked += 1) % 2 === 0 ? rejected('opted-out', 'on our list') : accepted(id));
    const byCrm = new Map(leads.map((lead) => [lead.id, lead]));
    const wish = ({ id, crm }: Planned, n: number) => WAYS_OUT[n % WAYS_OUT.length]!(worlds[n % PROCESSES]!, byCrm.get(crm)!, id);
    const wishes = shuffled(rows.flatMap((row, n) => (n % 5 === 0 ? [() => wish(row, n / 5)] : [])), 2, 'opt-outs');
    // And in the narrow window: between a claim and its `sending`, opt-outs of claimed leads set out at the same moment.
    const inTheWindow: Promise<unknown>[] = [];
    let windows = 0;
    const byName = new Map(rows.map((row) => [row.crm, row]));
    const twin = ({ crm }: Planned): Planned => byName.get(`crm-${twinOf(Number(crm.slice(4)))}`)!;
    const optOutOfClaims = async (): Promise<void> => {
      const claimed = await sql<Planned>`${PLANNED} where t.state = 'claimed' limit 4`.execute(store.db);
      const whose = claimed.rows.map((row, n) => (n % 2 === 0 ? row : twin(row)));
      inTheWindow.push(...whose.map((row) => wish(row, (windows += 1))));
    };
    const dispatching = worlds.map(async (world) => {
      for (let idle = 0; idle < 3; ) idle = (await dispatchTouchpoints(pausing(world, 2, optOutOfClaims), 7)).gated === 0 ? idle + 1 : 0;
    });
    await Promise.all([...dispatching, wishes]);
    await Promise.all(inTheWindow);
    for (let pass = 0; pass < 3; pass += 1) await dispatchTouchpoints(worlds[0]!);

    const { violations, found } = await audit();
    expect(violations).toEqual([]);
    // Opt-outs came first, and came too late, often enough for this to mean something.
    expect(found['claimed']).toBeGreaterThan(3);
    expect((found['sending'] ?? 0) + (found['accepted'] ?? 0)).toBeGreaterThan(3);
    expect((await moves()).filter(({ from, to }) => !mayMove(from as never, to as never))).toEqual([]);
    const open = await sql`select state, reason from touchpoint where state <> all(${FINAL_STATES}::text[])`.execute(store.db);
    expect(open.rows).toEqual([]);
    expect(new Set(recorder.sent.map(({ id }) => id)).size).toBe(recorder.sent.length);
  });
});

describe.skipIf(needsPostgres !== '')(`caps that processes race for${needsPostgres}`, () => {
  let company: Company;
  beforeAll(async () => {
    company = await smallCompany(cappedRules());
  });
  afterAll(() => company.store.close());

  it('are never passed, whoever looks at which touchpoint when', async () => {
    const { clock, recorder, store } = company;
    const worlds = processes(company);
    const at = clock.now();
    const crowd = Array.from({ length: LEADS }, (_, n): Lead => ({ id: `crm-${n}`, email: `own-${n}@small.example` }));
    await takeIn(worlds[0]!, crowd.flatMap((lead) => [granted(at, lead), event(at, 'page_viewed', { path: '/pricing' }, lead)]));
    await evaluateAll(worlds[0]!);
    // Three each, and not one of them is due. They become so one by one, the later ones with the earlier times, so that whoever
    // looks finds now this one first, now that one.
    await sql`update touchpoint set due_at = ${new Date(at.getTime() + DAY)}`.execute(store.db);
    for (const world of worlds) await dispatchTouchpoints(world, 1); // opens the connectors
    const { rows } = await sql<{ id: string }>`select id from touchpoint order by id`.execute(store.db);
    expect(rows).toHaveLength(3 * LEADS);
    let earlier = 0;
    const comesDue = async ({ id }: { id: string }): Promise<unknown> =>
      sql`update touchpoint set due_at = ${new Date(at.getTime() - (earlier += 1))} where id = ${id} and state = 'planned'`.execute(store.db);
    let arriving = true;
    const arrivals = shuffled(rows.map((row) => () => comesDue(row)), 2, 'arrivals').finally(() => (arriving = false));
    const dispatching = worlds.map(async (world) => {
      for (let idle = 0; arriving || idle < 3; ) idle = (await dispatchTouchpoints(world, 7)).gated === 0 ? idle + 1 : 0;
    });
    await Promise.all([arrivals, ...dispatching]);

    const got = recorder.sent.reduce<Record<string, number>>((sum, { to }) => ({ ...sum, [to]: (sum[to] ?? 0) + 1 }), {});
    expect(Object.entries(got).filter(([, n]) => n !== 1)).toEqual([]);
    expect(Object.keys(got)).toHaveLength(LEADS);
    const states = await sql`
      select state, reason, count(*) as n, max(due_at) filter (where state = 'held') as until from touchpoint group by state, reason order by state
    `.execute(store.db);
    expect(states.rows).toEqual([
      { state: 'accepted', reason: null, n: LEADS, until: null },
      { state: 'held', reason: 'capped', n: 2 * LEADS, until: new Date(at.getTime() + 30 * DAY) },
    ]);
  });
});

/** Three journeys write to whoever reads about pricing, of which one may in 30 days. */
function cappedRules(): RuleSource[] {
  const parsed = (path: string): object => JSON.parse(RULES.find((rule) => rule.path === path)?.text ?? '{}') as object;
  const file = (path: string, json: object): RuleSource => ({ path, text: JSON.stringify(json) });
  const policies = file('policies.json', { ...parsed('policies.json'), caps: [{ max: 1, within: '30d' }] });
  const more = ['second', 'third'].map((name) => file(`journeys/${name}.json`, { ...parsed('journeys/pricing.json'), id: `journeys/${name}`, steps: [{ id: 'mail', touch: `content/${name}`, channel: 'email' }] }));
  const contents = ['second', 'third'].flatMap((name) => pricingAs(`content/${name}`));
  const first = file('journeys/pricing.json', { ...parsed('journeys/pricing.json'), steps: [{ id: 'mail', touch: 'content/pricing', channel: 'email' }] });
  return [...RULES.filter(({ path }) => path !== policies.path && path !== first.path), policies, first, ...more, ...contents];
}

describe.skipIf(needsPostgres !== '')(`processes that do the same at once${needsPostgres}`, () => {
  let company: Company;
  let large: Store;
  beforeAll(async () => {
    company = await smallCompany();
    large = await asIfLarge(company.store);
  });
  afterAll(async () => {
    await large.close();
    await company.store.close();
  });

  it('store each event once, plan and send each touchpoint once, hear each word once, whoever brings what in whichever order', async () => {
    const { clock, recorder } = company;
    const worlds = processes({ ...company, store: { ...large, url: company.store.url } });
    const at = clock.now();
    const crowd = Array.from({ length: CROWD }, (_, n): Lead => ({ id: `crm-${n}`, email: `only-${n}@small.example` }));
    // The consents first, or a page view that overtakes one ends in "no consent"; all leads exist then, so nothing queues for their names.
    await takeIn(worlds[0]!, crowd.map((lead) => granted(at, lead)));
    for (const world of worlds) await dispatchTouchpoints(world, 1); // opens the connectors
    const hearing: Promise<number>[] = [];
    const words: Feedback[] = [];
    recorder.answer = ({ id }) => {
      words.push({ kind: 'delivered', id: `delivered ${id}`, at, touchpoint: id });
      // The vendor's webhooks come while the answers are still being written, twice, and in another order.
      if (words.length % 5 === 0) hearing.push(takeFeedback(worlds[0]!, 'recorder', words.slice(-60)), takeFeedback(worlds[1]!, 'recorder', words.slice(-60).reverse()));
      return accepted(id);
    };
    let taking = true;
    const taken = shuffled(everythingFromEverybody(worlds, crowd, at), 6, 'intake').finally(() => (taking = false));
    const ticking = worlds.map(async (world) => {
      for (let idle = 0; taking || idle < 2; ) {
        const { leads: looked } = await evaluateLeads(world, 20);
        const { gated } = await dispatchTouchpoints(world, 10);
        idle = looked + gated === 0 ? idle + 1 : 0;
      }
    });
    await Promise.all([taken, ...ticking]);
    const heard = await Promise.all(hearing);

    const { rows } = await sql<Record<string, number>>`
      select (select count(*) from event where source = 'test') as events, (select count(*) from lead) as leads,
        (select count(*) from touchpoint) as touchpoints, (select count(*) from due) as due,
        (select count(*) from touchpoint where state = 'accepted' and delivered_at is not null) as delivered
    `.execute(company.store.db);
    expect(rows[0]).toEqual({ events: 3 * CROWD, leads: CROWD, touchpoints: CROWD, due: 0, delivered: CROWD });
    expect(new Set(recorder.sent.map(({ id }) => id)).size).toBe(CROWD);
    expect(recorder.sent).toHaveLength(CROWD);
    expect(heard.reduce((sum, n) => sum + n, 0)).toBe(CROWD);
  });

  it('bring the largest batches about the same leads in opposite order, and none has to give way', async () => {
    const worlds = processes({ ...company, store: { ...large, url: company.store.url } });
    const crowd = Array.from({ length: 1000 }, (_, n): Lead => ({ id: `big-${n}` }));
    const at = company.clock.now();
    await takeIn(worlds[0]!, crowd.map((lead) => event(at, 'noise', {}, lead)));
    const batch = (say: string, who: readonly Lead[]): IntakeEvent[] =>
      who.map((lead) => event(at, 'lead_updated', { attributes: { industry: say } }, lead));
    for (let round = 0; round < 3; round += 1) {
      const mine = worlds.map((world, n) => takeIn(world, batch(`${round} ${n}`, n % 2 === 0 ? crowd : crowd.toReversed())));
      expect((await Promise.all(mine)).map(({ stored }) => stored)).toEqual(worlds.map(() => crowd.length));
      const same = worlds.map((world, n) => takeIn(world, batch(`${round}`, n % 2 === 0 ? crowd : crowd.toReversed())));
      expect((await Promise.all(same)).reduce((sum, { stored }) => sum + stored, 0)).toBe(crowd.length);
    }
  });

  it('hear large batches about the same touchpoints in opposite order, and none has to give way', async () => {
    const worlds = processes({ ...company, store: { ...large, url: company.store.url } });
    for (const world of worlds) await dispatchTouchpoints(world, 1); // opens the connectors
    const ids = [...new Set(company.recorder.sent.map(({ id }) => id))];
    const words = (kind: Feedback['kind'], whose: string, n: number): Feedback[] => {
      const all = ids.map((id): Feedback => ({ kind, id: `${whose} ${id}`, at: company.clock.now(), touchpoint: id }));
      return n % 2 === 0 ? all : all.reverse();
    };
    for (let round = 0; round < 3; round += 1) {
      const mine = worlds.map((world, n) => takeFeedback(world, 'recorder', words('clicked', `click ${round} ${n}`, n)));
      expect(await Promise.all(mine)).toEqual(worlds.map(() => ids.length));
      const same = worlds.map((world, n) => takeFeedback(world, 'recorder', words('opened', `open ${round}`, n)));
      expect((await Promise.all(same)).reduce((sum, n) => sum + n, 0)).toBe(ids.length);
    }
  });
});

describe.skipIf(needsPostgres !== '')(`processes that start at once${needsPostgres}`, () => {
  let server: Company['store'];
  let url: URL;
  const stores: Store[] = [];
  beforeAll(async () => {
    server = await openTestStore();
    url = new URL(server.url ?? '');
    url.pathname += '_empty';
    await sql.raw(`create database ${url.pathname.slice(1)}`).execute(server.db);
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await sql.raw(`drop database ${url.pathname.slice(1)} with (force)`).execute(server.db);
    await server.close();
  });

  it('on an empty database make one schema, one rulebook and one key', async () => {
    const at = new Date('2026-03-02T09:00:00Z');
    stores.push(...(await Promise.all(Array.from({ length: 8 }, () => openStore({ url: url.href, poolSize: 2 })))));
    const { rulebook, facts } = compileRulebook({ files: RULES, gitRevision: null });
    const book = { hash: rulebook.hash, gitRevision: null, files: RULES, plan: { key: facts.key, upto: null } };
    const activated = stores.map((store, n) => store.transaction((db) => activateRulebook(db, book, at, `process ${n}`)));
    expect((await Promise.all(activated)).filter(Boolean)).toHaveLength(1);
    const key = (n: number) => ({ id: `key-${n}`, hash: '', name: 'first', scopes: [], browser: null });
    const added = stores.map((store, n) => store.transaction((db) => addFirstKey(db, key(n), at)));
    expect((await Promise.all(added)).filter(Boolean)).toHaveLength(1);
  });
});

/** Every process brings every event, in batches cut and ordered differently. */
function everythingFromEverybody(worlds: readonly World[], crowd: readonly Lead[], at: Date): (() => Promise<unknown>)[] {
  const events = crowd.flatMap((lead, n) => [
    granted(at, lead),
    { ...event(at, 'lead_updated', { attributes: { firstName: `Lead ${n}` }, account: { employees: n } }, lead), account: { domain: `company-${n % 7}.example` } },
    event(at, 'page_viewed', { path: '/pricing' }, lead),
  ]);
  return worlds.flatMap((world, n) => {
    const turned = [...events.slice(n * 450), ...events.slice(0, n * 450)];
    const mine = n % 2 === 0 ? turned : turned.reverse();
    return Array.from({ length: Math.ceil(mine.length / BATCH) }, (_, b) => () => takeIn(world, mine.slice(b * BATCH, (b + 1) * BATCH)));
  });
}

/** The same database with the plans of one that is too large to be read whole: rows are then touched in the order in which they are named. */
async function asIfLarge(store: Company['store']): Promise<Store> {
  const url = store.url ?? expect.fail('this needs PostgreSQL');
  const name = new URL(url).pathname.slice(1);
  for (const way of ['hashjoin', 'mergejoin', 'seqscan']) await sql.raw(`alter database ${name} set enable_${way} = off`).execute(store.db);
  return openStore({ url });
}
