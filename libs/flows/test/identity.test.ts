import type { IntakeEvent } from '@tendril/events';
import { HOUR, MINUTE } from '@tendril/kernel';
import { readFactsAt, readLead, searchLeads } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispatchAll, dispatchTouchpoints } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { explainAsOf } from '../src/explain-as-of.ts';
import { storeEvents, takeIn } from '../src/intake.ts';
import { mergeLeads, unmergeLead } from '../src/merge-leads.ts';
import { unsubscribe } from '../src/opt-out.ts';
import { upsertAccount } from '../src/upsert-account.ts';
import { IdentityModel, namesOf, type Told } from './identity-model.ts';
import { pausing } from './mishaps.ts';
import { changedRules, event, granted, smallCompany, wholeSnapshots } from './small-company.ts';

const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 6);

/** Rules that ask about the account too, so that it is read. */
const RULES = changedRules({
  'segments/health.json': [/"all": \[/, '"all": [{ "fact": "account", "path": "$.employees", "operator": "greaterThan", "value": 1 },'],
});

type Step =
  | { readonly kind: 'tell'; readonly who: Who; readonly what: Omit<Told, 'lead' | 'at'>; readonly ago: number }
  | { readonly kind: 'merge'; readonly which: number; readonly into: number }
  | { readonly kind: 'unmerge'; readonly which: number }
  | { readonly kind: 'evaluate' };

interface Who {
  readonly id: number | null;
  readonly email: number | null;
  readonly visitor: number | null;
}

const maybe = (max: number): fc.Arbitrary<number | null> => fc.option(fc.integer({ min: 1, max }), { freq: 2 });
const who = fc.record({ id: maybe(2), email: maybe(2), visitor: maybe(3) }).filter((one) => Object.values(one).some((name) => name !== null));
const account = fc.option(fc.constantFrom('one', 'two'), { nil: undefined, freq: 2 });
const what: fc.Arbitrary<Omit<Told, 'lead' | 'at'>> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('/pricing', '/blog', '/').map((path) => ({ type: 'page_viewed' as const, properties: { path } })),
      fc
        .tuple(fc.dictionary(fc.constantFrom('industry', 'firstName'), fc.constantFrom('health', 'retail', null), { noNullPrototype: true }), fc.constantFrom({}, { account: { employees: 5 } }))
        .map(([attributes, more]) => ({ type: 'lead_updated' as const, properties: { attributes, ...more } })),
      fc.constantFrom('granted', 'denied').map((state) => ({ type: 'consent_changed' as const, properties: { ...granted(new Date(0)).properties, state } })),
    ),
    account,
  )
  .map(([told, domain]) => (domain === undefined ? told : { ...told, account: domain }));
