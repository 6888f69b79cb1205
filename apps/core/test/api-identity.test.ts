import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, eventOf, refusalIn } from './said.ts';

interface Upserted {
  readonly leads: readonly { readonly index: number; readonly id: string; readonly result: string }[];
  readonly refused: readonly { readonly index: number; readonly field: string; readonly hint?: string }[];
}

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

const upsert = (body: unknown): Promise<Answer> => core.call('POST', '/v1/leads', body);
const one = async (body: object): Promise<Upserted['leads'][number]> => bodyOf<Upserted>(await upsert({ source: 'crm', ...body })).leads[0]!;

describe('POST /v1/leads', () => {
  it('makes a lead, changes it, and says when nothing is new', async () => {
    const first = await one({ id: 'u-1', email: 'u1@clinic.example', attributes: { firstName: 'Uma', industry: 'clinics' }, account: { domain: 'Clinic.example', attributes: { employees: 5 } } });
    expect(first.result).toBe('created');
    const again = { id: 'u-1', attributes: { firstName: 'Uma' } };
    expect(await one(again)).toMatchObject({ id: first.id, result: 'unchanged' });
    expect(await one({ id: 'u-1', attributes: { firstName: 'Ulla', industry: null } })).toMatchObject({ id: first.id, result: 'changed' });
    expect(await one(again)).toMatchObject({ result: 'changed' });
    expect(bodyOf(await core.call('GET', `/v1/leads/${first.id}`))).toMatchObject({ attributes: { firstName: 'Uma' }, account: { domain: 'clinic.example', attributes: { employees: 5 } }, mergedInto: null, merges: [] });
  });

  it('takes a key once, and the same content at the same time', async () => {
    expect(await one({ id: 'u-2', key: 'k', attributes: { firstName: 'Ada' } })).toMatchObject({ result: 'created' });
    expect(await one({ id: 'u-2', attributes: { firstName: 'Eve' } })).toMatchObject({ result: 'changed' });
    expect(await one({ id: 'u-2', key: 'k', attributes: { firstName: 'Ada' } })).toMatchObject({ result: 'unchanged' });
    const then = { id: 'u-2', at: '2026-03-01T09:00:00Z', attributes: { industry: 'retail' } };
    expect([(await one(then)).result, (await one(then)).result]).toEqual(['changed', 'unchanged']);
  });

  it('takes up to 1,000, and refuses one by one with field and hint', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ source: 'crm', id: `many-${n}`, attributes: { firstName: `N ${n}` } }));
    expect(bodyOf<Upserted>(await upsert(many)).leads.filter(({ result }) => result === 'created')).toHaveLength(1000);
    refusalIn(await upsert([...many, many[0]]), 400, 'request-invalid');
    const { leads, refused } = bodyOf<Upserted>(
      await upsert([
        { source: 'crm', id: 'r-1', attributes: { firstNam: 'x' } },
        { source: 'crm', id: 'r-2' },
        { source: 'crm', id: 'r-3', account: { domain: 'gmail.com' } },
        { source: 'crm', id: 'r-4', account: { domain: 'r4.example', attributes: { employee: 4 } } },
        { source: 'crm', id: 'r-5', at: '2027-01-01T00:00:00Z' },
      ]),
    );
    expect(leads).toMatchObject([{ index: 1, result: 'created' }]);
    expect(refused).toMatchObject([
      { index: 0, field: 'attributes.firstNam', hint: expect.stringContaining('firstName') },
      { index: 2, field: 'account.domain' },
      { index: 3, field: 'account.attributes.employee', hint: expect.stringContaining('employees') },
      { index: 4, field: 'at' },
    ]);
    expect(refusalIn(await upsert({ source: 'crm', id: 'r-1', attributes: { firstNam: 'x' } }), 422, 'event-invalid').field).toBe('attributes.firstNam');
    refusalIn(await upsert({ source: 'crm', attributes: {} }), 400, 'request-invalid');
  });
});

