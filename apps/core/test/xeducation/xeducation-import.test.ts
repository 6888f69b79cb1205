import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readFile } from 'node:fs/promises';
import { readCsv } from '@tendril/flows';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest, ROOT } from '../core-under-test.ts';

const CSV = join(ROOT, '../shared/data/xeducation/Leads.csv');
const here = existsSync(CSV);
if (!here) console.warn('X Education: skipped, ../shared/data/xeducation/Leads.csv is not there');

/** The whole path on the 9,240 real leads: CSV over HTTP, import, evaluation, gate, messages. */
describe.skipIf(!here)('the leads of X Education', () => {
  let core: CoreUnderTest;
  let id = '';
  const rows: Record<string, string>[] = [];

  beforeAll(async () => {
    core = await coreUnderTest({ rules: 'apps/core/test/xeducation/rules' });
    for await (const batch of (await readCsv(createReadStream(CSV))).batches) rows.push(...batch.rows.map(({ record }) => ({ ...record })));
    id = await importOnce();
  }, 300_000);
  afterAll(() => core.close());

  async function importOnce(): Promise<string> {
    const map: unknown = JSON.parse(await readFile(join(ROOT, 'apps/core/test/xeducation/map.json'), 'utf8'));
    const created = await core.call('POST', '/v1/imports', { name: 'Leads.csv', map });
    expect(created.status).toBe(201);
    const { id: made } = created.json as { id: string };
    const upload = await core.app.inject({
      method: 'PUT',
      url: `/v1/imports/${made}/file`,
      headers: { authorization: `Bearer ${core.adminKey}`, 'content-type': 'text/csv' },
      payload: Readable.from(createReadStream(CSV)),
    });
    expect(upload.statusCode).toBe(202);
    await core.settled();
    return made;
  }

  const rowsOf = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> => (await query.execute(core.world.store.db)).rows;

  it('are all imported, and all scored', async () => {
    const { json } = await core.call('GET', `/v1/imports/${id}`);
    expect(json).toMatchObject({ state: 'done', total: 9240, done: 9240, leads: 9240, rejected: 0 });
    expect(await rowsOf(sql`select count(*) as n, count(evaluated_at) as evaluated from lead_state`)).toEqual([{ n: 9240, evaluated: 9240 }]);
    const unscored = await rowsOf(sql<{ n: number }>`select count(*) as n from lead l where (select count(*) from score s where s.lead = l.id) <> 2`);
    expect(unscored).toEqual([{ n: 0 }]);
  });

  it('get a stage each, segments, and touchpoints that went out', async () => {
    const { json } = await core.call('GET', '/v1/overview');
    const { stages, segments, touchpoints } = json as { stages: Record<string, number>; segments: Record<string, number>; touchpoints: { state: string; n: number }[] };
    expect(Object.values(stages).reduce((sum, n) => sum + n, 0)).toBe(9240);
    expect(stages['']).toBeUndefined();
    expect(Object.keys(segments).length).toBeGreaterThanOrEqual(4);
    expect(touchpoints.filter(({ state }) => state === 'accepted').reduce((sum, { n }) => sum + n, 0)).toBeGreaterThan(500);
  });

  it('that asked for no mail, or whose mail bounced, are never mailed', async () => {
    const bounced = (row: Record<string, string>) => [row['Last Activity'], row['Last Notable Activity']].includes('Email Bounced');
    const never = rows.filter((row) => row['Do Not Email'] === 'Yes' || bounced(row)).map((row) => row['Lead Number'] ?? '');
    expect(never.length).toBeGreaterThan(700);
    const touched = await rowsOf(sql<{ state: string; n: number }>`
      select t.state, count(*) as n from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id'
      where i.value = any(${never}::text[]) group by t.state`);
    expect(touched.map(({ state }) => state)).toEqual(['suppressed']);
  });

  it('are the same after the same file was imported again', async () => {
    const before = await rowsOf(sql`select (select count(*) from event) as events, (select count(*) from touchpoint) as touchpoints, (select count(*) from lead) as leads, (select count(*) from consent) as consents`);
    const again = await importOnce();
    expect((await core.call('GET', `/v1/imports/${again}`)).json).toMatchObject({ state: 'done', events: 0 });
    const after = await rowsOf(sql`select (select count(*) from event) as events, (select count(*) from touchpoint) as touchpoints, (select count(*) from lead) as leads, (select count(*) from consent) as consents`);
    expect(after).toEqual(before);
  }, 120_000);
});
