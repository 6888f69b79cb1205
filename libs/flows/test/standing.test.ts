import { unknown } from '@tendril/connector-kit';
import type { IntakeEvent } from '@tendril/events';
import { DAY, MINUTE } from '@tendril/kernel';
import { writeSetting } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { dispatchAll, STOPPED } from '../src/dispatch-touchpoints.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeFeedback } from '../src/hear-feedback.ts';
import { takeIn } from '../src/intake.ts';
import { unsubscribe } from '../src/opt-out.ts';
import { pausing } from './mishaps.ts';
import { ANA, event, granted, RULES, smallCompany } from './small-company.ts';

let company: Awaited<ReturnType<typeof smallCompany>>;
afterEach(() => company.store.close());

const now = (): Date => company.clock.now();
const ofLead = (lead: IntakeEvent['lead'], path = '/pricing'): IntakeEvent => event(now(), 'page_viewed', { path }, lead);
const at = (domain: string, one: IntakeEvent): IntakeEvent => ({ ...one, account: { domain } });
const BOB = { id: 'crm-2' };
const EVE = { id: 'crm-3' };

/** The small company, and segments of one condition each. */
async function open(segments: Readonly<Record<string, object>>): Promise<void> {
  const files = Object.entries(segments).map(([name, condition]) => {
    const rule = { id: `segments/${name}`, version: 1, status: 'live', owner: 'growth', title: name, conditions: { all: [condition] } };
    return { path: `segments/${name}.json`, text: JSON.stringify(rule) };
  });
  company = await smallCompany([...RULES, ...files]);
}

/** Which of the leads are in the segment, by their ids at the company. */
async function members(segment: string): Promise<string[]> {
  await evaluateAll(company.world);
  const { rows } = await sql<{ value: string }>`
    select i.value from membership m join identity i on i.lead = m.lead and i.kind = 'id' where m.segment = ${`segments/${segment}`} order by i.value
  `.execute(company.store.db);
  return rows.map(({ value }) => value);
}

async function causes(segment: string): Promise<string[]> {
  const { rows } = await sql<{ cause: string }>`select cause from transition where subject = ${`segments/${segment}`} order by seq`.execute(company.store.db);
  return rows.map(({ cause }) => cause);
}

const touches = (state: string): object => ({ fact: 'touchpointCount', params: { channel: 'email', content: 'content/pricing', state }, operator: 'atLeast', value: 1 });
const waiting = { fact: 'inJourney', params: { journey: 'journeys/pricing' }, operator: 'equal', value: true };

