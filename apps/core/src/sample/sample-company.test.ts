import { checkAttributes, checkEvent, ConsentChanged, IntakeEvent, LeadUpdated, Suppressed } from '@tendril/events';
import { DAY, type JsonObject } from '@tendril/kernel';
import { loadRulebook, readRuleFolder } from '@tendril/rulebook';
import { expect, it } from 'vitest';
import { sampleCompany } from './sample-company.ts';

const until = new Date('2026-11-20T15:00:00Z');
const company = sampleCompany({ seed: 'test', leads: 1000, until, days: 45 });

/** The share of leads for whom something is true. */
function share(holds: (lead: (typeof company.leads)[number]) => boolean): number {
  return company.leads.filter(holds).length / company.leads.length;
}

it('is the same for the same seed, and another for another', () => {
  expect(sampleCompany({ seed: 'test', leads: 1000, until, days: 45 })).toEqual(company);
  expect(sampleCompany({ seed: 'other', leads: 1000, until, days: 45 }).events).not.toEqual(company.events);
});

it('lies in the past, in order, each key once', () => {
  const times = company.events.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
  expect(new Date(times.at(-1) ?? 0).getTime()).toBeLessThanOrEqual(until.getTime());
  expect(new Date(times[0] ?? 0).getTime()).toBeGreaterThan(until.getTime() - 47 * DAY);
  expect(new Set(company.events.map(({ key }) => key)).size).toBe(company.events.length);
});

it('can reach nobody: addresses under .example, numbers kept for fiction, none twice', () => {
  for (const { email, phone } of company.leads) {
    expect(email).toMatch(/^[a-z0-9.-]+@[a-z0-9-]+\.example$/);
    if (phone !== undefined) expect(phone).toMatch(/^\+(447700900\d{3}|1\d{3}55501\d{2})$/);
  }
  const phones = company.leads.flatMap(({ phone }) => phone ?? []);
  expect(new Set(phones).size).toBe(phones.length);
  expect(new Set(company.leads.map(({ email }) => email)).size).toBe(company.leads.length);
  expect(new Set(company.accounts.map(({ domain }) => domain)).size).toBe(company.accounts.length);
});

it('has the shapes of a real list: gaps, refusals, dead addresses, committees, office hours', () => {
  expect(share(({ phone }) => phone === undefined)).toBeGreaterThan(0.4);
  expect(share(({ account }) => account === null)).toBeCloseTo(0.14, 1);
  expect(share(({ agrees }) => agrees.length === 0)).toBeCloseTo(0.11, 1);
  const committees = company.accounts.filter(({ domain }) => company.leads.filter(({ account }) => account?.domain === domain).length > 2);
  expect(committees.length).toBeGreaterThan(50);
  expect(company.events.filter(({ type }) => type === 'suppressed').length).toBeGreaterThan(5);
  const denied = company.events.filter(({ type, properties }) => type === 'consent_changed' && properties.state === 'denied');
  expect(denied.length).toBeGreaterThan(10);
  const views = company.events.filter(({ type }) => type === 'page_viewed');
  const inOffice = views.filter(({ at }) => ![0, 6].includes(new Date(at).getUTCDay()) && /T(08|09|1[0-7])/.test(at));
  expect(inOffice.length / views.length).toBeGreaterThan(0.65);
});

it('is what intake takes', () => {
  const built = { lead_updated: LeadUpdated, consent_changed: ConsentChanged, suppressed: Suppressed };
  for (const event of company.events) {
    expect(IntakeEvent.parse(event)).toEqual(event);
    if (event.type in built) built[event.type as keyof typeof built].parse(event.properties);
  }
});

it('says nothing that the tracking plan of rules/ does not know', async () => {
  const { rulebook } = loadRulebook(await readRuleFolder(new URL('../../../../rules', import.meta.url).pathname));
  if (!rulebook) expect.fail('rules/ does not load');
  const problems = company.events.flatMap(({ type, properties }) => {
    if (type === 'lead_updated') return checkAttributes(rulebook.trackingPlan, properties.attributes as JsonObject);
    return type === 'suppressed' || type === 'consent_changed' ? [] : checkEvent(rulebook.trackingPlan, { type, properties });
  });
  expect(problems).toEqual([]);
  expect(Object.keys(company.accounts[0] ?? {}).filter((name) => name !== 'domain' && !(name in rulebook.trackingPlan.account))).toEqual([]);
});
