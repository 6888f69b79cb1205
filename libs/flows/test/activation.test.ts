import { idsFrom, MINUTE, seededRandom } from '@tendril/kernel';
import { advance } from '@tendril/programmes';
import { activeRulebook, leadPage } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activate, findRollback, rollBack } from '../src/activate-rulebook.ts';
import { type Active, compileRulebook } from '../src/active-rulebook.ts';
import { dispatchTouchpoints } from '../src/dispatch-touchpoints.ts';
import { evaluateRunPart } from '../src/evaluate-everyone.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import type { World } from '../src/world.ts';
import { auditBatches } from './batch-auditor.ts';
import { pausing } from './mishaps.ts';
import { changedRules, event, granted, smallCompany, worldOn, wholeSnapshots } from './small-company.ts';

type Company = Awaited<ReturnType<typeof smallCompany>>;

/** A rulebook of which every answer can be told by its letter: grades, the words of the message, the version of the journey. */
function lettered(letter: string, path: string): Active {
  const files = changedRules({
    'segments/pricing.json': ['"/pricing"', `"${path}"`],
    'scoring/engagement.json': [/"grades": \{[^}]*\}/, `"grades": { "${letter}hot": 10, "${letter}cold": 0 }`],
    'journeys/pricing.json': [/"version": 1([^]*)"reentry": "never"/, `"version": ${letter === 'A' ? 1 : 2}$1"reentry": { "after": "1m" }`],
    'content/pricing/email.hbs': ['Hello', `${letter} says hello`],
  });
  return compileRulebook({ files, gitRevision: `revision-${letter}` });
}

const A = lettered('A', '/pric');
const B = lettered('B', '/docs');
const letterOf = (hash: string | null): string => (hash === A.rulebook.hash ? 'A' : hash === B.rulebook.hash ? 'B' : '?');

const [LEADS, ROUNDS] = process.env['DATABASE_URL'] ? [120, 20] : [40, 8];
const lead = (n: number) => ({ id: `crm-${n}`, email: `lead-${n}@small.example` });

/** Every other lead reads about prices, the others read docs: so each change of rules moves everybody. */
async function reads(world: World, ...leads: readonly number[]): Promise<void> {
  const at = world.clock.now();
  const path = (n: number): string => (n % 2 === 0 ? '/pricing' : '/docs');
  await takeIn(world, leads.flatMap((n) => [granted(at, lead(n)), event(at, 'page_viewed', { path: path(n) }, lead(n))]));
}