describe('rules about touches', () => {
  it('see a touch when it is planned and when it is sent', async () => {
    await open({ waiting, planned: touches('planned'), sent: touches('accepted') });
    await takeIn(company.world, [granted(now()), ofLead(ANA)]);
    expect([await members('waiting'), await members('planned'), await members('sent')]).toEqual([['crm-1'], ['crm-1'], []]);
    await dispatchAll(company.world);
    expect([await members('waiting'), await members('planned'), await members('sent')]).toEqual([[], [], ['crm-1']]);
    expect(await causes('sent')).toEqual([expect.stringMatching(/\btouchpoint\b/)]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
  });

  it('see what the gate ends and what it holds', async () => {
    await open({ waiting, held: touches('held'), refused: touches('suppressed') });
    await writeSetting(company.store.db, STOPPED, true, now());
    await takeIn(company.world, [ofLead(ANA)]);
    await evaluateAll(company.world);
    await dispatchAll(company.world);
    expect([await members('waiting'), await members('held'), await members('refused')]).toEqual([['crm-1'], ['crm-1'], []]);
    await writeSetting(company.store.db, STOPPED, false, now());
    company.clock.advance(2 * MINUTE);
    await dispatchAll(company.world);
    expect([await members('waiting'), await members('held'), await members('refused')]).toEqual([[], [], ['crm-1']]);
  });

  it('see an ambiguous answer, and the feedback that proves it', async () => {
    await open({ ambiguous: touches('unknown'), sent: touches('accepted') });
    company.recorder.answer = () => unknown('the line went dead');
    await takeIn(company.world, [granted(now()), ofLead(ANA)]);
    await evaluateAll(company.world);
    await dispatchAll(company.world);
    expect([await members('ambiguous'), await members('sent')]).toEqual([['crm-1'], []]);
    const { rows } = await sql<{ id: string }>`select id from touchpoint`.execute(company.store.db);
    await takeFeedback(company.world, 'recorder', [{ id: 'd-1', kind: 'delivered', at: now(), touchpoint: rows[0]!.id }]);
    expect([await members('ambiguous'), await members('sent')]).toEqual([[], ['crm-1']]);
  });

  it('see what a process that died was sending', async () => {
    await open({ ambiguous: touches('unknown') });
    await takeIn(company.world, [granted(now()), ofLead(ANA)]);
    await evaluateAll(company.world);
    await sql`update touchpoint set state = 'sending', lease_until = clock_timestamp() - interval '1 minute'`.execute(company.store.db);
    await dispatchAll(company.world);
    expect(await members('ambiguous')).toEqual(['crm-1']);
  });

  it('see an opt-out between the claim and the call', async () => {
    await open({ refused: touches('suppressed') });
    await takeIn(company.world, [granted(now()), ofLead(ANA)]);
    await evaluateAll(company.world);
    const { rows } = await sql<{ id: string }>`select id from touchpoint`.execute(company.store.db);
    const optsOut = async (): Promise<void> => void (await unsubscribe(company.world, rows[0]!.id));
    await dispatchAll(pausing(company.world, 2, optsOut)); // before `sending` is committed
    expect(company.recorder.sent).toEqual([]);
    expect(await members('refused')).toEqual(['crm-1']);
  });

  it('are the only ones that wake leads for touches', async () => {
    await open({});
    await takeIn(company.world, [granted(now()), ofLead(ANA)]);
    await evaluateAll(company.world);
    const { rows } = await sql`select cause from due`.execute(company.store.db);
    expect(rows).toEqual([]);
  });

  it('count in a window that runs out', async () => {
    await open({ lately: { fact: 'touchpointCount', params: { within: '3d' }, operator: 'atLeast', value: 1 } });
    await takeIn(company.world, [granted(now()), ofLead(ANA)]);
    await evaluateAll(company.world);
    company.clock.advance(DAY);
    await dispatchAll(company.world);
    expect(await members('lately')).toEqual(['crm-1']);
    company.clock.advance(3 * DAY - 1);
    expect(await members('lately')).toEqual(['crm-1']);
    company.clock.advance(1);
    expect(await members('lately')).toEqual([]);
  });
});

describe('rules about the account', () => {
  const committee = { fact: 'accountCount', params: { condition: 'segments/pricing' }, operator: 'atLeast', value: 2 };

  it('count its leads, and every lead of it hears of a change', async () => {
    await open({ committee });
    await takeIn(company.world, [at('clinic.example', ofLead(ANA)), at('clinic.example', ofLead(EVE, '/')), at('other.example', ofLead({ id: 'crm-4' }))]);
    expect(await members('committee')).toEqual([]);
    company.clock.advance(DAY);
    await takeIn(company.world, [at('clinic.example', ofLead(BOB))]);
    expect(await members('committee')).toEqual(['crm-1', 'crm-2', 'crm-3']);
    expect(await causes('committee')).toContain('account');
    company.clock.advance(6 * DAY);
    expect(await members('committee')).toEqual([]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
  });

  it('wake the leads of the account whose lead moved, once', async () => {
    await open({ committee });
    await takeIn(company.world, [at('clinic.example', ofLead(ANA)), at('clinic.example', ofLead(EVE, '/'))]);
    await evaluateAll(company.world);
    company.clock.advance(7 * DAY);
    await sql`delete from due`.execute(company.store.db);
    await evaluateLeads(company.world, 1);
    const { rows } = await sql`select i.value, d.cause from due d join identity i on i.lead = d.lead and i.kind = 'id' order by 1`.execute(company.store.db);
    expect(rows).toEqual([{ value: 'crm-1', cause: 'account' }, { value: 'crm-3', cause: 'account' }]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 2, transitions: 0 });
  });

  it('count a lead where it works now', async () => {
    await open({ committee });
    await takeIn(company.world, [at('clinic.example', ofLead(ANA)), at('clinic.example', ofLead(BOB)), at('other.example', ofLead(EVE))]);
    expect(await members('committee')).toEqual(['crm-1', 'crm-2']);
    await takeIn(company.world, [at('other.example', event(now(), 'noise', {}, BOB))]);
    expect(await members('committee')).toEqual(['crm-2', 'crm-3']);
  });

  it('read its attributes, whoever brought them', async () => {
    await open({ large: { fact: 'account', path: '$.employees', operator: 'atLeast', value: 100 } });
    await takeIn(company.world, [at('clinic.example', ofLead(ANA))]);
    expect(await members('large')).toEqual([]);
    await takeIn(company.world, [at('clinic.example', event(now(), 'lead_updated', { account: { employees: 200 } }, BOB))]);
    expect(await members('large')).toEqual(['crm-1', 'crm-2']);
    await takeIn(company.world, [at('clinic.example', event(now(), 'noise', {}, EVE))]);
    expect(await members('large')).toEqual(['crm-1', 'crm-2', 'crm-3']);
  });

  it('are the only ones that wake its leads', async () => {
    await open({});
    await takeIn(company.world, [at('clinic.example', ofLead(ANA)), at('clinic.example', ofLead(BOB))]);
    await evaluateAll(company.world);
    await takeIn(company.world, [at('clinic.example', event(now(), 'lead_updated', { account: { employees: 200 } }, BOB))]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 1 });
  });
});

describe('rules about changes of attributes', () => {
  it('see the changed attributes as the properties of lead_updated', async () => {
    await open({ moved: { fact: 'eventCount', params: { event: 'lead_updated', where: { industry: 'health' }, within: '30d' }, operator: 'atLeast', value: 1 } });
    await takeIn(company.world, [event(now(), 'lead_updated', { attributes: { industry: 'retail' } }, BOB)]);
    await takeIn(company.world, [event(now(), 'lead_updated', { attributes: { industry: 'health' } })]);
    expect(await members('moved')).toEqual(['crm-1']);
  });
});
