import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

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

const MAP = {
  source: 'crm',
  lead: { id: 'Id' },
  addresses: { email: 'E-mail' },
  attributes: { firstName: { column: 'Name', type: 'string' }, industry: { column: 'Trade', type: 'string', optional: true } },
  consents: [{ channel: 'email', topic: 'product', state: 'granted', basis: 'consent', wording: 'Newsletter', evidence: 'crm', when: { column: 'News', equals: 'yes' } }],
  suppress: [{ channel: 'email', reason: 'left', when: { column: 'Left', equals: 'yes' } }],
};

const HEADER = 'Id;E-mail;Name;Trade;News;Left';

async function begin(map: object = MAP): Promise<string> {
  return bodyOf<{ id: string }>(await core.call('POST', '/v1/imports', { name: 'leads.csv', map }), 201).id;
}

async function upload(id: string, csv: string): Promise<Answer> {
  const answer = await core.call('PUT', `/v1/imports/${id}/file`, csv, { 'content-type': 'text/csv' });
  await core.settled();
  return answer;
}

const view = async (id: string): Promise<object> => bodyOf(await core.call('GET', `/v1/imports/${id}`));
const leadNamed = async (name: string): Promise<unknown> => bodyOf<{ items: object[] }>(await core.call('POST', '/v1/leads/search', { named: name })).items[0];

describe('an import', () => {
  it('takes a semicolon CSV with a byte order mark, quotes and odd line ends', async () => {
    const id = await begin();
    expect(await view(id)).toMatchObject({ name: 'leads.csv', state: 'waiting', total: 0 });
    const csv = `\ufeff${HEADER}\r\n1;ana@import.example;"Ana ""A"" Lee";clinics;yes;no\r\n2;bo@import.example;"Bo;\nBy";retail;no;no\r\n`;
    expect(bodyOf(await upload(id, csv), 202)).toEqual({ run: id });
    expect(await view(id)).toMatchObject({ state: 'done', total: 2, done: 2, leads: 2, rejected: 0, events: 3, message: null });
    expect(await leadNamed('ana@import.example')).toMatchObject({ attributes: { firstName: 'Ana "A" Lee', industry: 'clinics' }, segments: ['segments/clinics'] });
    expect(await leadNamed('2')).toMatchObject({ attributes: { firstName: 'Bo;\nBy' } });
    expect((await core.call('GET', `/v1/imports/${id}/rejects`)).text).toBe('line,reason\r\n');
  });

  it('of the same file again changes nothing', async () => {
    const csv = `${HEADER}\n3;cy@import.example;Cy;;yes;no\n`;
    const first = await begin();
    await upload(first, csv);
    expect(await view(first)).toMatchObject({ leads: 1, events: 2 });
    const again = await begin();
    await upload(again, csv);
    expect(await view(again)).toMatchObject({ state: 'done', leads: 1, events: 0 });
  });

  it('writes the rows that it cannot take into a CSV, each with its line and the reason, and takes the rest', async () => {
    const id = await begin();
    const csv = `${HEADER}\n4;di@import.example;Di;clinics;no;no\n;nobody@import.example;No;;no;no\n5;not an address;Ed;;no;no\n6;fi@import.example;Fi\n7;gus@import.example;Gus;=cmd();no;no\n8;hal@import.example;Hal;clinics;no;no\n`;
    bodyOf(await upload(id, csv), 202);
    expect(await view(id)).toMatchObject({ state: 'done', total: 6, leads: 2, rejected: 4 });
    const rejects = await core.call('GET', `/v1/imports/${id}/rejects`);
    expect(rejects.headers['content-type']).toMatch(/^text\/csv/);
    const [header, ...lines] = rejects.text.trim().split('\r\n');
    expect(header).toBe('line,reason');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['3', '4', '5', '6']);
    for (const [n, words] of [[0, 'empty'], [1, 'not an address'], [2, 'cells'], [3, 'industry']] as const) expect(lines[n]).toContain(words);
    expect(await leadNamed('8')).toMatchObject({ segments: ['segments/clinics'] });
  });

  it('lets opt-outs in first, and never overrides one that is known', async () => {
    const ida = { id: '9', email: 'ida@import.example' };
    const joe = { id: '10', email: 'joe@import.example' };
    await core.call('POST', '/v1/events', [consentOf('email', 'granted', ida), consentOf('email', 'denied', joe)]);
    const id = await begin();
    await upload(id, `${HEADER}\n9;ida@import.example;Ida;;yes;no\n10;joe@import.example;Joe;;yes;no\n9;ida@import.example;Ida;;no;yes\n`);
    const pages = [ida, joe].map((lead) => eventOf('page_viewed', { path: '/pricing' }, { lead }));
    await core.call('POST', '/v1/events', pages);
    await core.settled();
    const { items } = bodyOf<{ items: object[] }>(await core.call('GET', '/v1/touchpoints'));
    expect(items).toMatchObject([{ state: 'suppressed' }, { state: 'suppressed' }]);
    expect(rules.sent()).toEqual([]);
  });

  it('has one file: a second upload is refused', async () => {
    const id = await begin();
    await upload(id, `${HEADER}\n11;kim@import.example;Kim;;no;no\n`);
    refusalIn(await upload(id, `${HEADER}\n12;lea@import.example;Lea;;no;no\n`), 409, 'import-not-waiting');
    expect(await leadNamed('12')).toBeUndefined();
  });

  it('is in the list', async () => {
    const id = await begin();
    const { items } = bodyOf<{ items: object[] }>(await core.call('GET', '/v1/imports'));
    expect(items).toContainEqual(expect.objectContaining({ id, state: 'waiting' }));
  });
});

