import { gunzipSync } from 'node:zlib';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pageProperties, trackerScript } from '../src/tracker/tracker-script.ts';
import { addBrowserKey, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { Browser, openPage, type Page, type PageParts } from './open-page.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';

const YEAR_AND_A_MONTH = 395 * 86_400;

let rules: RulesFolder;
let core: CoreUnderTest;
let key: string;
let script: string;
beforeAll(async () => {
  rules = rulesFolder();
  const plan = rules.read('tracking-plan.json') as { events: { page_viewed: { properties: object } } };
  const texts = ['topic', 'referrer', 'utmSource', 'utmMedium', 'utmCampaign', 'utmTerm', 'gclid'].map((name) => [name, { type: 'string', meaning: name }]);
  Object.assign(plan.events.page_viewed.properties, Object.fromEntries(texts));
  const clicked = { meaning: 'Played a video', public: true, properties: { video: { type: 'string', meaning: 'Which' } } };
  rules.write('tracking-plan.json', { ...plan, events: { ...plan.events, video_played: clicked } });
  core = await coreUnderTest({ rules: rules.folder });
  key = await addBrowserKey(core.world, { source: 'website', origins: ['https://www.larkfield.example'] });
  script = (await core.call('GET', '/v1/tracker.js', undefined, { authorization: '' })).text;
});
afterAll(async () => {
  await core.settled();
  await core.close();
  rules.remove();
});

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
});

const open = (parts?: PageParts): Page => openPage(core, browser, key, script, parts);

/** What the core stored about the visitor of this browser, in order. */
async function stored(visitor = browser.cookies.get('tendril_id')): Promise<{ type: string; [property: string]: unknown }[]> {
  const { rows } = await sql<{ type: string; properties: object }>`
    select e.type, e.properties from event e join identity i on i.lead = e.lead
    where i.kind = 'anonymous' and i.value = ${visitor ?? ''} order by e.seq
  `.execute(core.world.store.db);
  return rows.map(({ type, properties }) => ({ type, ...properties }));
}

describe('GET /v1/tracker.js', () => {
  it('is a script that any site may embed and a browser may keep for an hour', async () => {
    const { status, headers, text } = await core.call('GET', '/v1/tracker.js', undefined, { authorization: '' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(text).not.toMatch(/^\s*(\/\/|\/?\*)/m);
  });

  it('is not sent again when it did not change, and travels compressed', async () => {
    const { headers } = await core.call('GET', '/v1/tracker.js');
    const again = await core.call('GET', '/v1/tracker.js', undefined, { 'if-none-match': String(headers['etag']) });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', headers['etag']]);
    const zipped = await core.app.inject({ url: '/v1/tracker.js', headers: { 'accept-encoding': 'br, gzip' } });
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: headers['etag'] });
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(script);
    expect(zipped.rawPayload.length).toBeLessThan(2_400);
  });

  it('knows what a page view may carry by the tracking plan, and counts none where browsers may send none', () => {
    const properties = { path: { type: 'string' as const, meaning: 'Path' }, depth: { type: 'number' as const, meaning: 'How far' } };
    const planned = (pages?: { public: boolean }) => pageProperties({ attributes: {}, account: {}, events: pages ? { page_viewed: { meaning: 'Page', properties, ...pages } } : {} });
    expect([planned({ public: true }), planned({ public: false }), planned(), pageProperties(undefined)]).toEqual([['path'], null, null, null]);
    expect(trackerScript(['path']).etag).not.toBe(trackerScript(null).etag);
  });
});

