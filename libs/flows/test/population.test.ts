import type { IntakeEvent } from '@tendril/events';
import { DAY } from '@tendril/kernel';
import { NO_TOUCHES } from '@tendril/rulebook';
import { leadPage } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { readPopulation } from '../src/read-population.ts';
import { event, granted, smallCompany, wholeSnapshots } from './small-company.ts';

const LEADS = 240;

let company: Awaited<ReturnType<typeof smallCompany>>;
const read = async (size: number, eventTypes?: readonly string[]) => {
  const { rulebook } = await company.world.rulebook.require(company.store.db);
  return readPopulation(company.world, { size, rulebook, ...(eventTypes ? { eventTypes } : {}) });
};

/** Three leads an account; every third account reads about prices, two leads are customers, one had far too much time. */
beforeAll(async () => {
  company = await smallCompany();
  const now = company.clock.now();
  const ago = (days: number): Date => new Date(now.getTime() - days * DAY);
  const events = Array.from({ length: LEADS }, (_, n): IntakeEvent[] => {
    const lead = { id: `crm-${n}`, email: `lead-${n}@small.example` };
    const company = Math.floor(n / 3);
    const account = { domain: `company-${company}.example` };
    return [
      { ...event(ago(90), 'lead_updated', { attributes: { firstName: `Ana ${n}`, industry: n % 2 ? 'health' : 'retail' }, account: { employees: company } }, lead), account },
      ...(company % 3 === 0 ? [event(ago(n % 40), 'page_viewed', { path: '/pricing' }, lead)] : []),
      ...(n === 7 || n === 70 ? [event(ago(2), 'deal_won', {}, lead)] : []),
      ...(n === 9 ? [granted(ago(70), lead), granted(ago(9), lead), event(ago(8), 'suppressed', { channel: 'email', reason: 'bounced' }, lead)] : []),
      event(ago(3), 'noise', {}, lead),
    ];
  });
  const often = Array.from({ length: 230 }, (_, n) => event(ago(1 + n / 10), 'page_viewed', { path: `/blog/${n}` }, { id: 'crm-20' }));
  for (let n = 0; n < LEADS; n += 40) await takeIn(company.world, events.slice(n, n + 40).flat());
  await takeIn(company.world, often);
  await takeIn(company.world, [event(ago(1), 'page_viewed', { path: '/pricing' }, { id: 'erased', email: 'erased@small.example' })]);
  await evaluateAll(company.world);
  await sql`update lead set erased_at = ${now} where id in (select lead from identity where value = 'erased')`.execute(company.store.db);
}, 60_000);
afterAll(() => company.store.close());

describe('readPopulation', () => {
  it('reads a small database whole, each lead with what rules ask about it', async () => {
    const { population, cutLeads } = await read(1000);
    const { rulebook } = await company.world.rulebook.require(company.store.db);
    const now = company.clock.now();
    expect(population).toMatchObject({ takenAt: now, total: LEADS });
    expect(population.strata).toEqual([
      { name: 'stage awareness, scoring/engagement B', total: 168, sampled: 168 },
      { name: 'stage consideration, scoring/engagement B', total: 48, sampled: 48 },
      { name: 'stage consideration, scoring/engagement A', total: 18, sampled: 18 },
      { name: 'stage customer, scoring/engagement B', total: 6, sampled: 6 },
    ]);
    const leads = await leadPage(company.store.db, undefined, 1000);
    const snapshots = await wholeSnapshots(company.store.db, leads, { eventTypes: rulebook.eventTypes, reads: rulebook.reads, now });
    expect(population.leads.map(({ id }) => id).toSorted()).toEqual(snapshots.map(({ facts }) => facts.id));
    const byId = new Map(population.leads.map((lead) => [lead.id, lead]));
    for (const { facts, state, enrolments } of snapshots) {
      const lead = byId.get(facts.id);
      const { attributes, consents, stage } = facts;
      expect(lead).toMatchObject({ attributes, consents, stage, enrolments });
      expect(lead?.account?.attributes ?? null).toEqual(facts.account);
      expect(lead?.events.filter(({ type }) => rulebook.eventTypes.includes(type))).toEqual(facts.events.slice(-200));
      const [evaluation] = rulebook.evaluate([{ ...facts, ...NO_TOUCHES, events: lead?.events ?? [] }], now);
      expect(evaluation?.scores).toEqual(state.scores);
    }
    expect(cutLeads).toBe(1);
    expect(population.leads.map(({ events }) => events.length).sort((a, b) => b - a)[0]).toBe(200);
  });

  it('reads rights, touchpoints and recent changes, and only the events that were asked for', async () => {
    const { population } = await read(1000);
    const nine = population.leads.find(({ suppressed }) => suppressed['email'] === 'bounced');
    expect(nine).toMatchObject({ channels: ['email'], consents: { 'email:product': 'granted' } });
    expect(nine?.events.map(({ type }) => type).toSorted()).toEqual(['consent_changed', 'page_viewed', 'suppressed']);
    expect(nine?.touchpoints).toMatchObject([]);
    const touched = population.leads.filter(({ touchpoints }) => touchpoints.length > 0);
    expect(touched.length).toBeGreaterThan(10);
    expect(touched[0]?.touchpoints[0]).toMatchObject({ programme: 'journeys/pricing', entry: 1, step: 'mail', channel: 'email', content: 'content/pricing', state: 'planned' });
    const types = (await read(1000, ['noise', 'lead_updated'])).population.leads.flatMap(({ events }) => events.map(({ type }) => type));
    expect([...new Set(types)].sort()).toEqual(['consent_changed', 'lead_updated', 'noise', 'suppressed']);
    const updated = (await read(1000, ['lead_updated'])).population.leads[0]?.events[0];
    expect(updated).toMatchObject({ type: 'lead_updated', properties: { industry: expect.stringMatching(/health|retail/) as string } });
  });

  it('draws a sample: small strata are seen, accounts come whole, weights add up, and it comes out the same again', async () => {
    const { population } = await read(60);
    expect(await read(60)).toEqual({ population, cutLeads: expect.any(Number) as number });
    expect(population.leads.length).toBeGreaterThan(45);
    expect(population.leads.length).toBeLessThanOrEqual(66);
    expect(population.strata.map(({ sampled }) => sampled > 0)).toEqual([true, true, true, true]);
    expect(population.strata.at(-1)).toMatchObject({ name: 'stage customer, scoring/engagement B', total: 6, sampled: 6 });
    expect(population.strata.reduce((sum, { total }) => sum + total, 0)).toBe(LEADS);
    expect(population.strata.reduce((sum, { sampled }) => sum + sampled, 0)).toBe(population.leads.length);
    for (const drawn of new Set(population.leads.map(({ account }) => account?.id))) {
      const members = population.leads.filter(({ account }) => account?.id === drawn);
      expect(members).toHaveLength(3);
      expect(new Set(members.map(({ stratum }) => stratum)).size).toBe(1);
    }
  });
});
