import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { forgetDigests, leadPage } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { explainAsOf } from '../src/explain-as-of.ts';
import { takeIn } from '../src/intake.ts';
import { retainEvents } from '../src/retain-events.ts';
import type { World } from '../src/world.ts';
import { changedRules, event, smallCompany } from './small-company.ts';

const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 8);

const segment = (name: string, ...all: object[]): RuleSource => ({
  path: `segments/${name}.json`,
  text: JSON.stringify({ id: `segments/${name}`, version: 1, status: 'live', owner: 'growth', title: name, conditions: { all } }),
});
const count = (type: string, operator: string, value: number, within?: string): object => ({ fact: 'eventCount', params: { event: type, ...(within && { within }) }, operator, value });

const PATH = '"path": {';
const TAKEN = '"minutes": { "type": "number", "meaning": "How long" }, "path": {';

/** Rules that ask about all time and about windows longer than events are kept. `retention`: for page views and noise. */
const rules = (retention: string): RuleSource[] => [
  ...changedRules({
    'stages.json': ['"never"', '"allow"'],
    'tracking-plan.json': [/"meaning": "A page was read",/, `"meaning": "A page was read", "retention": "${retention}",`],
    'scoring/engagement.json': [
      /"rules": \[/,
      '"rules": [{ "name": "reads", "points": 3.125, "max": 30, "halfLife": "2d", "per": { "event": "page_viewed" } }, { "name": "ever", "points": 1, "max": 7, "per": { "event": "page_viewed", "where": { "path": "/blog" } } },',
    ],
  }).map(({ path, text }) => ({
    path,
    text: path === 'tracking-plan.json' ? text.replace(PATH, TAKEN).replace('"meaning": "Something no rule reads"', `"meaning": "Something no rule reads", "retention": "${retention}"`) : text,
  })),
  segment('ever', count('page_viewed', 'atLeast', 3)),
  segment('lately', count('page_viewed', 'equal', 2, '25d')),
  segment('minutes', { fact: 'eventSum', params: { event: 'page_viewed', property: 'minutes' }, operator: 'atLeast', value: 12.5 }),
  segment('quiet', count('page_viewed', 'atLeast', 1), { fact: 'daysSince', params: { event: 'page_viewed' }, operator: 'atLeast', value: 14 }),
];

const told = fc.record({
  lead: fc.nat(1),
  type: fc.constantFrom('page_viewed', 'page_viewed', 'page_viewed', 'noise', 'deal_won'),
  properties: fc.record({ path: fc.constantFrom('/pricing', '/blog'), minutes: fc.constantFrom(0.25, 4, 7) }),
  ago: fc.integer({ min: 0, max: 18 }).map((halves) => halves * 12 * HOUR),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(told, { minLength: 1, maxLength: 6 }) },
  { weight: 2, arbitrary: fc.constantFrom(DAY, 6 * DAY, 11 * DAY) },
  { weight: 2, arbitrary: fc.constant('evaluate' as const) },
  { weight: 3, arbitrary: fc.constant('retain' as const) },
  { weight: 1, arbitrary: fc.constant('forget' as const) },
);

async function retainAll(world: World): Promise<number> {
  let sum = 0;
  for (;;) {
    const deleted = await retainEvents(world);
    if (deleted === undefined) return sum;
    sum += deleted;
  }
}

describe('events that are kept for a time', () => {
  let short: Awaited<ReturnType<typeof smallCompany>>;
  let long: Awaited<ReturnType<typeof smallCompany>>;
  let keys = 0;
  beforeAll(async () => {
    short = await smallCompany(rules('10d'));
    long = await smallCompany(rules('9999d'));
  });
  afterAll(async () => {
    await short.store.close();
    await long.store.close();
  });

  const stored = async ({ store: { db } }: typeof short): Promise<object[]> =>
    (
      await sql<object>`
        select i.value as name, s.stage, s.next_at, s.answers, (select string_agg(kind || subject || coalesce(to_value, '-') || at::text, ' ' order by kind, subject, at, to_value) from transition t where t.lead = s.lead) as moves
        from lead_state s join identity i on i.lead = s.lead order by 1
      `.execute(db)
    ).rows;

  it('leave the same scores, segments, stages, transitions and times as if they had stayed, also in digests made anew', async () => {
    let deleted = 0;
    let life = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 18 }), async (steps) => {
        life += 1;
        for (const one of [...steps, 'retain' as const, 'evaluate' as const]) {
          const now = short.clock.now();
          if (typeof one === 'number') for (const { clock } of [short, long]) clock.advance(one);
          else if (one === 'retain') {
            short.clock.advance(DAY);
            long.clock.advance(DAY);
            deleted += await retainAll(short.world);
            expect(await retainAll(long.world)).toBe(0);
          } else if (one === 'evaluate') for (const { world } of [short, long]) await evaluateAll(world);
          else if (one === 'forget') for (const { store } of [short]) await forgetDigests(store.db, await leadPage(store.db, undefined, 10_000));
          else {
            const events = one.map(({ lead, type, properties, ago }): IntakeEvent => ({
              ...event(new Date(now.getTime() - ago), type, type === 'page_viewed' ? properties : {}, { id: `crm-${life}-${lead}` }),
              key: String(++keys),
            }));
            for (const { world } of [short, long]) expect(await takeIn(world, events)).toMatchObject({ stored: events.length });
          }
        }
        expect(await stored(short)).toEqual(await stored(long));
      }),
      { numRuns: RUNS },
    );
    expect(deleted).toBeGreaterThan(RUNS);
    const { rows } = await sql<{ n: number }>`select count(*) as n from event where type = 'page_viewed'`.execute(short.store.db);
    expect(rows[0]?.n).toBeLessThan(keys);
  }, 120_000);

  it('are not taken in again when they were deleted, and an explanation says what it misses', async () => {
    const { world, clock, store } = short;
    const events = Array.from({ length: 60 }, (_, n) => ({ ...event(clock.now(), 'page_viewed', { path: '/blog', minutes: 4 }, { id: 'crm-old' }), key: `old ${n}` }));
    await takeIn(world, events);
    await evaluateAll(world);
    clock.advance(60 * DAY);
    await evaluateAll(world);
    expect(await retainAll(world)).toBeGreaterThan(0);
    expect(await takeIn(world, events)).toMatchObject({ stored: 0, refused: events.map((_, index) => ({ index, code: 'event-too-old', field: 'at' })) });
    const [lead] = (await sql<{ id: string; createdAt: Date }>`select l.id, l.created_at as "createdAt" from lead l join identity i on i.lead = l.id where i.value = 'crm-old'`.execute(store.db)).rows;
    const now = await explainAsOf(world, lead!, {});
    expect(now.explanation.segments.flatMap(({ segment: id, conditions }) => (conditions.holds ? [id] : [])).sort()).toEqual(['segments/ever', 'segments/minutes', 'segments/quiet']);
    expect(now.notes).toEqual([expect.stringMatching(/^Events of the lead were deleted/)]);
  });

  it('are counted as before by another rulebook that asks the same, and it begins anew with what it asks first', async () => {
    const { world, store } = short;
    const files = [...rules('10d'), segment('often', count('page_viewed', 'atLeast', 60)), segment('blog', { fact: 'eventCount', params: { event: 'page_viewed', where: { path: { startsWith: '/blo' } } }, operator: 'atLeast', value: 60 })];
    await activate(world, compileRulebook({ files, gitRevision: null }), { by: 'test' });
    await evaluateAll(world);
    const { rows } = await sql<{ segment: string }>`select m.segment from membership m join identity i on i.lead = m.lead where i.value = 'crm-old' order by 1`.execute(store.db);
    expect(rows.map(({ segment: id }) => id)).toEqual(['segments/ever', 'segments/minutes', 'segments/often', 'segments/quiet']);
  });
});
