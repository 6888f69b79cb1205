import { parseBaseline } from '@tendril/plan';
import type { RuleSource } from '@tendril/rulebook';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { ANA, bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

let core: CoreUnderTest;
beforeAll(async () => {
  core = await coreUnderTest();
  const bo = { id: 'crm-2', email: 'bo@clinic.example' };
  const account = { account: { domain: 'northgate.example' } };
  const events = [
    eventOf('lead_updated', { attributes: { firstName: 'Ana', industry: 'clinics', company: 'Northgate' }, account: { name: 'Northgate plc', employees: 120 } }, account),
    consentOf('email'),
    eventOf('page_viewed', { path: '/pricing/northgate' }),
    eventOf('lead_updated', { attributes: { firstName: 'Bo', industry: 'retail' } }, { lead: bo }),
    eventOf('suppressed', { channel: 'email', reason: 'bounced' }, { lead: bo }),
  ];
  bodyOf(await core.call('POST', '/v1/events', events), 202);
  await core.settled();
});
afterAll(() => core.close());

interface Drawn {
  readonly files: readonly RuleSource[];
  readonly compared: readonly string[];
}

describe('GET /v1/baseline', () => {
  it('answers two files without names, and with what the rules ask', async () => {
    const { files, compared } = bodyOf<Drawn>(await core.call('GET', '/v1/baseline'));
    const { population, drawing, problems } = parseBaseline(files);
    expect({ problems, compared }).toEqual({ problems: [], compared: [] });
    expect(population).toMatchObject({ takenAt: core.clock.now(), total: 2 });
    const ana = population?.leads.find(({ account }) => account !== null);
    expect(ana).toMatchObject({
      attributes: { firstName: '(personal)', industry: 'clinics', company: '(rare)' },
      account: { attributes: { name: '(rare)', employees: 120 } },
      consents: { 'email:product': 'granted' },
      events: expect.arrayContaining([expect.objectContaining({ type: 'page_viewed', properties: { path: '/pricing/(rare)' } })]) as unknown,
    });
    expect(population?.leads.find(({ account }) => account === null)?.suppressed).toEqual({ email: '(rare)' });
    expect(drawing).toMatchObject({ size: 2000, eventsPerLead: 200, cutLeads: 0 });
    const text = files.map((file) => file.text).join('');
    for (const name of ['Ana', 'northgate', ANA.email, ANA.phone, 'crm-1', '@', 'form 1', 'Yes please']) expect(text.toLowerCase()).not.toContain(name.toLowerCase());
  });

  it('refuses a size that is none', async () => {
    for (const size of ['0', '-1', 'many', '1.5', '20001']) refusalIn(await core.call('GET', `/v1/baseline?size=${size}`), 400, 'request-invalid');
  });
});
