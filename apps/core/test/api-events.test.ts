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
const page = (more: object = {}): Record<string, unknown> => eventOf('page_viewed', { path: '/' }, more);
const leads = async (): Promise<number> => bodyOf<{ leads: number }>(await core.call('GET', '/v1/overview')).leads;

describe('POST /v1/events', () => {
  it('takes one event, and the same event again counts once', async () => {
    const event = page();
    expect(bodyOf(await send(event), 202)).toEqual({ stored: 1, duplicates: 0, quarantined: [], refused: [] });
    expect(bodyOf(await send(event), 202)).toEqual({ stored: 0, duplicates: 1, quarantined: [], refused: [] });
  });

  it('takes 1,000 events at once and refuses 1,001', async () => {
    const before = await leads();
    const batch = Array.from({ length: 1_000 }, (_, n) => page({ lead: { id: `batch-${n % 50}` } }));
    expect(bodyOf(await send(batch), 202)).toEqual({ stored: 1_000, duplicates: 0, quarantined: [], refused: [] });
    await core.settled();
    expect(await leads()).toBe(before + 50);
    refusalIn(await send([...batch, page()]), 400, 'request-invalid');
    refusalIn(await send([]), 400, 'request-invalid');
  });

  it('counts duplicates within one batch', async () => {
    const event = page();
    expect(bodyOf(await send([event, event, page()]), 202)).toEqual({ stored: 2, duplicates: 1, quarantined: [], refused: [] });
  });

  it('keeps the rest of a batch when one event does not fit, and says which and why', async () => {
    const answer = bodyOf<{ stored: number; refused: object[] }>(await send([page(), eventOf('page_viewd'), page()]), 202);
    expect(answer.stored).toBe(2);
    expect(answer.refused).toMatchObject([{ index: 1, code: 'event-invalid', field: 'type', hint: expect.stringContaining('page_viewed') }]);
  });

  it.each([
    ['an unknown type, with the one that was meant', eventOf('trial_start'), { field: 'type', hint: 'trial_started' }],
    ['a missing property', eventOf('page_viewed'), { field: 'properties.path' }],
    ['a property of the wrong kind', eventOf('page_viewed', { path: 7 }), { field: 'properties.path' }],
    ['an unknown property', eventOf('page_viewed', { path: '/', pth: '/' }), { field: 'properties.pth', hint: 'path' }],
    ['an unknown attribute', eventOf('lead_updated', { attributes: { firstNam: 'Ana' } }), { hint: 'firstName' }],
    ['a value that is not among those planned', eventOf('lead_updated', { attributes: { industry: 'clinic' } }), { hint: 'clinics' }],
    ['a consent without its proof', eventOf('consent_changed', { channel: 'email', topic: 'product', state: 'granted' }), { field: 'properties.basis' }],
    ['a suppression of nobody', eventOf('suppressed', { channel: 'email', reason: 'left' }, { lead: { id: 'crm-1' } }), { field: 'lead' }],
  ])('refuses %s', async (_what, event, { field, hint }: { field?: string; hint?: string }) => {
    const said = refusalIn(await send(event), 422, 'event-invalid');
    if (field !== undefined) expect(said.field).toBe(field);
    if (hint !== undefined) expect(`${said.detail} ${said.hint ?? ''}`).toContain(hint);
  });

  it('refuses what has not happened yet, and lets clocks differ by five minutes', async () => {
    expect(refusalIn(await send(page({ at: '2026-03-02T09:05:01Z' })), 422, 'event-in-future').field).toBe('at');
    bodyOf(await send(page({ at: '2026-03-02T09:05:00Z' })), 202);
  });

  it.each([
    ['no lead at all', page({ lead: {} }), 'lead'],
    ['an address that is two', page({ lead: { email: 'a@x.example, b@x.example' } }), 'lead.email'],
    ['a phone number without its country', page({ lead: { phone: '0151 1234' } }), 'lead.phone'],
    ['a time without its offset', page({ at: '2026-03-02T08:00:00' }), 'at'],
    ['a date that does not exist', page({ at: '2026-02-30T08:00:00Z' }), 'at'],
    ['a key that is missing', { ...page(), key: undefined }, 'key'],
    ['a field that nobody knows', { ...page(), prperties: {} }, ''],
  ])('refuses %s, and names the field', async (_what, event, field) => {
    const said = refusalIn(await send(event), 400, 'request-invalid');
    expect(said.field ?? '').toBe(field);
    expect(refusalIn(await send([page(), event]), 400, 'request-invalid').field).toBe(field === '' ? '1' : `1.${field}`);
  });

  it.each([
    ['text that is no JSON', '{"source": ', 400],
    ['a text', '"hello"', 400],
    ['nothing', undefined, 400],
    ['null', 'null', 400],
    ['a body of another kind', '<event/>', 415],
  ])('refuses %s', async (_what, body, status) => {
    const answer = await core.call('POST', '/v1/events', body, status === 415 ? { 'content-type': 'application/xml' } : {});
    refusalIn(answer, status, (answer.json as { code: string }).code);
  });

  it('refuses a body over 4 MB', async () => {
    refusalIn(await send(page({ properties: { path: 'x'.repeat(4_000_001) } })), 413, 'too-large');
  });

  it('refuses a body that is nested a hundred thousand levels deep', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const body = JSON.stringify(page()).replace(/"path":"[^"]*"/, `"path":${deep}`);
    refusalIn(await core.call('POST', '/v1/events', body), 400, 'too-deep');
  });

  it.each([
    ['a NUL character in a property', eventOf('page_viewed', { path: '/\u0000' }), 'properties'],
    ['a NUL character in a key', page({ key: 'a\u0000b' }), 'key'],
    ["a NUL character in a lead's id", page({ lead: { id: 'a\u0000b' } }), 'lead'],
    ['half a character', eventOf('page_viewed', { path: '/\ud800' }), 'properties'],
    ['a year that no calendar has', page({ at: '0000-01-01T00:00:00Z' }), 'at'],
    ['a time whose offset leads before the first year', page({ at: '0001-01-01T00:00:00+14:00' }), 'at'],
  ])('refuses %s, which no database can keep, without losing the batch around it', async (_what, event, field) => {
    expect(refusalIn(await send(event), 422, 'event-invalid').field).toMatch(new RegExp(`^${field}`));
    const answer = bodyOf<{ stored: number; refused: object[] }>(await send([page(), event]), 202);
    expect(answer).toMatchObject({ stored: 1, refused: [{ index: 1, code: 'event-invalid' }] });
  });

  it('tells nobody apart by an address that is written in another case', async () => {
    await send([page({ lead: { email: 'Case@Clinic.example' } }), page({ lead: { email: 'case@clinic.EXAMPLE' } })]);
    const { items } = bodyOf<{ items: unknown[] }>(await core.call('POST', '/v1/leads/search', { named: 'CASE@clinic.example' }));
    expect(items).toHaveLength(1);
  });

  it('links the names of one event, so that a visitor becomes a lead', async () => {
    await send([page({ lead: { anonymousId: 'visitor-7' } }), page({ lead: { anonymousId: 'visitor-7', email: 'seven@clinic.example' } })]);
    const { items } = bodyOf<{ items: { identities: object[] }[] }>(await core.call('POST', '/v1/leads/search', { named: 'seven@clinic.example' }));
    expect(items).toMatchObject([{ identities: [{ kind: 'anonymous', value: 'visitor-7' }, { kind: 'email', value: 'seven@clinic.example' }] }]);
  });
});
