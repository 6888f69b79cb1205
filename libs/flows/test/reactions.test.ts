import { NEVER_EVALUATED, transitionEvents } from '@tendril/decisions';
import { DAY, HOUR } from '@tendril/kernel';
import { loadRulebook, type RuleSource } from '@tendril/rulebook';
import { readTransitionEvents } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { explainAsOf } from '../src/explain-as-of.ts';
import { takeIn } from '../src/intake.ts';
import { event, RULES, smallCompany } from './small-company.ts';

const file = (id: string, rule: object): RuleSource => ({ path: `${id}.json`, text: JSON.stringify({ id, version: 1, status: 'live', owner: 'growth', title: id, ...rule }) });
const segment = (id: string, conditions: object): RuleSource => file(id, { conditions });
const happened = (type: string, where?: object, within = '7d') => ({ fact: 'eventCount', params: { event: type, within, ...(where ? { where } : {}) }, operator: 'atLeast', value: 1 });
const entered = (id: string) => happened('segment_entered', { segment: id });
const left = (id: string) => happened('segment_left', { segment: id });

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeAll(async () => {
  company = await smallCompany();
});
afterAll(() => company.store.close());

let leads = 0;
afterEach(async () => {
  await evaluateAll(company.world);
});

/** The rules with some more; every lead is looked at under them. */
async function withRules(...more: readonly RuleSource[]): Promise<void> {
  await activate(company.world, compileRulebook({ files: [...RULES, ...more], gitRevision: null }), { by: 'test' });
  await evaluateAll(company.world);
}

/** A new lead that reads about prices; its id in the database. */
async function reader(): Promise<string> {
  leads += 1;
  const own = { id: `reader-${leads}` };
  await takeIn(company.world, [event(company.clock.now(), 'page_viewed', { path: '/pricing' }, own)]);
  const { rows } = await sql<{ lead: string }>`select lead from identity where value = ${own.id}`.execute(company.store.db);
  return rows[0]!.lead;
}

