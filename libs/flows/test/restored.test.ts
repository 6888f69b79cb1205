import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR, type ManualClock, MINUTE } from '@tendril/kernel';
import { readSetting, type Store, writeSetting } from '@tendril/store';
import { copyTestStore, sql } from '@tendril/store/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { dispatchAll, STOPPED } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { readRestored, reconcileRestored, sayAlive } from '../src/restored.ts';
import type { World } from '../src/world.ts';
import { event, granted, pricingAs, type Recorder, RULES, smallCompany, worldOn } from './small-company.ts';

const file = (path: string, json: object) => ({ path, text: JSON.stringify(json, null, 2) });
const head = (id: string) => ({ id, version: 1, status: 'live', owner: 'growth', title: id });
const since = (operator: string, value: number) => ({ fact: 'daysSince', params: { event: 'page_viewed' }, operator, value });

/** Besides the journey to prices, one to those whose last visit was a day ago, but not two: time alone lets them in and out. */
const BOTH = [
  ...RULES,
  ...pricingAs('content/again'),
  file('segments/yesterday.json', { ...head('segments/yesterday'), conditions: { all: [{ fact: 'eventCount', params: { event: 'page_viewed' }, operator: 'atLeast', value: 1 }, since('atLeast', 1), since('lessThan', 2)] } }),
  file('journeys/again.json', { ...head('journeys/again'), entry: { segment: 'segments/yesterday' }, reentry: { after: '5d' }, steps: [{ id: 'mail', touch: 'content/again', channel: 'email' }] }),
];

const LEADS = [1, 2, 3, 4].map((n) => ({ id: `crm-${n}`, email: `lead-${n}@small.example` }));

let opened: Store[] = [];
afterEach(async () => {
  for (const store of opened) await store.close();
  opened = [];
});

async function company(): Promise<{ world: World; clock: ManualClock; recorder: Recorder; restore: () => Promise<World> }> {
  const { world, clock, recorder, store } = await smallCompany(BOTH);
  opened.push(store);
  await takeIn(world, LEADS.map((lead) => granted(clock.now(), lead)));
  return {
    world,
    clock,
    recorder,
    restore: async () => {
      await sayAlive(world);
      const copy = await copyTestStore(store);
      opened.push(copy);
      return worldOn(copy, clock, recorder);
    },
  };
}

const visit = (clock: ManualClock, n: number): IntakeEvent => event(clock.now(), 'page_viewed', { path: '/pricing' }, LEADS[n % LEADS.length]!);

async function work(world: World): Promise<void> {
  await evaluateAll(world);
  await dispatchAll(world);
}

async function startAgain(world: World): Promise<void> {
  await writeSetting(world.store.db, STOPPED, false, world.clock.now());
  await work(world);
}

const twice = ({ sent }: Recorder): string[] => sent.map(({ id }) => id).filter((id, n, all) => all.indexOf(id) !== n);

const states = async ({ store: { db } }: World): Promise<string[]> =>
  (await sql<{ state: string }>`select programme || ' ' || state as state from touchpoint order by 1`.execute(db)).rows.map(({ state }) => state);

