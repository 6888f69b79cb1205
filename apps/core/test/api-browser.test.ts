import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addBrowserKey, type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, eventOf, refusalIn } from './said.ts';

const SITE = 'https://www.larkfield.example';
const VISITOR = '0123456789abcdef0123456789abcdef';

let rules: RulesFolder;
let core: CoreUnderTest;
let key: string;
beforeAll(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  key = await addBrowserKey(core.world, { source: 'website', origins: [SITE, 'http://localhost:8080'] });
});
afterAll(async () => {
  await core.settled();
  await core.close();
  rules.remove();
});

const page = (more: object = {}): Record<string, unknown> => eventOf('page_viewed', { path: '/' }, { source: 'website', lead: { anonymousId: VISITOR }, ...more });

/** What a page sends: text, without credentials, with the origin that the browser adds. */
const send = (body: unknown, { origin = SITE, as = key, query = '', ...headers }: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  core.call('POST', `/v1/events?key=${as}${query}`, body, { authorization: '', 'content-type': 'text/plain;charset=UTF-8', origin, ...headers });

describe('POST /v1/events with a browser key', () => {
  it('takes a page view as the tracker sends it, and lets the page read the answer, without cookies', async () => {
    const answer = await send([page()]);
    expect(bodyOf(answer, 202)).toEqual({ stored: 1, duplicates: 0, quarantined: [], refused: [] });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': SITE, vary: 'Origin' });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('takes it as JSON too, alone too, and counts it once', async () => {
    const event = page();
    expect(bodyOf(await send(event, { 'content-type': 'application/json' }), 202)).toEqual({ stored: 1, duplicates: 0, quarantined: [], refused: [] });
    expect(bodyOf(await send([event]), 202)).toEqual({ stored: 0, duplicates: 1, quarantined: [], refused: [] });
  });

  it.each([
    ['a type that is not public', { type: 'trial_started', properties: {} }, 'type'],
    ['consent', { type: 'consent_changed', properties: { channel: 'email', topic: '*', state: 'granted', basis: 'consent', wording: '', evidence: '' } }, 'type'],
    ['an attribute', { type: 'lead_updated', properties: { attributes: { industry: 'clinics' } } }, 'type'],
    ['an address', { lead: { anonymousId: VISITOR, email: 'ana@clinic.example' } }, 'lead.email'],
    ["another system's source", { source: 'crm' }, 'source'],
  ])('refuses %s, and keeps the rest of the batch', async (_what, more, field) => {
    expect(refusalIn(await send(page(more)), 422, 'event-not-public').field).toBe(field);
    const wrong = page({ properties: { path: 7 } });
    const answer = bodyOf<{ stored: number; refused: object[] }>(await send([page(more), wrong, page()]), 202);
    expect(answer).toMatchObject({ stored: 1, refused: [{ index: 0, code: 'event-not-public', field }, { index: 1, code: 'event-invalid' }] });
  });

  it.each([
    ['another site', 'https://evil.example'],
    ['a page within another scheme', 'http://www.larkfield.example'],
    ['a longer name', 'https://www.larkfield.example.evil.example'],
    ['a sandboxed frame', 'null'],
  ])('refuses %s, and does not let it read why', async (_what, origin) => {
    const answer = await send([page()], { origin });
    expect(refusalIn(answer, 403, 'origin-refused').hint).toContain(SITE);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('refuses a caller that names no origin: no browser leaves it out', async () => {
    refusalIn(await core.call('POST', `/v1/events?key=${key}`, [page()], { authorization: '' }), 403, 'origin-refused');
  });

  it("takes no server's key in an address, even beside a good one in the header", async () => {
    expect(refusalIn(await send([page()], { as: core.adminKey }), 401, 'key-in-address').hint).toContain('revoke this key');
    const both = await core.call('POST', `/v1/events?key=${core.adminKey}`, [page()], { origin: SITE });
    refusalIn(both, 401, 'key-in-address');
    refusalIn(await send([page()], { as: `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}` }), 401, 'key-needed');
    refusalIn(await send([page()], { as: '' }), 401, 'key-needed');
    refusalIn(await core.call('POST', `/v1/events?key=${key}&key=${key}`, [page()], { authorization: '', origin: SITE }), 401, 'key-needed');
  });

  it('refuses a browser key in the header, and says where it belongs', async () => {
    const answer = await core.call('POST', '/v1/events', [page()], { authorization: `Bearer ${key}`, origin: SITE });
    expect(refusalIn(answer, 403, 'scope-missing').hint).toContain('?key=');
  });

  it('takes 50 events and 64 KB, and no more', async () => {
    const events = Array.from({ length: 50 }, (_, n) => page({ lead: { anonymousId: `${VISITOR}${n}` } }));
    expect(bodyOf(await send(events), 202)).toMatchObject({ stored: 50 });
    expect(refusalIn(await send([...events, page()]), 400, 'request-invalid').detail).toContain('51');
    refusalIn(await send([page({ properties: { path: 'x'.repeat(65_536) } })]), 413, 'too-large');
    refusalIn(await send('x'.repeat(65_537)), 413, 'too-large');
  });

  it('takes text as JSON from pages only', async () => {
    const headers = { 'content-type': 'text/plain' };
    refusalIn(await core.call('POST', '/v1/events', JSON.stringify([page()]), headers), 400, 'request-invalid');
    refusalIn(await core.call('POST', `/v1/keys?key=${key}`, JSON.stringify({ name: 'x', scopes: ['admin'] }), headers), 400, 'request-invalid');
    refusalIn(await send('{"source": '), 400, 'bad-request');
  });

  it('corrects the time by the clock of the visitor', async () => {
    const visitor = 'f'.repeat(32);
    const event = page({ at: '2025-01-01T00:00:00Z', lead: { anonymousId: visitor } });
    bodyOf(await send([event], { query: '&sent=2025-01-01T00:00:10Z' }), 202);
    const [found] = bodyOf<{ items: { id: string }[] }>(await core.call('POST', '/v1/leads/search', { named: visitor })).items;
    const { items } = bodyOf<{ items: object[] }>(await core.call('GET', `/v1/leads/${found?.id}/timeline`));
    expect(items).toContainEqual(expect.objectContaining({ at: '2026-03-02T08:59:50.000Z' }));
    const old = page({ at: '2025-01-01T00:00:00Z' });
    for (const query of ['', '&sent=yesterday']) expect(refusalIn(await send(old, { query }), 422, 'event-too-old').field).toBe('at');
  });

  it('refuses a flood of one visitor, and no other one', async () => {
    const from = (visitor: string): Promise<Answer> => send(Array.from({ length: 40 }, () => page({ lead: { anonymousId: visitor } })));
    const flood = 'a'.repeat(32);
    for (let n = 0; n < 3; n += 1) bodyOf(await from(flood), 202);
    refusalIn(await from(flood), 429, 'too-many-events');
    bodyOf(await from('b'.repeat(32)), 202);
    core.clock.advance(60_000);
    bodyOf(await from(flood), 202);
  });
});

describe('OPTIONS /v1/events', () => {
  const ask = (origin: string, as = key, url = '/v1/events'): Promise<Answer> =>
    core.call('OPTIONS', `${url}?key=${as}`, undefined, { authorization: '', origin, 'access-control-request-method': 'POST' });

  it("says yes to each origin of the key, for POST and a body's type, without credentials", async () => {
    for (const origin of [SITE, 'http://localhost:8080']) {
      const { status, headers, text } = await ask(origin);
      expect([status, text]).toEqual([204, '']);
      expect(headers).toMatchObject({ 'access-control-allow-origin': origin, 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type', vary: 'Origin' });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it("says nothing to other origins, and nothing for a server's key or none", async () => {
    for (const [origin, as] of [['https://evil.example', key], [SITE, core.adminKey], [SITE, ''], ['null', key]] as const) {
      expect((await ask(origin, as)).headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('is there for events only', async () => {
    expect((await ask(SITE, key, '/v1/leads/search')).status).toBe(404);
    expect((await core.call('GET', '/v1/overview', undefined, { origin: SITE })).headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('POST /v1/keys for a browser', () => {
  const browser = { source: 'website', origins: [SITE] };

  it('makes a key that its pages can use at once, lists what it is bound to, and revokes it', async () => {
    const made = bodyOf<{ id: string; key: string }>(await core.call('POST', '/v1/keys', { name: 'site', browser }), 201);
    bodyOf(await send([page()], { as: made.key }), 202);
    const { items } = bodyOf<{ items: object[] }>(await core.call('GET', '/v1/keys'));
    expect(items).toContainEqual(expect.objectContaining({ id: made.id, scopes: [], browser }));
    bodyOf(await core.call('DELETE', `/v1/keys/${made.id}`));
    refusalIn(await send([page()], { as: made.key }), 401, 'key-needed');
  });

  it.each([
    ['scopes, because everybody can read it', { scopes: ['events:write'], browser }, 'scopes'],
    ['neither scopes nor pages', {}, 'scopes'],
    ['a wildcard', { browser: { ...browser, origins: ['*'] } }, 'browser.origins.0'],
    ['a path', { browser: { ...browser, origins: [`${SITE}/`] } }, 'browser.origins.0'],
    ['no origin', { browser: { ...browser, origins: [] } }, 'browser.origins'],
    ['no source', { browser: { origins: [SITE] } }, 'browser.source'],
  ])('refuses %s', async (_what, more, field) => {
    expect(refusalIn(await core.call('POST', '/v1/keys', { name: 'site', ...more }), 400, 'request-invalid').field).toBe(field);
  });
});