describe('merge and unmerge', () => {
  it('join two leads and part them again, with who said so', async () => {
    const [a, b] = [await one({ id: 'm-1', attributes: { firstName: 'Mia' } }), await one({ email: 'mia@clinic.example', attributes: { industry: 'retail' } })];
    const body = { into: b.id, reason: 'same person' };
    expect(bodyOf(await core.call('POST', `/v1/leads/${a.id}/merge`, { ...body, dryRun: true }))).toMatchObject({ dryRun: true, events: 1, identities: [{ kind: 'id', value: 'm-1' }] });
    bodyOf(await core.call('POST', `/v1/leads/${a.id}/merge`, body));
    const merged = bodyOf<object>(await core.call('GET', `/v1/leads/${a.id}`));
    expect(merged).toMatchObject({ id: b.id, mergedInto: b.id, attributes: { firstName: 'Mia', industry: 'retail' }, merges: [{ lead: a.id, into: b.id, by: 'admin', reason: 'same person', undoneAt: null }] });
    refusalIn(await core.call('POST', `/v1/leads/${a.id}/merge`, body), 409, 'leads-same');
    const { items } = bodyOf<{ items: { kind: string }[] }>(await core.call('GET', `/v1/leads/${b.id}/timeline`));
    expect(items.map(({ kind }) => kind)).toContain('merge');
    bodyOf(await core.call('POST', `/v1/leads/${a.id}/unmerge`, { reason: 'two people' }));
    expect(bodyOf(await core.call('GET', `/v1/leads/${a.id}`))).toMatchObject({ id: a.id, mergedInto: null, attributes: { firstName: 'Mia' }, merges: [{ undoneBy: 'admin', undoneReason: 'two people' }] });
    refusalIn(await core.call('POST', `/v1/leads/${a.id}/unmerge`, { reason: 'again' }), 409, 'lead-not-merged');
    refusalIn(await core.call('POST', '/v1/leads/nobody/merge', body), 404, 'lead-unknown');
    refusalIn(await core.call('POST', `/v1/leads/${a.id}/merge`, { into: 'x', reason: 'y' }), 400, 'request-invalid');
  });
});

describe('accounts', () => {
  it('are made and changed by domain, and show their buying committee', async () => {
    const put = (domain: string, attributes: object): Promise<Answer> => core.call('PUT', `/v1/accounts/${domain}`, { attributes });
    const made = bodyOf<{ id: string }>(await put('Buyers.example', { employees: 40 }));
    expect(made).toMatchObject({ result: 'created' });
    expect(bodyOf(await put('buyers.example', { employees: 40 }))).toEqual({ id: made.id, result: 'unchanged' });
    expect(bodyOf(await put('buyers.example', { employees: 50 }))).toEqual({ id: made.id, result: 'changed' });
    const buyer = await one({ id: 'buyer-1', account: { domain: 'buyers.example' } });
    bodyOf(await core.call('POST', '/v1/events', eventOf('page_viewed', { path: '/pricing' }, { lead: { id: 'buyer-1' } })), 202);
    await core.settled();
    const account = bodyOf<object>(await core.call('GET', '/v1/accounts/buyers.example'));
    expect(account).toMatchObject({
      domain: 'buyers.example',
      attributes: { employees: 50 },
      leads: 1,
      committee: { items: [{ id: buyer.id, stage: 'consideration', segments: ['segments/pricing'], role: null, lastActivity: expect.stringContaining('2026-03-02') }], next: null },
    });
    expect(bodyOf(await core.call('GET', `/v1/accounts/${made.id}`))).toEqual(account);
    expect(bodyOf<{ items: object[] }>(await core.call('GET', `/v1/accounts/${made.id}/leads?limit=1`)).items).toHaveLength(1);
    expect(bodyOf<{ items: { domain: string }[] }>(await core.call('GET', '/v1/accounts')).items.map(({ domain }) => domain)).toContain('buyers.example');
  });

  it('are never mail providers, and refuse what the plan does not know', async () => {
    expect(refusalIn(await core.call('PUT', '/v1/accounts/gmail.com', {}), 422, 'account-invalid').field).toBe('domain');
    refusalIn(await core.call('PUT', '/v1/accounts/nodomain', {}), 422, 'account-invalid');
    expect(refusalIn(await core.call('PUT', '/v1/accounts/x.example', { attributes: { employee: 1 } }), 422, 'account-invalid')).toMatchObject({ field: 'attributes.employee', hint: expect.stringContaining('employees') });
    refusalIn(await core.call('GET', '/v1/accounts/unknown.example'), 404, 'account-unknown');
    const event = { ...eventOf('page_viewed', { path: '/' }, { lead: { id: 'gm-1' } }), account: { domain: 'gmail.com' } };
    expect(bodyOf(await core.call('POST', '/v1/events', event), 202)).toMatchObject({ stored: 1 });
    refusalIn(await core.call('GET', '/v1/accounts/gmail.com'), 404, 'account-unknown');
  });
});
