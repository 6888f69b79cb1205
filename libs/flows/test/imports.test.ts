import { DAY } from '@tendril/kernel';
import { claimRun, readImportRejects, readRun } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImport, IMPORT, receiveCsv, workOnImports } from '../src/import-leads.ts';
import { takeIn } from '../src/intake.ts';
import { event, granted, smallCompany } from './small-company.ts';

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeEach(async () => {
  company = await smallCompany();
});
afterEach(() => company.store.close());

const MAP = {
  source: 'list',
  lead: { id: 'Id' },
  addresses: { email: 'Email' },
  attributes: { firstName: { column: 'Name', type: 'string' } },
  consents: [{ channel: 'email', topic: 'product', state: 'granted', basis: 'consent', wording: 'Newsletter', evidence: 'the list' }],
  suppress: [{ channel: 'email', reason: 'left', when: { column: 'Left', equals: 'yes' } }],
};
const LIST = 'Id,Email,Name,Left\n1,ana@small.example,Ana,no\n2,bob@small.example,Bob,yes\n3,not an address,Cat,no\n4,dan@small.example\n';

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function upload(text: string, map: object = MAP): Promise<string> {
  const id = await createImport(company.world, 'list.csv', map);
  await receiveCsv(company.world, id, bytes(text));
  return id;
}

async function importAll(text: string): Promise<string> {
  const id = await upload(text);
  while (await workOnImports(company.world));
  return id;
}

async function newestConsent(id: string): Promise<string | undefined> {
  const { rows } = await sql<{ state: string }>`
    select state from consent join identity on identity.lead = consent.lead and kind = 'id' and value = ${id} order by seq desc limit 1
  `.execute(company.store.db);
  return rows[0]?.state;
}

describe('an import', () => {
  it('takes the good rows, rejects the others with line and reason, and ends', async () => {
    const id = await importAll(LIST);
    expect(await readRun(company.store.db, id)).toMatchObject({ state: 'done', total: 4, counts: { rejected: 2, leads: 2 } });
    expect((await readImportRejects(company.store.db, id)).map(({ line, reason }) => [line, reason])).toEqual([
      [4, expect.stringContaining('"not an address"')],
      [5, expect.stringMatching(/cells/)],
    ]);
    const { rows } = await sql`select count(*) as n from import_batch`.execute(company.store.db);
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('never turns a no that is known into a yes, and repeats a no each time', async () => {
    const ana = { id: '1', email: 'ana@small.example' };
    await takeIn(company.world, [event(company.clock.now(), 'consent_changed', { channel: 'email', topic: '*', state: 'denied', basis: 'withdrawal', wording: '', evidence: 'call' }, ana)]);
    await importAll(LIST);
    expect(await newestConsent('1')).toBe('denied');
    expect(await newestConsent('2')).toBe('denied');
    company.clock.advance(DAY);
    await takeIn(company.world, [granted(company.clock.now(), { id: '2', email: 'bob@small.example' })]);
    expect(await newestConsent('2')).toBe('granted');
    await importAll(LIST);
    expect(await newestConsent('2')).toBe('denied');
  });

  it('is taken up by another process after a crash, and counts each batch once', async () => {
    const rows = Array.from({ length: 1200 }, (_, n) => `${n},lead${n}@small.example,Lead,no`);
    const id = await upload(`Id,Email,Name,Left\n${rows.join('\n')}\n`);
    const dead = await company.store.transaction((db) => claimRun(db, IMPORT));
    expect(dead?.id).toBe(id);
    expect(await workOnImports(company.world)).toBe(false); // its lease holds
    await sql`update run set lease_until = lease_until - interval '2 minutes'`.execute(company.store.db);
    expect(await workOnImports(company.world)).toBe(true);
    expect(await readRun(company.store.db, id)).toMatchObject({ state: 'done', done: 1200, counts: { leads: 1200, events: 2400 } });
  });

  it('is refused as a whole before anything is taken when map, columns or file are wrong', async () => {
    await expect(upload(LIST, { ...MAP, attributes: { firstNme: { column: 'Name', type: 'string' } } })).rejects.toMatchObject({
      code: 'import-map-unplanned',
      message: expect.stringContaining('did you mean "firstName"'),
    });
    await expect(upload('Id,Email,Name\n1,a@b.example,A\n')).rejects.toMatchObject({ code: 'import-columns', message: expect.stringContaining('"Left"') });
    const quote = await createImport(company.world, 'list.csv', MAP);
    await expect(receiveCsv(company.world, quote, bytes(`${LIST}5,"open,E,no\n`))).rejects.toMatchObject({ code: 'csv-quote-open' });
    const { rows } = await sql`select (select count(*) from lead) as leads, (select count(*) from import_batch) as batches`.execute(company.store.db);
    expect(rows).toEqual([{ leads: 0, batches: 0 }]);
    await receiveCsv(company.world, quote, bytes(LIST)); // and the same import may be tried again
    await expect(receiveCsv(company.world, quote, bytes(LIST))).rejects.toMatchObject({ code: 'import-not-waiting' });
  });
});
