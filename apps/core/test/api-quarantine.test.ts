import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, eventOf, refusalIn } from './said.ts';

let rules: RulesFolder;
let core: CoreUnderTest;
beforeAll(async () => {
  rules = rulesFolder();
  plan((known) => known, { website: { unknown: 'quarantine' }, warehouse: { unknown: 'accept' }, billing: { unknown: 'refuse' } });
  core = await coreUnderTest({ rules: rules.folder });
});
afterAll(async () => {
  await core.close();
  rules.remove();
});

type Events = Record<string, { properties?: object }>;

function plan(change: (events: Events) => Events, sources?: object): void {
  const known = rules.read('tracking-plan.json') as { events: Events };
  rules.write('tracking-plan.json', { ...known, events: change(known.events), ...(sources ? { sources } : {}) });
}
const activate = async (): Promise<unknown> => bodyOf(await core.call('POST', '/v1/rulebook', { files: await rules.files() }));
const send = (body: unknown): Promise<Answer> => core.call('POST', '/v1/events', body);
const from = (source: string, type: string, properties: object = {}, more: object = {}) => eventOf(type, properties, { source, ...more });
const release = async (body: object = {}): Promise<unknown> => bodyOf(await core.call('POST', '/v1/events/quarantine/release', body));
const aside = async (query = ''): Promise<{ id: number; key: string; reason: string; code: string; body: object }[]> =>
  bodyOf<{ items: never[] }>(await core.call('GET', `/v1/events/quarantine${query}`)).items;

it('what the plan does not know is refused, kept aside or accepted, as its source says', async () => {
  refusalIn(await send(from('billing', 'chat_started')), 422, 'event-invalid');
  refusalIn(await send(from('somebody', 'chat_started')), 422, 'event-invalid');
  expect(bodyOf(await send(from('warehouse', 'chat_started', { any: [1] })), 202)).toMatchObject({ stored: 1, quarantined: [] });
  refusalIn(await send(from('warehouse', 'page_viewed', { path: 7 })), 422, 'event-invalid'); // a type that is known is known
  const chat = from('website', 'chat_started', { topic: 'rotas' });
  const said = { stored: 0, duplicates: 0, refused: [], quarantined: [{ index: 0, code: 'event-invalid', field: 'type', message: expect.stringContaining('chat_started') }] };
  expect(bodyOf(await send(chat), 202)).toMatchObject(said);
  expect(bodyOf(await send(chat), 202)).toMatchObject(said); // heard twice, kept once
  expect(await aside()).toMatchObject([{ source: 'website', key: chat['key'], body: { type: 'chat_started', properties: { topic: 'rotas' } }, reason: expect.stringContaining('chat_started') }]);
});

it('also other properties than planned and events of the future; never what could not be kept', async () => {
  const batch = [
    from('website', 'page_viewed', { path: '/', colour: 'green' }),
    from('website', 'page_viewed', { path: '/' }, { at: '2026-03-02T10:00:00Z' }),
    from('website', 'page_viewed', { path: '\u0000' }),
    from('website', 'consent_changed', { channel: 'email' }),
    from('website', 'page_viewed', { path: '/' }),
  ];
  expect(bodyOf(await send(batch), 202)).toMatchObject({ stored: 1, quarantined: [{ index: 0 }, { index: 1, code: 'event-in-future' }], refused: [{ index: 2 }, { index: 3 }] });
  expect(await aside('?source=billing')).toEqual([]);
  const first = bodyOf<{ items: object[]; next: string }>(await core.call('GET', '/v1/events/quarantine?limit=2'));
  expect(first.items).toHaveLength(2);
  expect(await aside(`?limit=2&cursor=${first.next}`)).toMatchObject([{ code: 'event-in-future' }]);
});

it('is taken in when the plan, or the time, has come to accept it, and stays with the reason otherwise', async () => {
  expect(await release()).toEqual({ released: 0, duplicates: 0, kept: 3 });
  plan((events) => ({ ...events, chat_started: { ...{ meaning: 'A chat' }, properties: { topic: { type: 'string', meaning: 'About' } } } }));
  await activate();
  const [chat, colour, future] = await aside();
  expect(await release({ ids: [colour!.id, future!.id] })).toEqual({ released: 0, duplicates: 0, kept: 2 });
  bodyOf(await send(chat!.body), 202); // the sender was faster
  expect(await release()).toEqual({ released: 0, duplicates: 1, kept: 2 });
  core.clock.advance(3_600_000);
  expect(await release({ ids: [future!.id] })).toEqual({ released: 1, duplicates: 0, kept: 0 });
  plan((events) => ({ ...events, page_viewed: { ...events['page_viewed'], properties: { ...events['page_viewed']!.properties, colour: { type: 'number', meaning: 'Hue' } } } }), { website: { unknown: 'refuse' } });
  await activate();
  expect(await release()).toEqual({ released: 0, duplicates: 0, kept: 1 });
  expect(await aside()).toMatchObject([{ id: colour!.id, reason: expect.stringContaining('a number') }]);
});