describe('a page view', () => {
  it('is counted under a random first-party id that is kept for thirteen months', async () => {
    const page = open();
    const id = page.tendril.anonymousId();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(browser.written).toEqual([`tendril_id=${id}; Path=/; Max-Age=${YEAR_AND_A_MONTH}; SameSite=Lax; Secure`]);
    await page.later();
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/' }]);
  });

  it('is counted under the same id on the next page, whose visit does not prolong it', async () => {
    await open().later();
    await open({ url: 'https://www.larkfield.example/pricing?email=ana@clinic.example#top' }).later();
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/' }, { type: 'page_viewed', path: '/pricing' }]);
    expect(browser.written).toHaveLength(1);
  });

  it('says how the visitor came, with the first page alone, as far as the plan has it', async () => {
    const query = '?utm_source=news&utm_medium=email&utm_campaign=%E2%98%82&utm_content=b&utm_id=7&gclid=abc&fbclid=def&topic=rotas';
    const page = open({ url: `https://www.larkfield.example/guide${query}`, referrer: 'https://search.example:8443/?q=private' });
    page.pushState(`/next${query}`);
    await page.later();
    const arrival = { utmSource: 'news', utmMedium: 'email', utmCampaign: '☂', gclid: 'abc', referrer: 'search.example:8443' };
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/guide', ...arrival }, { type: 'page_viewed', path: '/next' }]);
  });

  it('does not call the own site a referrer', async () => {
    await open({ referrer: 'https://www.larkfield.example/blog' }).later();
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/' }]);
  });

  it('says what the page says about itself, once it is drawn', async () => {
    const page = open();
    page.meta.set('topic', 'rotas');
    page.meta.set('path', '/elsewhere');
    page.meta.set('title', 'not planned');
    await page.later();
    page.pushState('/skipped');
    page.pushState('/next');
    page.meta.set('topic', 'no-shows');
    await page.later();
    expect(await stored()).toEqual([
      { type: 'page_viewed', path: '/', topic: 'rotas' },
      { type: 'page_viewed', path: '/skipped' },
      { type: 'page_viewed', path: '/next', topic: 'no-shows' },
    ]);
  });

  it('is counted once for each navigation of a single-page site', async () => {
    const page = open();
    page.pushState('/a');
    page.pushState('/a?tab=2');
    page.pushState('/b');
    page.back('/a');
    await page.later();
    expect((await stored()).map(({ path }) => path)).toEqual(['/', '/a', '/b', '/a']);
    expect(browser.requests).toHaveLength(1);
  });

  it('is counted again when the browser brings the page back from its memory', async () => {
    const page = open();
    page.fire('pageshow', { persisted: false });
    page.fire('pageshow', { persisted: true });
    await page.later();
    expect(await stored()).toHaveLength(2);
  });

  it('waits for a page that is drawn in advance to be looked at', async () => {
    const page = open({ document: { prerendering: true } });
    await page.later();
    expect([page.tendril.anonymousId(), browser.written, browser.requests]).toEqual([undefined, [], []]);
    page.document['prerendering'] = false;
    page.fire('prerenderingchange');
    await page.later();
    expect(await stored()).toHaveLength(1);
  });

  it.each(['2019-07-01T12:00:00.000Z', '2031-07-01T12:00:00.000Z'])('is counted at the right time when the clock of the visitor shows %s', async (shown) => {
    const wrong = class extends Date {
      override toISOString(): string {
        return shown;
      }
    };
    await open({ globals: { Date: wrong } }).later();
    const { rows } = await sql<{ at: Date }>`
      select occurred_at as at from event e join identity i on i.lead = e.lead where i.value = ${browser.cookies.get('tendril_id')}
    `.execute(core.world.store.db);
    expect(rows).toEqual([{ at: core.clock.now() }]);
  });

  it('is counted once when the script is embedded twice', async () => {
    const page = open();
    page.again();
    await page.later();
    expect(await stored()).toHaveLength(1);
  });

  it('has an id for all subdomains when the site says so', () => {
    open({ attributes: { domain: 'larkfield.example' } });
    expect(browser.written[0]).toContain('; Domain=larkfield.example; Secure');
  });
});

