import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf } from './said.ts';

let rules: RulesFolder;
let core: CoreUnderTest;
beforeAll(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
});
afterAll(async () => {
  await core.close();
  rules.remove();
});

/** The scrape as name (with labels) → value. */
async function scrape(): Promise<Record<string, number>> {
  const { status, headers, text } = await core.call('GET', '/metrics');
  expect(status, text).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('GET /metrics', () => {
  it('tells what waits and since when, and nothing when all is done', async () => {
    bodyOf(await core.call('POST', '/v1/dispatch/stop'));
    bodyOf(await core.call('POST', '/v1/events', [consentOf('email'), eventOf('page_viewed', { path: '/pricing' }), { ...eventOf('page_viewed', {}), type: 'nonsense' }]), 202);
    await core.settled();
    bodyOf(await core.call('POST', '/v1/evaluate'));
    core.clock.advance(300_000);
    await sql`insert into due (lead, cause, event) select lead, 'page_viewed', seq from event order by seq limit 1`.execute(core.world.store.db);
    const waiting = await scrape();
    expect(waiting).toMatchObject({
      tendril_due_rows: 1,
      tendril_due_oldest_seconds: 300,
      tendril_touchpoints_due: 1,
      tendril_dispatch_stopped: 1,
      'tendril_touchpoints{state="held"}': 1,
      'tendril_touchpoints{state="unknown"}': 0,
      'tendril_events_total{result="stored"}': 2,
      'tendril_events_total{result="refused"}': 1,
    });
    expect(waiting['tendril_touchpoints_due_oldest_seconds']).toBe(240); // the stop holds it for a minute
    expect(waiting['tendril_tick_seconds_count{tick="leads"}']).toBeGreaterThan(0);
    expect(waiting['nodejs_eventloop_lag_p99_seconds']).toBeGreaterThan(0);
    const { rulebook } = await core.world.rulebook.require(core.world.store.db);
    expect(Object.keys(waiting)).toContainEqual(expect.stringContaining(`tendril_rulebook_info{hash="${rulebook.hash}"`));

    bodyOf(await core.call('POST', '/v1/dispatch/start'));
    await core.settled();
    bodyOf(await core.call('POST', '/v1/evaluate'));
    expect(await scrape()).toMatchObject({
      tendril_due_rows: 0,
      tendril_due_oldest_seconds: 0,
      tendril_touchpoints_due: 0,
      tendril_touchpoints_due_oldest_seconds: 0,
      tendril_dispatch_stopped: 0,
      'tendril_touchpoints{state="held"}': 0,
    });
  });

  it('names no lead, address or rule', async () => {
    expect((await core.call('GET', '/metrics')).text).not.toMatch(/crm-|@|segments\/|journeys\/|[0-9a-f]{8}-[0-9a-f]{4}/);
  });
});