describe('a restored backup', { timeout: 60_000 }, () => {
  it('starts with sending stopped, and what waited in it is not sent by it', async () => {
    const { world, clock, recorder, restore } = await company();
    await takeIn(world, [visit(clock, 0)]);
    await evaluateAll(world);
    const backup = await restore();
    await work(world);
    expect(recorder.sent).toHaveLength(1);

    clock.advance(HOUR);
    expect(await reconcileRestored(backup, clock.now())).toMatchObject({ doubted: 1, how: 'an operator said so' });
    expect(await readSetting(backup.store.db, STOPPED)).toBe(true);
    expect(await readRestored(backup.store.db)).toMatchObject({ doubted: 1 });
    await startAgain(backup);
    expect(await readRestored(backup.store.db)).toBeUndefined();
    expect(recorder.sent).toHaveLength(1);
    expect(await states(backup)).toEqual(['journeys/pricing unknown']);
  });

  it('lives through the time that was lost: who was let in and out meanwhile is not let in for the first time again', async () => {
    const { world, clock, recorder, restore } = await company();
    await takeIn(world, [visit(clock, 0)]);
    await work(world);
    const backup = await restore();
    for (let hour = 0; hour < 72; hour += 1) {
      clock.advance(HOUR);
      await work(world);
    }
    expect(await states(world)).toEqual(['journeys/again accepted', 'journeys/pricing accepted']);
    await reconcileRestored(backup, clock.now());
    expect(await states(backup)).toEqual(['journeys/again unknown', 'journeys/pricing accepted']);
    await startAgain(backup);
    clock.advance(10 * DAY);
    await takeIn(backup, [visit(clock, 0)]);
    await work(backup);
    clock.advance(DAY + HOUR);
    await work(backup);
    expect(twice(recorder)).toEqual([]);
    expect(recorder.sent).toHaveLength(3); // the second time that its last visit was yesterday
  });

  it('is known by itself where the database is another one', async () => {
    const { clock, restore } = await company();
    const backup = await restore();
    if (backup.store.kind === 'PGlite') return; // a copied folder says nothing
    expect(await reconcileRestored(backup)).toMatchObject({ how: expect.stringMatching(/^the database was \S+ and is \S+$/) });
    clock.advance(HOUR);
    expect(await reconcileRestored(backup)).toBeUndefined();
  });

  it('is dealt with once, however often the operator says so', async () => {
    const { clock, restore } = await company();
    const backup = await restore();
    const said = clock.now();
    clock.advance(MINUTE);
    expect(await reconcileRestored(backup, said)).toBeDefined();
    expect(await reconcileRestored(backup, said)).toBeUndefined();
    clock.advance(MINUTE);
    expect(await reconcileRestored(backup, clock.now())).toBeDefined();
  });

  it('makes nothing of histories that are taken in a month later, nor of a restore to come', async () => {
    const { clock, recorder, restore } = await company();
    const backup = await restore();
    const said = clock.now();
    clock.advance(HOUR);
    await reconcileRestored(backup, said);
    const old = visit(clock, 1);
    clock.advance(31 * DAY);
    await takeIn(backup, [{ ...old, properties: { path: '/pricing/old' } }, visit(clock, 1)]);
    await startAgain(backup);
    expect(recorder.sent).toHaveLength(1);
    await expect(reconcileRestored(backup, new Date(clock.now().getTime() + HOUR))).rejects.toMatchObject({ code: 'restored-in-future' });
  });

  it('is none when nothing was restored', async () => {
    const { world, clock } = await company();
    expect(await reconcileRestored(world)).toBeUndefined();
    clock.advance(HOUR);
    expect(await reconcileRestored(world)).toBeUndefined();
    expect(await readSetting(world.store.db, STOPPED)).toBeUndefined();
  });

  const step = fc.oneof(
    fc.record({ visits: fc.array(fc.nat(3), { maxLength: 3 }) }),
    fc.record({ minutes: fc.integer({ min: 1, max: 240 }) }),
    fc.constant('evaluate' as const),
    fc.constant('dispatch' as const),
  );

  it('sends nothing that went out before, whenever it was taken, when sources tell again what they told', async () => {
    const lives = fc.record({ before: fc.array(step, { maxLength: 12 }), lost: fc.array(step, { maxLength: 12 }), after: fc.array(step, { maxLength: 8 }), order: fc.infiniteStream(fc.nat()) });
    await fc.assert(
      fc.asyncProperty(lives, async ({ before, lost, after, order }) => {
        const { world, clock, recorder, restore } = await company();
        const told: IntakeEvent[] = [];
        const live = async (on: World, steps: typeof before): Promise<void> => {
          for (const one of steps) {
            if (one === 'evaluate') await evaluateAll(on);
            else if (one === 'dispatch') await dispatchAll(on);
            else if ('minutes' in one) clock.advance(one.minutes * MINUTE);
            else {
              const visits = one.visits.map((n) => visit(clock, n));
              told.push(...visits);
              if (visits.length > 0) await takeIn(on, visits);
            }
          }
        };
        await live(world, before);
        const backup = await restore();
        told.length = 0;
        await live(world, lost);
        await work(world);

        clock.advance(MINUTE);
        await reconcileRestored(backup, clock.now());
        await work(backup);
        const again = told.map((one) => ({ one, place: order.next().value })).sort((a, b) => a.place - b.place).map(({ one }) => one);
        const half = Math.ceil(again.length / 2);
        for (const part of [again.slice(0, half), again.slice(half)]) {
          clock.advance(MINUTE);
          if (part.length > 0) await takeIn(backup, part);
          await work(backup);
        }
        await startAgain(backup);
        await live(backup, after);
        for (let day = 0; day < 3; day += 1) {
          clock.advance(DAY);
          await work(backup);
        }
        expect(twice(recorder)).toEqual([]);
        for (const store of opened) await store.close();
        opened = [];
      }),
      { numRuns: Number(process.env['RESTORE_RUNS'] ?? (process.env['DATABASE_URL'] ? 6 : 3)), interruptAfterTimeLimit: 50_000 },
    );
  });
});