describe('sending', () => {
  it('tries once more with the same keys when the answer is lost, so that everything counts once', async () => {
    browser.network = async (arrives) => {
      await arrives();
      browser.network = (next) => next();
      throw new TypeError('Failed to fetch');
    };
    const page = open();
    await page.later();
    page.tendril.track('video_played', { video: 'tour' });
    await page.later();
    expect(browser.requests).toHaveLength(2);
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/' }, { type: 'video_played', video: 'tour' }]);
  });

  it.each([
    ['a core that is down', async () => ({ status: 503 }), 2],
    ['a network that is down', async () => Promise.reject(new TypeError('Failed to fetch')), 2],
    ['a refusal', async () => ({ status: 403 }), 1],
  ])('gives up after %s', async (_what, network, requests) => {
    browser.network = network;
    const page = open();
    for (let n = 0; n < 4; n += 1) await page.later();
    expect(browser.requests).toHaveLength(requests);
  });

  it.each(['fetch', 'beacon'] as const)('goes out at once, by %s, when the visitor leaves', async (by) => {
    browser.keepalive = by === 'fetch';
    const page = open();
    page.tendril.track('video_played');
    if (by === 'fetch') page.hide();
    else page.fire('pagehide');
    expect(browser.requests.map((request) => request.by)).toEqual([by]);
    await page.later();
    expect(await stored()).toHaveLength(2);
  });

  it('parts what is more than the core takes at once', async () => {
    const page = open();
    for (let n = 0; n < 60; n += 1) page.tendril.track('video_played', { video: `tour ${n}` });
    await page.later();
    expect(browser.requests.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([50, 11]);
    expect(await stored()).toHaveLength(61);
  });

  it('keeps page views when the page says what may not come from a browser', async () => {
    const page = open();
    page.tendril.track('trial_started');
    await page.later();
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/' }]);
    expect(browser.requests).toHaveLength(1);
  });
});

describe('consent', () => {
  const attributes = { consent: 'required' };

  it('that is asked for: nothing is stored or sent before', async () => {
    const page = open({ attributes, url: 'https://www.larkfield.example/?utm_source=news' });
    page.tendril.track('video_played');
    page.pushState('/next');
    await page.later();
    page.hide();
    expect([browser.written, browser.requests, page.tendril.anonymousId()]).toEqual([[], [], undefined]);
    page.tendril.consent(true);
    await page.later();
    expect(await stored()).toEqual([{ type: 'page_viewed', path: '/next', utmSource: 'news' }]);
  });

  it('that was given holds on the next page, and when it is withdrawn nothing is left', async () => {
    open({ attributes }).tendril.consent(true);
    const page = open({ attributes });
    const visitor = page.tendril.anonymousId();
    expect(visitor).toBeDefined();
    page.tendril.consent(false);
    page.tendril.track('video_played');
    await page.later();
    expect([browser.cookies.size, browser.requests, page.tendril.anonymousId(), await stored(visitor)]).toEqual([0, [], undefined, []]);
    await open({ attributes }).later();
    expect([browser.cookies.size, browser.requests]).toEqual([0, []]);
  });

  it('that is not asked for can be refused: the id goes, the refusal stays until it is taken back', async () => {
    open().tendril.consent(false);
    expect(browser.cookies.get('tendril_id')).toBe('off');
    await open().later();
    expect(browser.requests).toEqual([]);
    open().tendril.consent(true);
    expect(browser.cookies.get('tendril_id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('withdrawn while a request fails does not send it again', async () => {
    browser.network = async () => ({ status: 503 });
    const page = open();
    page.hide();
    page.tendril.consent(false);
    for (let n = 0; n < 3; n += 1) await page.later();
    expect(browser.requests).toHaveLength(1);
  });

  it('is overruled by Global Privacy Control: what a banner says for the visitor does not count, and an old id goes', async () => {
    await open().later();
    browser.navigator['globalPrivacyControl'] = true;
    const page = open();
    page.tendril.consent(true);
    page.tendril.track('video_played');
    await page.later();
    expect([browser.cookies.size, browser.requests.length, page.tendril.anonymousId()]).toEqual([0, 1, undefined]);
  });
});

describe('calls before the script is there', () => {
  it('are made up for, in their order', async () => {
    const page = open({ before: [['track', 'video_played', { video: 'one' }], ['track', 'video_played', { video: 'two' }]] });
    page.tendril.push(['track', 'video_played', { video: 'three' }]);
    await page.later();
    expect((await stored()).map(({ video }) => video)).toEqual([undefined, 'one', 'two', 'three']);
  });

  it('refuse before anything is counted', () => {
    open({ before: [['track', 'video_played'], ['consent', false]] });
    expect(browser.written).toEqual([`tendril_id=off; Path=/; Max-Age=${YEAR_AND_A_MONTH}; SameSite=Lax; Secure`]);
  });

  it('agree before the calls beside them are dropped', async () => {
    await open({ attributes: { consent: 'required' }, before: [['track', 'video_played'], ['consent', true]] }).later();
    expect((await stored()).map(({ type }) => type)).toEqual(['page_viewed', 'video_played']);
  });
});

describe('a page is never harmed', () => {
  const cyclic: { self?: object } = {};
  cyclic.self = cyclic;

  it.each([
    ['cookies that throw', () => (browser.keepsCookies = 'throws'), {}],
    ['cookies that are not kept', () => (browser.keepsCookies = false), {}],
    ['robots', () => (browser.navigator['webdriver'] = true), {}],
    ['a browser without crypto', () => undefined, { globals: { crypto: undefined } }],
    ['an element that is not found', () => undefined, { document: { currentScript: null } }],
  ] satisfies [string, () => unknown, PageParts][])('by %s: nothing is sent, nothing thrown', async (_what, happens, parts) => {
    happens();
    const page = open({ ...parts, before: [['track', 'video_played'], ['nonsense'], null] });
    page.pushState('/next');
    page.tendril.push(['consent', true]);
    page.tendril.push(['track', 'video_played']);
    page.fire('pagehide');
    await page.later();
    expect(browser.requests).toEqual([]);
  });

  it.each([
    ['fetch that throws', { fetch: () => { throw new TypeError('blocked'); } }],
    ['no fetch at all', { fetch: undefined }],
    ['a history that cannot be changed', { history: Object.freeze({ pushState: () => undefined }) }],
  ] satisfies [string, object][])('by %s', async (_what, globals) => {
    const page = open({ globals });
    page.pushState('/next');
    page.hide();
    for (let n = 0; n < 3; n += 1) await page.later();
    expect(page.tendril.anonymousId()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('by what makes no sense or cannot be sent: the rest arrives', async () => {
    const page = open({ before: [null, 7, 'nonsense', ['nonsense'], ['push', ['push']]] });
    page.tendril.track('video_played', cyclic);
    page.tendril.track('video_played', { video: 'tour' });
    await page.later();
    expect((await stored()).map(({ type }) => type)).toEqual(['page_viewed', 'video_played']);
  });

  it('by an id that somebody put into the cookie: a new one is made', () => {
    browser.cookies.set('tendril_id', 'ana@clinic.example');
    expect(open().tendril.anonymousId()).toMatch(/^[0-9a-f]{32}$/);
  });
});
