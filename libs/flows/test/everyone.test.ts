import { idsFrom, MINUTE, seededRandom } from '@tendril/kernel';
import { listRuns } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { type Active, compileRulebook } from '../src/active-rulebook.ts';
import { EVERYONE, evaluateRunPart } from '../src/evaluate-everyone.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import type { World } from '../src/world.ts';
import { type Death, mortal, untilItEnds } from './mishaps.ts';
import { changedRules, event, smallCompany, worldOn } from './small-company.ts';

const LEADS = 60;
const PART = 7;

const book = (path: string): Active => compileRulebook({ files: changedRules({ 'scoring/engagement.json': ['"/pricing"', `"${path}"`], 'segments/pricing.json': ['"/pricing"', `"${path}"`] }), gitRevision: null });
const BLOG = book('/blog');
const DOCS = book('/docs');
const PATHS = ['/pricing', '/blog', '/docs'];

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeEach(async () => {
  company = await smallCompany();
  const { clock, world } = company;
  await takeIn(world, Array.from({ length: LEADS }, (_, n) => event(clock.now(), 'page_viewed', { path: PATHS[n % 3]! }, { id: `crm-${n}` })));
  await evaluateAll(world);
  clock.advance(MINUTE);
});
afterEach(() => company.store.close());

/** Every transition once, as `lead subject from to`, with the rulebook that made it. */
async function transitions(): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select concat_ws(' ', i.value, t.kind, t.subject, t.from_value, '→', t.to_value, left(t.rulebook, 6), t.cause) as text
    from transition t join identity i on i.lead = t.lead order by 1
  `.execute(company.store.db);
  return rows.map(({ text }) => text);
}

const newest = async (): Promise<object | undefined> => (await listRuns(company.store.db, EVERYONE, 1))[0];

/** As `evaluateAll` in one process does it. */
async function undisturbed(): Promise<string[]> {
  const other = await smallCompany();
  const mine = company;
  try {
    company = other;
    await takeIn(other.world, Array.from({ length: LEADS }, (_, n) => event(other.clock.now(), 'page_viewed', { path: PATHS[n % 3]! }, { id: `crm-${n}` })));
    await evaluateAll(other.world);
    other.clock.advance(MINUTE);
    await activate(other.world, BLOG, { by: 'test' });
    await evaluateAll(other.world);
    return await transitions();
  } finally {
    company = mine;
    await other.store.close();
  }
}

describe('a change of the rulebook', () => {
  it('looks at everyone in parts, says how far it is, and writes only what changed', async () => {
    const before = await transitions();
    const { run, due } = await activate(company.world, BLOG, { by: 'test' });
    expect(due).toBe(LEADS);
    expect(await newest()).toMatchObject({ id: run, state: 'waiting', done: 0 });
    expect(await evaluateLeads(company.world)).toMatchObject({ leads: 0 });
    await evaluateRunPart(company.world, PART);
    expect(await newest()).toMatchObject({ state: 'running', done: PART, total: LEADS, startedAt: company.clock.now() });
    while (await evaluateRunPart(company.world, PART));
    expect(await newest()).toMatchObject({ state: 'done', done: LEADS, total: LEADS, counts: { changed: 40 }, endedAt: company.clock.now() });
    expect((await transitions()).length).toBeGreaterThan(before.length);
    const { rows } = await sql<{ n: number }>`select count(*) as n from lead_state where rulebook = ${BLOG.rulebook.hash}`.execute(company.store.db);
    expect(rows).toEqual([{ n: 40 }]);
    expect((await transitions()).filter((line) => line.includes(BLOG.rulebook.hash.slice(0, 6))).every((line) => line.endsWith(' rulebook'))).toBe(true);
  });

  it('lets what happens meanwhile go first', async () => {
    await activate(company.world, BLOG, { by: 'test' });
    await evaluateRunPart(company.world, PART);
    const last = { id: `crm-${LEADS - 1}` };
    await takeIn(company.world, [event(company.clock.now(), 'page_viewed', { path: '/blog' }, last)]);
    expect(await evaluateLeads(company.world)).toMatchObject({ leads: 1 });
    expect(await newest()).toMatchObject({ state: 'running', done: PART });
    expect((await transitions()).filter((line) => line.startsWith(`${last.id} segment`))).toEqual([expect.stringContaining('page_viewed')]);
  });

  it('is dropped when another follows, and can be cancelled: what was done stays', async () => {
    await activate(company.world, BLOG, { by: 'test' });
    await evaluateRunPart(company.world, PART);
    await activate(company.world, DOCS, { by: 'test' });
    const [now, before] = await listRuns(company.store.db, EVERYONE, 2);
    expect([now?.state, before?.state].sort()).toEqual(['cancelled', 'waiting']);
    while (await evaluateRunPart(company.world, PART));
    expect((await sql`select 1 from run_part`.execute(company.store.db)).rows).toEqual([]);
    const { rows } = await sql<{ path: string }>`
      select distinct e.properties ->> 'path' as path from membership m join event e on e.lead = m.lead where m.segment = 'segments/pricing'
    `.execute(company.store.db);
    expect(rows).toEqual([{ path: '/docs' }]);
  });
});

describe('processes that share it', () => {
  it.each<Death>([
    { transaction: 1, moment: 'after' },
    { transaction: 2, moment: 'inside' },
    { transaction: 4, moment: 'after' },
  ])(
    'lose and double nothing when one dies $moment transaction $transaction',
    async (death) => {
      await activate(company.world, BLOG, { by: 'test' });
      const dying = mortal(company.world, death);
      await untilItEnds((async () => {
        while (await evaluateRunPart(dying, PART));
      })());
      const other = worldOn(company.store, company.clock, company.recorder);
      while (await evaluateRunPart(other, PART));
      expect(await newest()).toMatchObject({ state: 'done', done: LEADS, counts: { changed: 40 } });
      expect(await transitions()).toEqual(await undisturbed());
    },
  );

  const racing = process.env['DATABASE_URL'] ? '' : ' (skipped: DATABASE_URL names no PostgreSQL, and PGlite is one session that cannot race)';
  it.skipIf(racing !== '')(`take parts at the same time, beside ticks${racing}`, async () => {
    const { store, clock, recorder } = company;
    const worlds = [0, 1, 2, 3].map((n): World => ({ ...worldOn(store, clock, recorder), newId: idsFrom(clock, seededRandom(n)) }));
    await activate(worlds[0]!, BLOG, { by: 'test' });
    const working = worlds.map(async (world) => {
      while (await evaluateRunPart(world, PART)) await evaluateLeads(world, 5);
    });
    const telling = Array.from({ length: LEADS }, (_, n) => takeIn(worlds[n % 4]!, [event(clock.now(), 'page_viewed', { path: '/blog' }, { id: `crm-${n}` })]));
    await Promise.all([...working, ...telling]);
    await evaluateAll(worlds[0]!);
    expect(await newest()).toMatchObject({ state: 'done', done: LEADS });
    // Everybody is in the segment, and nobody entered it twice without leaving it, or the other way round.
    const { rows } = await sql<{ lead: string; n: number; twice: boolean }>`
      select count(*) filter (where to_value is not null) - count(*) filter (where to_value is null) as n, bool_or(same) as twice
      from (select *, to_value is not distinct from lag(to_value) over (partition by lead order by seq) as same from transition where subject = 'segments/pricing') t
      group by lead
    `.execute(store.db);
    expect(rows).toEqual(Array.from({ length: LEADS }, () => ({ n: 1, twice: false })));
  });
});