describe('rulebooks that change under a running core', () => {
  let company: Company;
  beforeAll(async () => {
    company = await smallCompany();
  });
  afterAll(() => company.store.close());

  it('take turns between batches: whatever was decided, planned and sent is one of them, whole', async () => {
    const { store, clock, recorder } = company;
    const worlds = [0, 1, 2, 3].map((n): World => ({ ...worldOn(store, clock, recorder), newId: idsFrom(clock, seededRandom(n)) }));
    await activate(worlds[0]!, A, { by: 'test' });
    const audit = await auditBatches(store);
    await reads(worlds[0]!, ...Array.from({ length: LEADS / 2 }, (_, n) => n));
    const arriving = Array.from({ length: LEADS / 2 }, (_, n) => n + LEADS / 2);
    const work: Promise<unknown>[] = [];
    let passes = 0;
    const happen = (world: World): void => {
      passes += 1;
      const n = arriving.pop();
      if (n !== undefined) work.push(reads(world, n));
      if (passes % 7 !== 0 || passes / 7 > ROUNDS) return;
      clock.set(new Date(clock.now().getTime() + MINUTE));
      work.push(activate(world, (passes / 7) % 2 === 0 ? A : B, { by: `round ${passes / 7}` }));
    };
    const ticking = worlds.map(async (world) => {
      for (let idle = 0; idle < 3 || passes < 7 * ROUNDS; ) {
        const { leads } = await evaluateLeads(world, 30);
        const part = await evaluateRunPart(world);
        const { gated } = await dispatchTouchpoints(world, 15);
        idle = leads + gated === 0 && !part ? idle + 1 : 0;
        happen(world);
      }
    });
    await Promise.all(ticking);
    await Promise.all(work);
    for (let pass = 0; pass < 2; pass += 1) {
      await evaluateAll(worlds[1]!);
      await dispatchTouchpoints(worlds[2]!, LEADS);
    }

    const { violations, batches } = await audit();
    expect(violations).toEqual([]);
    expect(Math.min(batches.get(A.rulebook.hash) ?? 0, batches.get(B.rulebook.hash) ?? 0)).toBeGreaterThan(ROUNDS / 2);
    await everyRowIsOneOfThem(company);
    await statesAreFresh(worlds[3]!);
  }, 300_000);

  /** What was written says the same as the rulebook that its row names. */
  async function everyRowIsOneOfThem({ store, recorder }: Company): Promise<void> {
    const grades = await sql<{ rulebook: string; grade: string }>`select rulebook, to_value as grade from transition where kind = 'grade'`.execute(store.db);
    expect(grades.rows.filter(({ rulebook, grade }) => !grade.startsWith(letterOf(rulebook)))).toEqual([]);
    const touches = await sql<{ id: string; rulebook: string; version: number; grades: Record<string, string>; gated: string }>`
      select id, rulebook, version, because->'facts'->'grades' as grades, gated_rulebook as gated from touchpoint
    `.execute(store.db);
    expect(touches.rows.length).toBeGreaterThan(LEADS);
    for (const { rulebook, version, grades: then } of touches.rows) {
      expect([version === 1 ? 'A' : 'B', then['scoring/engagement']?.charAt(0)]).toEqual([letterOf(rulebook), letterOf(rulebook)]);
    }
    const gated = new Map(touches.rows.map((row) => [row.id, letterOf(row.gated)]));
    const sent = recorder.sent.map(({ id, content }) => [gated.get(id), /(\w) says hello/.exec(JSON.stringify(content))?.[1]]);
    expect(sent.length).toBeGreaterThan(LEADS / 2);
    expect(sent.filter(([by, says]) => by !== says)).toEqual([]);
    expect(new Set(sent.map(([by]) => by))).toEqual(new Set(['A', 'B']));
  }

  /** Nothing is left to be decided: a fresh evaluation finds each lead as it is stored, and each names the active rulebook. */
  async function statesAreFresh(world: World): Promise<void> {
    const { db } = world.store;
    const now = world.clock.now();
    const active = await world.rulebook.require(db);
    expect(letterOf(active.rulebook.hash)).toBe(letterOf((await activeRulebook(db))!.hash));
    const leads = await leadPage(db, undefined, 10_000);
    const snapshots = await wholeSnapshots(db, leads, { eventTypes: active.rulebook.eventTypes, reads: active.rulebook.reads, now });
    expect(snapshots).toHaveLength(LEADS);
    const changes = advance(snapshots, active.rulebook, now);
    expect(changes.filter(({ decision, touches }) => decision.transitions.length + decision.changedScores.length + touches.length > 0)).toEqual([]);
  }
});

describe.skipIf(!process.env['DATABASE_URL'])('an activation in the middle of a batch (needs PostgreSQL: PGlite runs one transaction after another)', () => {
  let company: Company;
  beforeAll(async () => {
    company = await smallCompany();
  });
  afterAll(() => company.store.close());

  it('waits for it, and no lead of the batch is forgotten', async () => {
    const { world, store } = company;
    await activate(world, A, { by: 'test' });
    await reads(world, 0, 1);
    let activation: Promise<unknown> | undefined;
    let done = false;
    const waits = async (): Promise<boolean> => {
      const { rows } = await sql`select 1 from pg_locks where not granted and relation = 'active_rulebook'::regclass`.execute(store.db);
      return rows.length > 0;
    };
    /** Between the moment at which the batch learns its rulebook, and the one at which it claims its leads. */
    const read: World['rulebook']['read'] = async (db) => {
      const active = await world.rulebook.read(db);
      activation ??= activate(world, B, { by: 'test' }).then(() => (done = true));
      while (!done && !(await waits()));
      return active;
    };
    const rulebook = Object.assign(Object.create(world.rulebook) as World['rulebook'], { read });
    expect(await evaluateLeads({ ...world, rulebook })).toMatchObject({ leads: 2 });
    await activation;
    await evaluateAll(world);
    const { rows } = await sql<{ rulebook: string }>`select rulebook from lead_state`.execute(store.db);
    expect(rows.map((row) => letterOf(row.rulebook))).toEqual(['B', 'B']);
  });
});