describe('an import is refused', () => {
  it.each([
    ['a key that no map has', { ...MAP, adresses: {} }, 400, 'import-map-invalid', 'addresses'],
    ['no lead id', { source: 'crm', lead: {} }, 400, 'import-map-invalid', 'lead.id'],
    ['an attribute that the tracking plan does not know', { ...MAP, attributes: { firstNam: { column: 'Name', type: 'string' } } }, 422, 'import-map-unplanned', 'firstName'],
  ])('with a map with %s', async (_what, map, status, code, words) => {
    const said = refusalIn(await core.call('POST', '/v1/imports', { name: 'x', map }), status, code);
    expect(`${said.field ?? ''} ${said.detail} ${said.hint ?? ''}`).toContain(words);
  });

  it.each([
    ['without a column that the map reads', 'Id;Mail;Name;News;Left\n20;x@import.example;X;no;no\n', 422, 'import-columns'],
    ['that cannot say who left', 'Id;E-mail;Name;News\n20;x@import.example;X;no\n', 422, 'import-columns'],
    ['that is empty', '', 400, 'csv-empty'],
    ['whose quote never closes', `${HEADER}\n20;x@import.example;"X;;no;no\n`, 400, 'csv-quote-open'],
    ['that is a workbook', 'PK\u0003\u0004', 400, 'csv-encoding'],
  ])('with a file %s, and still waits for a good one', async (_what, csv, status, code) => {
    const id = await begin();
    refusalIn(await upload(id, csv), status, code);
    expect(await view(id)).toMatchObject({ state: 'waiting', total: 0, rejected: 0 });
    expect(await leadNamed('20')).toBeUndefined();
    bodyOf(await upload(id, `${HEADER}\n21;mo@import.example;Mo;;no;no\n`), 202);
    expect(await view(id)).toMatchObject({ state: 'done', leads: 1 });
  });

  it('when the file is no CSV, or the import is not there', async () => {
    refusalIn(await core.call('PUT', `/v1/imports/${await begin()}/file`, { rows: [] }), 415, 'import-empty');
    refusalIn(await upload('nothing', HEADER), 404, 'import-unknown');
    refusalIn(await core.call('GET', '/v1/imports/nothing'), 404, 'import-unknown');
    refusalIn(await core.call('GET', '/v1/imports/nothing/rejects'), 404, 'import-unknown');
  });
});
