import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { event, granted, RULES, smallCompany } from './small-company.ts';

const NOISY = {
  path: 'segments/noisy.json',
  text: JSON.stringify({
    ...{ id: 'segments/noisy', version: 1, status: 'draft', owner: 'growth', title: 'Noisy' },
    conditions: {
      any: ['noise', 'page_viewed'].map((type) => ({ fact: 'eventCount', params: { event: type }, operator: 'atLeast', value: 5 })),
    },
  }),
};

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeAll(async () => {
  company = await smallCompany([...RULES, NOISY]);
});
afterAll(() => company.store.close());

it('an event is due by itself, by its number, until an evaluation has read it', async () => {
  const { store, clock, world } = company;
  const now = clock.now();
  const events = [granted(now), event(now, 'noise'), event(now, 'page_viewed', { path: '/' }), event(now, 'message_failed'), event(now, 'page_viewed', { path: '/pricing' })];
  expect(await takeIn(world, [...events, ...events.slice(2)])).toMatchObject({ stored: 5, duplicates: 3 });
  expect(await takeIn(world, events)).toMatchObject({ stored: 0 });
  const due = sql`select d.cause, e.type, e.properties ->> 'path' as path from due d left join event e on e.seq = d.event and e.lead = d.lead order by d.seq`;
  expect((await due.execute(store.db)).rows).toEqual([
    { cause: 'consent_changed', type: 'consent_changed', path: null },
    { cause: 'page_viewed', type: 'page_viewed', path: '/' },
    { cause: 'page_viewed', type: 'page_viewed', path: '/pricing' },
  ]);
  const forDrafts = sql`select e.type from shadow_due d left join event e on e.seq = d.event and e.lead = d.lead`;
  expect((await forDrafts.execute(store.db)).rows).toEqual([{ type: 'noise' }]);
  await evaluateAll(world);
  expect((await sql`select event from due union all select event from shadow_due where event is not null`.execute(store.db)).rows).toEqual([]);
});