async function told(lead: string): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select kind || ' ' || coalesce(from_value, '-') || ' ' || coalesce(to_value, '-') || ' < ' || cause as what from transition where lead = ${lead} order by seq
  `.execute(company.store.db);
  return rows.map(({ what }) => what);
}

const dueRows = async (): Promise<number> => (await sql<{ n: number }>`select count(*) as n from due`.execute(company.store.db)).rows[0]!.n;

describe('rules that read transitions', () => {
  it('are asked again in the same run, and the transition says which one led to it', async () => {
    await withRules(
      segment('segments/was-in', { all: [left('segments/pricing')] }),
      segment('segments/greeted', { all: [entered('segments/pricing'), happened('stage_changed', { to: 'consideration' }), happened('score_changed', { model: 'scoring/engagement', to: 10 })] }),
    );
    const lead = await reader();
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 2 });
    expect(await told(lead)).toEqual([
      'grade - A < page_viewed',
      'score 0 10 < page_viewed',
      'stage - consideration < page_viewed',
      'segment - segments/pricing < page_viewed',
      expect.stringMatching(/^segment - segments\/greeted < score_changed:scoring\/engagement stage_changed:consideration segment_entered:segments\/pricing$/),
    ]);
    company.clock.advance(8 * DAY);
    await evaluateAll(company.world);
    expect((await told(lead)).slice(5)).toEqual([
      'grade A B < time',
      'score 10 0 < time',
      'segment segments/greeted - < time',
      'segment segments/pricing - < time',
      'segment - segments/was-in < score_changed:scoring/engagement segment_left:segments/pricing',
    ]);
    expect(await dueRows()).toBe(0);
  });

  it('are explained as of then by what had been decided then', async () => {
    await withRules(segment('segments/after', { all: [entered('segments/pricing')] }));
    const lead = await reader();
    const seen = company.clock.now();
    await evaluateAll(company.world);
    const view = { id: lead, createdAt: new Date(seen.getTime() - HOUR) };
    const at = (moment: Date) => explainAsOf(company.world, view, { at: moment }).then(({ explanation }) => explanation.segments.find(({ segment: id }) => id === 'segments/after')?.member);
    expect(await at(seen)).toBe(true);
    company.clock.advance(8 * DAY);
    expect(await at(company.clock.now())).toBe(false);
  });

  it('read what a tick made as readTransitionEvents and transitionEvents tell it, under numbers of its own', async () => {
    await withRules();
    const lead = await reader();
    await evaluateAll(company.world);
    const types = ['segment_entered', 'stage_changed', 'score_changed', 'grade_changed', 'page_viewed'];
    const events = await readTransitionEvents(company.store.db, [lead], { types, now: company.clock.now() });
    const at = company.clock.now();
    const transitions = (await sql<never>`select kind, subject, from_value as "from", to_value as "to" from transition where lead = ${lead} order by seq`.execute(company.store.db)).rows;
    expect(events.map(({ lead: _lead, seq: _seq, ...one }) => one)).toEqual(transitionEvents({ transitions, state: { ...NEVER_EVALUATED, evaluatedAt: at } }));
    expect(events.every(({ seq }) => seq < 0)).toBe(true);
    expect(await readTransitionEvents(company.store.db, [lead], { types: ['page_viewed'], now: at })).toEqual([]);
  });

  it('cannot be fooled from outside', async () => {
    const { refused } = await takeIn(company.world, [event(company.clock.now(), 'segment_entered', { segment: 'segments/pricing' })]);
    expect(refused).toMatchObject([{ field: 'type', message: expect.stringContaining('Tendril decides this itself') }]);
  });
});

describe('chains of transitions', () => {
  it('end where rules chase each other', async () => {
    await withRules(
      segment('segments/a', { not: { all: [entered('segments/b')] } }),
      segment('segments/b', { not: { all: [{ condition: 'segments/a' }] } }),
      segment('segments/c', { any: [left('segments/c'), { not: { all: [entered('segments/c')] } }] }),
    );
    await reader();
    const { leads: looks } = await evaluateAll(company.world);
    expect(looks).toBeLessThanOrEqual(7);
    expect(await dueRows()).toBe(0);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
  });

  it('begin anew with what comes from outside, and may go to colleagues without coming back', async () => {
    await withRules(
      segment('segments/flips', { not: { all: [entered('segments/flips')] } }),
      segment('segments/committee', { all: [{ fact: 'accountCount', params: { condition: 'segments/flips' }, operator: 'atLeast', value: 2 }] }),
    );
    const together = ['one', 'two', 'three'].map((name) => ({ ...event(company.clock.now(), 'page_viewed', { path: '/pricing' }, { id: `colleague-${name}` }), account: { domain: 'account.example' } }));
    await takeIn(company.world, together);
    const first = await evaluateAll(company.world);
    expect(first.leads).toBeLessThanOrEqual(3 * 10);
    company.clock.advance(8 * DAY);
    const again = await evaluateAll(company.world);
    expect(again.leads).toBeGreaterThan(3);
    const flips = sql<{ n: number }>`select count(*) as n from transition where subject = 'segments/flips' and cause like '%segment_entered:segments/flips%'`;
    expect((await flips.execute(company.store.db)).rows[0]!.n).toBeGreaterThanOrEqual(2 * 3);
    expect(await dueRows()).toBe(0);
  });

  it('always end, whatever the rules are: no more looks than causes', async () => {
    const IDS = ['segments/r0', 'segments/r1', 'segments/r2'] as const;
    const leaf = fc.oneof(
      fc.constantFrom(...IDS).map(entered),
      fc.constantFrom(...IDS).map(left),
      fc.constant(happened('stage_changed')),
      fc.constant(happened('segment_entered')),
      fc.constant(happened('page_viewed')),
    );
    const tree = fc.tuple(fc.constantFrom('all', 'any'), fc.array(fc.oneof(leaf, leaf.map((one) => ({ not: { all: [one] } }))), { minLength: 1, maxLength: 3 })).map(([key, list]) => ({ [key]: list }));
    const rulebook = fc.tuple(tree, tree, tree).map((trees) => trees.map((conditions, n) => segment(IDS[n]!, conditions)));
    await fc.assert(
      fc.asyncProperty(rulebook, async (more) => {
        fc.pre(loadRulebook([...RULES, ...more]).rulebook !== null);
        await withRules(...more);
        await reader();
        // Causes: in and out of five segments, three stages, two grades, one score; and the look that began it.
        expect((await evaluateAll(company.world)).leads).toBeLessThanOrEqual(2 * 5 + 3 + 2 + 1 + 1);
        expect(await dueRows()).toBe(0);
      }),
      { numRuns: Number(process.env['TENDRIL_RUNS'] ?? 10) },
    );
  });
});