const index = fc.integer({ min: 0, max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tell' as const), who, what, ago: fc.integer({ min: 0, max: 300 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('merge' as const), which: index, into: index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('unmerge' as const), which: index }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'evaluate' as const }) },
);

/** Three who have nothing in common, so that there is somebody to merge. */
const STRANGERS: readonly Step[] = [{ id: 1 }, { email: 2 }, { visitor: 3 }].map((name) => ({
  kind: 'tell',
  who: { id: null, email: null, visitor: null, ...name },
  what: { type: 'page_viewed', properties: { path: '/' } },
  ago: 0,
}));

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeAll(async () => {
  company = await smallCompany(RULES);
});
afterAll(() => company.store.close());

async function idOf(lead: IntakeEvent['lead']): Promise<string> {
  const [found] = await searchLeads(company.store.db, { named: lead.id ?? lead.email ?? lead.anonymousId, limit: 2 });
  return found?.id ?? expect.fail('nobody has that name');
}

describe('who is who', () => {
  let lives = 0;
  let keys = 0;

  /** The database and the model side by side. */
  class Life {
    readonly model = new IdentityModel();
    readonly ids: string[] = [];
    readonly life = ++lives;

    async go(one: Step): Promise<void> {
      const { world, clock } = company;
      if (one.kind === 'tell') await this.tell(one.who, one.what, one.ago);
      if (one.kind === 'evaluate') await evaluateAll(world);
      if (one.kind === 'merge') {
        const roots = this.model.roots();
        const [lead, into] = [roots[one.which % roots.length], one.into % (this.model.leads || 1)];
        if (lead === undefined || this.model.root(into) === lead) return;
        this.model.merge(lead, this.model.root(into));
        await mergeLeads(world, { lead: this.ids[lead]!, into: this.ids[into]!, reason: 'same person', by: 'test', dryRun: false });
      }
      if (one.kind === 'unmerge') {
        const inForce = this.model.merges.filter(({ undone }) => !undone);
        const merge = inForce[one.which % inForce.length];
        if (!merge) return;
        this.model.unmerge(merge.lead);
        await unmergeLead(world, { lead: this.ids[merge.lead]!, reason: 'another person', by: 'test', dryRun: false });
      }
      clock.advance(MINUTE);
    }

    async tell({ id, email, visitor }: Who, told: Omit<Told, 'lead' | 'at'>, ago: number): Promise<void> {
      const of = `${this.life}`;
      const lead = {
        id: id === null ? undefined : `crm-${id}-${of}`,
        email: email === null ? undefined : `lead-${email}-${of}@small.example`,
        anonymousId: visitor === null ? undefined : `visitor-${visitor}-${of}`,
      };
      const at = new Date(company.clock.now().getTime() - ago * HOUR);
      const domain = told.account === undefined ? undefined : `${told.account}-${of}.example`;
      const before = this.model.leads;
      this.model.tell({ ...told, lead, at, ...(domain === undefined ? {} : { account: domain }) });
      const sent = { ...event(at, told.type, told.properties, lead), key: `key-${(keys += 1)}`, account: domain === undefined ? undefined : { domain } };
      expect(await takeIn(company.world, [sent])).toMatchObject({ stored: 1 });
      if (this.model.leads > before) this.ids.push(await idOf(lead));
      expect(await idOf(lead)).toBe(this.ids[this.model.named(namesOf(lead)[0]!)!]);
    }

    /** Compares all leads, and says what was found, for later. */
    async compare(): Promise<Map<string, object>> {
      const { store, clock } = company;
      const roots = new Set(this.model.roots());
      const found = await snapshotsOf(this.ids);
      expect([...found.keys()].sort()).toEqual([...roots].map((root) => this.ids[root]).sort());
      for (const root of roots) {
        const expected = this.model.facts(root);
        const { facts } = found.get(this.ids[root]!)!;
        const view = (await readLead(store.db, this.ids[root]!))!;
        expect({
          names: view.identities.map(({ kind, value }) => `${kind}:${value}`).sort(),
          attributes: facts.attributes,
          account: view.account?.domain ?? null,
          paths: facts.events.flatMap(({ type, properties }) => (type === 'page_viewed' ? [properties['path']] : [])),
          consent: facts.consents['email:product'],
        }, `lead ${root} at ${clock.now().toISOString()}`).toEqual(expected);
      }
      return new Map([...found].map(([id, { facts: { attributes, account: of, events, consents } }]) => [id, { attributes, account: of, events, consents }]));
    }
  }

  async function snapshotsOf(ids: readonly string[]) {
    const { world, store, clock } = company;
    const { rulebook } = await world.rulebook.require(store.db);
    const snapshots = await wholeSnapshots(store.db, ids, { eventTypes: rulebook.eventTypes, reads: rulebook.reads, now: clock.now() });
    return new Map(snapshots.map((snapshot) => [snapshot.facts.id, snapshot]));
  }

  it('is what a model computes from the beginning, after any history of names, merges and unmerges, and was it at each past moment', async () => {
    const seen = { merged: 0, undone: 0, past: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 9, maxLength: 22, size: 'max' }), async (steps) => {
        const { world, store, clock } = company;
        const life = new Life();
        const past: { readonly at: Date; readonly facts: Map<string, object> }[] = [];
        for (const one of [...STRANGERS, ...steps]) {
          await life.go(one);
          past.push({ at: clock.now(), facts: await life.compare() });
          clock.advance(MINUTE);
        }
        await evaluateAll(world);
        const { rulebook } = await world.rulebook.require(store.db);
        for (const { at, facts } of past.slice(-8)) {
          for (const [id, then] of facts) {
            expect((await readFactsAt(store.db, id, { eventTypes: rulebook.eventTypes, reads: rulebook.reads, at }))?.facts).toMatchObject(then);
            seen.past += 1;
          }
        }
        for (const [id, { state }] of await snapshotsOf(life.ids)) {
          const { scores, stage, segments } = (await explainAsOf(world, (await readLead(store.db, id))!, {})).explanation;
          expect(Object.keys(state.segments).sort()).toEqual(segments.flatMap(({ segment, member }) => (member ? [segment] : [])).sort());
          expect([state.stage, state.scores]).toEqual([stage.stage, Object.fromEntries(scores.map(({ model, milli, grade }) => [model, { milli, grade }]))]);
        }
        const merged = life.ids.filter((_, lead) => life.model.root(lead) !== lead);
        const left = await sql`select lead from membership where lead = any(${merged}::uuid[]) union select lead from score where lead = any(${merged}::uuid[])
          union select lead from due where lead = any(${life.ids}::uuid[])`.execute(store.db);
        expect(left.rows).toEqual([]);
        seen.merged += merged.length;
        seen.undone += life.model.merges.filter(({ undone }) => undone).length;
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(seen.merged, seen.undone, seen.past)).toBeGreaterThan(0);
  }, 60_000 + RUNS * 20_000);
});

