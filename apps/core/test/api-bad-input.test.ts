import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, eventOf, refusalIn } from './said.ts';

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

const send = (body: unknown): Promise<Answer> => core.call('POST', '/v1/events', body);
const page = (path: unknown = '/', more: object = {}): Record<string, unknown> => eventOf('page_viewed', { path }, more);
const accepted = { stored: 1, duplicates: 0, quarantined: [], refused: [] };

/** The text of an event whose path is this JSON. */
const withPath = (json: string): string => JSON.stringify(page('HERE')).replace('"HERE"', json);

describe('bad input to POST /v1/events', () => {
  it('is refused beyond 32 levels, before it is read, and brackets in texts are no levels', async () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(refusalIn(await send(withPath(deep(31))), 400, 'too-deep').detail).toContain('32');
    refusalIn(await send(withPath(deep(1_000_000))), 400, 'too-deep');
    refusalIn(await send(withPath(deep(30))), 422, 'event-invalid'); // read, and not a text
    expect(bodyOf(await send(page(`"\\${'['.repeat(100)}`)), 202)).toEqual(accepted);
  });

  it('of 10 MB is refused, and the limit named; 1,000 ordinary events fit', async () => {
    const refused = refusalIn(await send(page('x'.repeat(10_000_000))), 413, 'too-large');
    expect(refused.detail).toContain('4 MB');
    expect(refused.hint).toContain('1,000');
    const long = { path: `/${'guide/'.repeat(400)}` };
    const batch = Array.from({ length: 1_000 }, (_, n) => eventOf('page_viewed', long, { lead: { id: `wide-${n % 10}` } }));
    expect(JSON.stringify(batch).length).toBeGreaterThan(2_400_000);
    expect(bodyOf(await send(batch), 202)).toMatchObject({ stored: 1_000 });
    expect(refusalIn(await send([...batch, page()]), 400, 'request-invalid').detail).toContain('1000');
  });

  it('with a million names of attributes is refused without looking at each, and leaves the lead as it was', async () => {
    const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, 1]));
    const lead = { id: 'collector' };
    const before = performance.now();
    const said = refusalIn(await send(eventOf('lead_updated', { attributes: names(300_000) }, { lead })), 422, 'event-too-large');
    expect(said).toMatchObject({ field: 'properties.attributes', detail: expect.stringContaining('500') });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(refusalIn(await send(eventOf('lead_updated', { attributes: names(400) }, { lead })), 422, 'event-invalid').field).toBe('properties.a0');
    expect(refusalIn(await send(eventOf('lead_updated', { account: names(400) }, { lead, account: { domain: 'x.example' } })), 422, 'event-invalid').field).toBe('properties.account.a0');
    expect(bodyOf<{ items: object[] }>(await core.call('POST', '/v1/leads/search', { named: 'collector' })).items).toEqual([]);
  });

  it.each([
    ['a text of more than 10,000 characters', 'x'.repeat(10_001), 'properties.path'],
    ['a list of more than 500 values', Array.from({ length: 501 }, () => 'x'), 'properties.path'],
  ])('is refused for %s', async (_what, path, field) => {
    expect(refusalIn(await send(page(path)), 422, 'event-too-large').field).toBe(field);
  });

  it.each([
    ['1899', '1899-12-31T23:59:59Z', 'event-invalid'],
    ['3000', '3000-01-01T00:00:00Z', 'event-in-future'],
    ['a year of five digits', '+012026-03-02T09:00:00Z', undefined],
  ])('is refused for a time in %s', async (_what, at, code) => {
    const answer = await send(page('/', { at }));
    expect(code === undefined ? refusalIn(answer, 400, 'request-invalid').field : refusalIn(answer, 422, code).field).toBe('at');
  });

  it('may be as old as 1900', async () => {
    expect(bodyOf(await send(page('/', { at: '1900-01-01T00:00:00Z' })), 202)).toEqual(accepted);
  });

  it('that is not UTF-8 is refused, not mended', async () => {
    const [before, after] = withPath('"HERE"').split('HERE');
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf0, 0x9f]]) {
      const payload = Buffer.concat([Buffer.from(before!), Buffer.from(bytes), Buffer.from(after!)]);
      const headers = { authorization: `Bearer ${core.adminKey}`, 'content-type': 'application/json' };
      const reply = await core.app.inject({ method: 'POST', url: '/v1/events', headers, payload });
      expect([reply.statusCode, (reply.json() as { code: string }).code]).toEqual([400, 'text-invalid']);
    }
    expect(bodyOf(await send(page('/größe/🌱')), 202)).toEqual(accepted);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('with a field named %s is refused, not silently without it', async (name) => {
    for (const body of [`{"path":"/","${name}":{"polluted":true}}`, `{"path":"/","${name}" :1}`]) {
      const text = JSON.stringify(eventOf('page_viewed', 'HERE' as never)).replace('"HERE"', body);
      expect(refusalIn(await send(text), 400, 'name-forbidden').field).toBe(name);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(bodyOf(await send(page(`a text about "${name}": fine`)), 202)).toEqual(accepted);
  });

  it('harms nobody else: while it comes, other callers are answered', async () => {
    const bad = [withPath('['.repeat(100_000)), '{"source":', withPath('"\\u0000"'), JSON.stringify(page('x'.repeat(10_001)))];
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => send(n % 2 === 0 ? page() : bad[n % bad.length])));
    expect(answers.map(({ status }) => status >= 200 && status < 300)).toEqual(answers.map((_, n) => n % 2 === 0));
  });

  it('is no clock that jumps back: intake goes on, and what was stored stays', async () => {
    const event = page('/', { at: '2026-03-02T09:00:00Z' });
    core.clock.advance(3_600_000);
    expect(bodyOf(await send(page('/', { at: core.clock.now().toISOString() })), 202)).toEqual(accepted);
    core.clock.advance(-3_600_000);
    expect(bodyOf(await send([event, page()]), 202)).toMatchObject({ stored: 2 });
    expect(bodyOf(await send(event), 202)).toMatchObject({ duplicates: 1 });
    bodyOf(await core.call('POST', '/v1/evaluate'));
  });
});
