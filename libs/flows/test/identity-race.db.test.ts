import type { IntakeEvent } from '@tendril/events';
import { AppError, idsFrom, seededRandom } from '@tendril/kernel';
import { searchLeads } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispatchTouchpoints } from '../src/dispatch-touchpoints.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { mergeLeads, unmergeLead } from '../src/merge-leads.ts';
import type { World } from '../src/world.ts';
import { event, granted, smallCompany, worldOn, wholeSnapshots } from './small-company.ts';

const PROCESSES = 4;
const PEOPLE = 60;
const CROSSING = 8;
const ROUNDS = Number(process.env['TENDRIL_RUNS'] ?? 25);

const needsPostgres = process.env['DATABASE_URL'] ? '' : ' (skipped: DATABASE_URL names no PostgreSQL, and PGlite is one session that cannot race)';

describe.skipIf(needsPostgres !== '')(`merges that race${needsPostgres}`, () => {
  let company: Awaited<ReturnType<typeof smallCompany>>;
  let worlds: World[];
  beforeAll(async () => {
    company = await smallCompany();
    const { store, clock, recorder } = company;
    worlds = Array.from({ length: PROCESSES }, (_, n) => ({ ...worldOn(store, clock, recorder), newId: idsFrom(clock, seededRandom(`process ${n}`)) }));
    // An auditor in the commit of every `sending`: the lead must be part of no other, and its newest word, or a member's, a yes.
    await sql`create table audit_merged (touchpoint text, what text)`.execute(store.db);
    await sql`
      create function audit_merged() returns trigger language plpgsql as $$ begin
        perform pg_sleep(0.002);
        insert into audit_merged select new.id, 'merged' from lead where id = new.lead and merged_into is not null;
        insert into audit_merged select new.id, 'denied' where (
          select c.state from consent c join lead l on l.id = c.lead where new.lead in (l.id, l.merged_into) and c.channel = new.channel
          order by c.seq desc limit 1) = 'denied';
        return null;
      end $$
    `.execute(store.db);
    await sql`
      create constraint trigger audit_merged after update on touchpoint deferrable initially deferred
        for each row when (old.state = 'claimed' and new.state = 'sending') execute function audit_merged()
    `.execute(store.db);
    for (const world of worlds) await dispatchTouchpoints(world, 1); // opens the connectors
  });
  afterAll(() => company.store.close());

  const view = (path: string, lead: IntakeEvent['lead']): IntakeEvent => event(company.clock.now(), 'page_viewed', { path }, lead);
  const idOf = async (named: string): Promise<string> => (await searchLeads(company.store.db, { named, limit: 1 }))[0]?.id ?? expect.fail(named);

  /** Ticks of every process until nothing is left after the work. */
  async function tickUntil(work: Promise<unknown>): Promise<void> {
    let working = true;
    const ending = work.finally(() => (working = false));
    const ticking = worlds.map(async (world) => {
      for (let idle = 0; working || idle < 2; ) {
        const { leads } = await evaluateLeads(world, 7);
        const { gated } = await dispatchTouchpoints(world, 5);
        idle = leads + gated === 0 ? idle + 1 : 0;
      }
    });
    await Promise.all([ending, ...ticking]);
  }

  it('with ticks, dispatch, opt-outs and intake for the same leads: nothing is sent to who is merged or said no, and no event is lost', async () => {
    const { clock, store, recorder } = company;
    const at = clock.now();
    const people = Array.from({ length: PEOPLE }, (_, n) => ({ visitor: { anonymousId: `cookie-${n}` }, known: { id: `crm-${n}`, email: `lead-${n}@small.example` } }));
    await takeIn(worlds[0]!, people.flatMap(({ visitor, known }) => [granted(at, visitor), granted(at, known), view('/', visitor), view('/', known)]));
    const lives = people.map(({ visitor, known }, n) => async () => {
      const world = worlds[n % PROCESSES]!;
      const other = worlds[(n + 1) % PROCESSES]!;
      await takeIn(world, [view('/pricing', n % 3 === 0 ? visitor : known)]);
      const no = event(at, 'consent_changed', { ...granted(at).properties, state: 'denied' }, n % 2 === 0 ? visitor : known);
      await Promise.all([
        takeIn(world, [view('/both', { ...known, ...visitor })]),
        takeIn(other, [event(at, 'lead_updated', { attributes: { industry: `trade ${n}` } }, visitor), view('/late', visitor)]),
        ...(n % 2 === 0 ? [takeIn(other, [no])] : []),
      ]);
      await takeIn(other, [view('/after', visitor)]);
    });
    await tickUntil(Promise.all(Array.from({ length: 6 }, async (_, n) => {
      for (let k = n; k < lives.length; k += 6) await lives[k]!();
    })));
    await evaluateAll(worlds[0]!);

    expect((await sql`select * from audit_merged`.execute(store.db)).rows).toEqual([]);
    expect((await sql`select lead from due`.execute(store.db)).rows).toEqual([]);
    const merged = await sql<{ id: string }>`select id from lead where merged_into is not null`.execute(store.db);
    expect(merged.rows).toHaveLength(PEOPLE);
    const left = await sql`
      select l.id from membership m join lead l on l.id = m.lead where merged_into is not null
      union all select l.id from touchpoint t join lead l on l.id = t.lead where merged_into is not null and state in ('planned', 'held', 'claimed')
    `.execute(store.db);
    expect(left.rows).toEqual([]);
    const { rulebook } = await worlds[0]!.rulebook.require(store.db);
    for (const [n, { known }] of people.entries()) {
      const id = await idOf(known.id);
      const [snapshot] = await wholeSnapshots(store.db, [id], { eventTypes: rulebook.eventTypes, reads: rulebook.reads, now: clock.now() });
      expect(snapshot?.facts.attributes).toEqual({ industry: `trade ${n}` });
      expect(snapshot?.facts.events.filter(({ type }) => type === 'page_viewed').map(({ properties }) => properties['path']).sort()).toEqual(['/', '/', '/after', '/both', '/late', '/pricing']);
      expect(Object.keys(snapshot?.state.segments ?? {})).toEqual(['segments/pricing']);
    }
    expect(recorder.sent.length).toBeGreaterThan(PEOPLE / 4);
    expect(new Set(recorder.sent.map(({ to }) => to)).size).toBe(recorder.sent.length);
  }, 120_000);

  it('with each other, crosswise and in chains, and with unmerges: all end, and everybody agrees who is part of whom', async () => {
    const { store } = company;
    const names = Array.from({ length: CROSSING }, (_, n) => `crossing-${n}`);
    await takeIn(worlds[0]!, names.map((id) => view('/', { id, anonymousId: `${id}-cookie` })));
    const ids = await Promise.all(names.map(idOf));
    const random = seededRandom('crossing');
    const one = (): string => ids[Math.floor(random() * ids.length)]!;
    const refusals = new Map<string, number>();
    const order = { reason: 'test', by: 'test', dryRun: false };
    const move = async (world: World): Promise<void> => {
      const [lead, into, dice] = [one(), one(), random()];
      const name = names[ids.indexOf(lead)]!;
      try {
        if (dice < 0.5) await mergeLeads(world, { ...order, lead, into });
        else if (dice < 0.8) await unmergeLead(world, { ...order, lead });
        else await takeIn(world, [{ ...event(company.clock.now(), 'lead_updated', { attributes: { firstName: name } }, { id: name, anonymousId: `new-${dice}` }), account: { domain: `${name}.example` } }]);
      } catch (error) {
        if (!(error instanceof AppError)) throw error; // a deadlock would be one
        refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
      }
    };
    await tickUntil(Promise.all(worlds.map(async (world) => {
      for (let round = 0; round < ROUNDS; round += 1) await move(world);
    })));
    expect([...refusals.keys()].sort()).toEqual(['lead-merged', 'lead-not-merged', 'leads-same']);
    const { rows } = await sql<{ id: string; into: string | null; root: string }>`
      with recursive up (id, lead) as (
        select id, id from lead where id = any(${ids}::uuid[])
        union select u.id, m.into_lead from lead_merge m join up u on m.lead = u.lead where m.undone_at is null)
      select l.id, l.merged_into as into, u.lead as root from lead l join up u on u.id = l.id
      where not exists (select from lead_merge m where m.lead = u.lead and m.undone_at is null)
    `.execute(store.db);
    expect(rows).toHaveLength(CROSSING);
    for (const { id, into, root } of rows) expect(into ?? id).toBe(root);
    expect((await sql`select lead from due`.execute(store.db)).rows).toEqual([]);
  }, 120_000);
});