describe('a touchpoint between two rulebooks', () => {
  let company: Company;
  beforeEach(async () => {
    company = await smallCompany();
    await activate(company.world, A, { by: 'test' });
    await reads(company.world, 0);
    await evaluateAll(company.world);
  });
  afterEach(() => company.store.close());

  /** B with the words of A's journey for those who read about prices, so that it wants what A planned. */
  const reworded = compileRulebook({ files: changedRules({ 'content/pricing/email.hbs': ['Hello', 'C says hello'] }), gitRevision: null });
  const without = compileRulebook({ files: changedRules({ 'journeys/pricing.json': ['"live"', '"retired", "retired": { "on": "2026-03-01", "reason": "Nobody read it" }'] }), gitRevision: null });
  const row = async () => (await sql`select state, reason, rulebook, gated_rulebook as gated from touchpoint`.execute(company.store.db)).rows;

  it('is planned by one, and gated and worded by the one that is active when it leaves', async () => {
    await activate(company.world, reworded, { by: 'test' });
    await dispatchTouchpoints(company.world);
    expect(await row()).toEqual([{ state: 'accepted', reason: null, rulebook: A.rulebook.hash, gated: reworded.rulebook.hash }]);
    expect(JSON.stringify(company.recorder.sent)).toContain('C says hello');
  });

  it('is cancelled when the programme has ended by then', async () => {
    await activate(company.world, without, { by: 'test' });
    await dispatchTouchpoints(company.world);
    expect(await row()).toEqual([{ state: 'cancelled', reason: 'programme-ended', rulebook: A.rulebook.hash, gated: without.rulebook.hash }]);
  });

  it.each([['reworded', reworded, 'accepted'], ['gone', without, 'cancelled']] as const)('that was claimed is gated again before it leaves, and then %s', async (_, next, state) => {
    const overtaken = pausing(company.world, 2, async () => {
      await activate(company.world, next, { by: 'test' });
    });
    await dispatchTouchpoints(overtaken);
    expect(company.recorder.sent).toEqual([]);
    expect(await row()).toEqual([{ state: 'held', reason: 'rulebook-changed', rulebook: A.rulebook.hash, gated: A.rulebook.hash }]);
    await dispatchTouchpoints(company.world);
    expect(await row()).toEqual([expect.objectContaining({ state, gated: next.rulebook.hash })]);
    expect(company.recorder.sent.map(({ content }) => /(\w) says hello/.exec(JSON.stringify(content))?.[1])).toEqual(state === 'accepted' ? ['C'] : []);
  });

  it('that a rollback takes back is not sent, unless the rulebook before wants it too', async () => {
    await activate(company.world, B, { by: 'test' });
    await reads(company.world, 1);
    await evaluateAll(company.world);
    await rollBack(company.world, await findRollback(company.world, undefined, undefined), { by: 'test', reason: 'docs are no interest' });
    await evaluateAll(company.world);
    await dispatchTouchpoints(company.world);
    const { rows } = await sql<{ lead: string; gated: string }>`
      select i.value as lead, gated_rulebook as gated from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id' order by 1
    `.execute(company.store.db);
    // The journey is live in both, so what B planned may still leave: with the words of A, which now decides.
    expect(rows.map(({ lead: id, gated }) => [id, letterOf(gated)])).toEqual([['crm-0', 'A'], ['crm-1', 'A']]);
  });
});
