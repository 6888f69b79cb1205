import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld } from '../src/boot/open-world.ts';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf } from './said.ts';

let rules: RulesFolder;
let core: CoreUnderTest;
const log: unknown[] = [];
beforeAll(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
});
afterAll(async () => {
  await core.close();
  rules.remove();
});

const touchpoints = async (): Promise<{ state: string }[]> => bodyOf<{ items: { state: string }[] }>(await core.call('GET', '/v1/touchpoints')).items;

describe('a core on a restored backup', () => {
  it('says so in its log and at /health/ready, and sends when it is told to, but not what may have gone', async () => {
    bodyOf(await core.call('POST', '/v1/dispatch/stop'));
    bodyOf(await core.call('POST', '/v1/events', [consentOf('email'), eventOf('page_viewed', { path: '/pricing' })]), 202);
    await core.settled();
    core.clock.advance(3_600_000);
    const { clock, world, settings } = core;
    await openWorld({ ...settings, restoredAt: clock.now() }, {}, { clock, store: world.store, log: (message, data) => log.push({ message, ...data }) });
    expect(log).toEqual([expect.objectContaining({ message: expect.stringMatching(/^A backup was restored: sending is stopped\. tools\/RUNBOOK\.md/), doubted: 1 })]);
    expect(bodyOf(await core.call('GET', '/health/ready'))).toMatchObject({ stopped: true, restored: { how: 'an operator said so', doubted: 1 } });

    const bo = { id: 'crm-2', email: 'bo@clinic.example' };
    clock.advance(60_000);
    const at = clock.now().toISOString();
    bodyOf(await core.call('POST', '/v1/events', [{ ...consentOf('email', 'granted', bo), at }, eventOf('page_viewed', { path: '/pricing' }, { lead: bo, at })]), 202);
    await core.settled();
    bodyOf(await core.call('POST', '/v1/evaluate'));
    expect((await touchpoints()).map(({ state }) => state).sort()).toEqual(['held', 'unknown']);
    bodyOf(await core.call('POST', '/v1/dispatch/start'));
    await core.settled();
    clock.advance(60_000);
    bodyOf(await core.call('POST', '/v1/evaluate'));
    expect((await touchpoints()).map(({ state }) => state).sort()).toEqual(['accepted', 'unknown']);
    expect(bodyOf(await core.call('GET', '/health/ready'))).toEqual({ status: 'ok', database: world.store.kind, stopped: false });
  });
});