describe('an account', () => {
  it('was at each past moment what had been told by then, with a lead or without', async () => {
    const { world, clock, store } = company;
    const lead = { id: 'employed' };
    const employs = (employees: number) => ({ ...event(clock.now(), 'lead_updated', { account: { employees } }, lead), account: { domain: 'told.example' } });
    const tellings = [
      () => takeIn(world, [employs(5)]),
      () => upsertAccount(world, { domain: 'Told.example', attributes: { employees: 9 }, by: 'ops' }),
      () => takeIn(world, [employs(7)]),
    ];
    const moments: Date[] = [];
    for (const tell of tellings) {
      await tell();
      moments.push(clock.now());
      clock.advance(MINUTE);
    }
    const { rulebook } = await world.rulebook.require(store.db);
    const id = await idOf(lead);
    const past = moments.map((at) => readFactsAt(store.db, id, { eventTypes: rulebook.eventTypes, reads: rulebook.reads, at }));
    expect((await Promise.all(past)).map((then) => then?.facts.account)).toEqual([{ employees: 5 }, { employees: 9 }, { employees: 7 }]);
  });
});

describe('a visitor who turns out to be a known lead', () => {
  let people = 0;
  const person = () => {
    people += 1;
    return { known: { id: `known-${people}`, email: `known-${people}@small.example` }, visitor: { anonymousId: `cookie-${people}` } };
  };
  const view = (path: string, lead: IntakeEvent['lead']): IntakeEvent => event(company.clock.now(), 'page_viewed', { path }, lead);
  const touchpoints = async (lead: string) =>
    (await sql<{ state: string; reason: string | null }>`select state, reason from touchpoint where lead = ${lead} order by planned_at`.execute(company.store.db)).rows;

  it('brings what the visitor did, and loses what was planned for the visitor', async () => {
    const { world, clock, store } = company;
    const { known, visitor } = person();
    await takeIn(world, [view('/pricing', visitor), granted(clock.now(), known)]);
    await evaluateAll(world);
    const [x, y] = [await idOf(visitor), await idOf(known)];
    expect(await touchpoints(x)).toEqual([{ state: 'planned', reason: null }]);
    clock.advance(MINUTE);
    const linking = view('/', { ...known, ...visitor });
    await takeIn(world, [linking]);
    expect(await touchpoints(x)).toEqual([{ state: 'cancelled', reason: 'merged' }]);
    expect(await readLead(store.db, x)).toMatchObject({ id: y });
    await evaluateAll(world);
    await dispatchAll(world);
    // The journey took the person in as a visitor: once is enough.
    expect(await touchpoints(y)).toEqual([]);
    expect((await readLead(store.db, y))?.segments).toEqual(['segments/pricing']);
    const { rows } = await sql`select lead, into_lead, source, key, by from lead_merge where lead = ${x}`.execute(store.db);
    expect(rows).toEqual([{ lead: x, into_lead: y, source: 'test', key: linking.key, by: null }]);
    const left = await sql`select kind, subject, to_value, cause from transition where lead = ${x} and cause = 'merged' order by kind`.execute(store.db);
    expect(left.rows).toMatchObject([{ kind: 'grade', to_value: null }, { kind: 'segment', subject: 'segments/pricing' }, { kind: 'stage' }]);
  });

  it('keeps what waited for it while it was merged: parted again, each has its own', async () => {
    const { world, store } = company;
    const { known, visitor } = person();
    await takeIn(world, [view('/', known), view('/pricing', visitor)]);
    const [x, y] = [await idOf(visitor), await idOf(known)];
    await mergeLeads(world, { lead: x, into: y, reason: 'same person', by: 'ops', dryRun: false });
    await unmergeLead(world, { lead: x, reason: 'another person', by: 'ops', dryRun: false });
    await evaluateAll(world);
    expect((await readLead(store.db, x))?.segments).toEqual(['segments/pricing']);
    expect((await readLead(store.db, y))?.segments).toEqual([]);
  });

  it('is never joined to a second known lead, nor again to one from whom a person has parted them', async () => {
    const { world } = company;
    const [one, two] = [person(), person()];
    await takeIn(world, [view('/', one.visitor), view('/', one.known), view('/', two.known)]);
    const [x, y, z] = [await idOf(one.visitor), await idOf(one.known), await idOf(two.known)];
    await takeIn(world, [view('/a', { ...one.known, ...one.visitor })]);
    await takeIn(world, [view('/b', { ...two.known, ...one.visitor })]);
    expect([await idOf(one.visitor), await idOf(two.known)]).toEqual([y, z]);
    await unmergeLead(world, { lead: x, reason: 'a shared computer', by: 'ops', dryRun: false });
    await takeIn(world, [view('/c', { ...one.known, ...one.visitor })]);
    expect(await idOf(one.visitor)).toBe(x);
    await takeIn(world, [view('/d', { ...two.known, ...one.visitor })]);
    expect(await idOf(one.visitor)).toBe(z);
  });

  it('counts for caps and consents, and a no of either holds for both', async () => {
    const { world, clock, recorder } = company;
    const [one, two] = [person(), person()];
    for (const { known } of [one, two]) await takeIn(world, [granted(clock.now(), known), view('/pricing', known)]);
    await evaluateAll(world);
    await dispatchAll(world);
    const sent = recorder.sent.find(({ to }) => to === one.known.email)!;
    const [x, y] = [await idOf(one.known), await idOf(two.known)];
    await mergeLeads(world, { lead: x, into: y, reason: 'one person', by: 'ops', dryRun: false });
    await unsubscribe(world, sent.id);
    const { rulebook } = await world.rulebook.require(company.store.db);
    const [snapshot] = await wholeSnapshots(company.store.db, [y], { eventTypes: rulebook.eventTypes, reads: { ...rulebook.reads, touchpoints: true }, now: clock.now() });
    expect(snapshot?.facts.consents).toEqual({ 'email:*': 'denied' });
    expect(snapshot?.facts.touchpoints).toHaveLength(2);
    expect(snapshot?.enrolments).toHaveLength(2);
  });

  it('is not written to when the merge comes between the claim and the call, nor the other one when a no to the merged one does', async () => {
    const { world, clock, recorder } = company;
    const [one, two, three] = [person(), person(), person()];
    const plan = async (...known: IntakeEvent['lead'][]): Promise<string[]> => {
      await takeIn(world, known.flatMap((lead) => [granted(clock.now(), lead), view('/pricing', lead)]));
      await evaluateAll(world);
      return Promise.all(known.map(idOf));
    };
    const merge = (lead: string, into: string) => mergeLeads(world, { lead, into, reason: 'one person', by: 'ops', dryRun: false });
    const [x = '', y = ''] = await plan(one.known, two.known);
    await dispatchTouchpoints(pausing(world, 2, async () => void (await merge(x, y))));
    expect([await touchpoints(x), await touchpoints(y)]).toEqual([[{ state: 'cancelled', reason: 'merged' }], [{ state: 'accepted', reason: null }]]);
    const [z = ''] = await plan(three.known);
    await merge(y, z);
    const toY = recorder.sent.find(({ to }) => to === two.known.email)!;
    await dispatchTouchpoints(pausing(world, 2, async () => void (await unsubscribe(world, toY.id))));
    expect(await touchpoints(z)).toEqual([{ state: 'suppressed', reason: 'opted-out' }]);
    expect(recorder.sent.filter(({ to }) => to === one.known.email || to === three.known.email)).toEqual([]);
  });

  it('has what was on its way to the merged lead while the merge was made', async () => {
    const { world, clock, store } = company;
    const { known, visitor } = person();
    await takeIn(world, [view('/', visitor), view('/', known)]);
    const [x, y] = [await idOf(visitor), await idOf(known)];
    await mergeLeads(world, { lead: x, into: y, reason: 'one person', by: 'ops', dryRun: false });
    await evaluateAll(world);
    // As an intake stores it that found the visitor's lead before the merge was committed.
    const late = [view('/pricing', visitor), event(clock.now(), 'lead_updated', { attributes: { firstName: 'Late' } }, visitor)];
    const active = await world.rulebook.read(store.db);
    await store.transaction((db) => storeEvents(db, world, active, late.map((one) => ({ lead: x, event: one }))));
    await evaluateAll(world);
    expect(await readLead(store.db, y)).toMatchObject({ attributes: { firstName: 'Late' }, segments: ['segments/pricing'] });
  });

  it('says what a merge would do before it does it, and refuses what makes no sense', async () => {
    const { world } = company;
    const [one, two] = [person(), person()];
    await takeIn(world, [view('/pricing', one.known), view('/', two.known)]);
    await evaluateAll(world);
    const [x, y] = [await idOf(one.known), await idOf(two.known)];
    const order = { lead: x, into: y, reason: 'one person', by: 'ops' };
    const effect = { lead: x, into: y, events: 1, segmentsLeft: ['segments/pricing'], cancelled: 1, identities: [{ kind: 'email' }, { kind: 'id' }] };
    expect(await mergeLeads(world, { ...order, dryRun: true })).toMatchObject({ ...effect, dryRun: true });
    expect(await idOf(one.known)).toBe(x);
    expect(await mergeLeads(world, { ...order, dryRun: false })).toMatchObject(effect);
    const again = (lead: string, into: string) => mergeLeads(world, { ...order, lead, into, dryRun: false });
    await expect(again(x, y)).rejects.toMatchObject({ code: 'leads-same' });
    await expect(again(y, x)).rejects.toMatchObject({ code: 'leads-same' });
    await expect(again(x, await idOf(person().known).catch(() => 'nobody'))).rejects.toMatchObject({ code: 'lead-unknown', field: 'into' });
    await takeIn(world, [view('/', { id: `third-${people}` })]);
    await expect(again(x, await idOf({ id: `third-${people}` }))).rejects.toMatchObject({ code: 'lead-merged' });
    await expect(unmergeLead(world, { ...order, lead: y, dryRun: false })).rejects.toMatchObject({ code: 'lead-not-merged', hint: expect.stringContaining(x) });
  });
});
