import { retry, unknown } from '@tendril/connector-kit';
import { DAY, HOUR, MINUTE } from '@tendril/kernel';
import { addCampaign, writeSetting } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatchAll, dispatchTouchpoints, STOPPED } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { hearFeedback } from '../src/hear-feedback.ts';
import { takeIn } from '../src/intake.ts';
import { unsubscribe } from '../src/opt-out.ts';
import { ANA, event, granted, RULES, smallCompany } from './small-company.ts';

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeEach(async () => {
  company = await smallCompany();
});
afterEach(() => company.store.close());

const now = (): Date => company.clock.now();
const reads = (path = '/pricing'): ReturnType<typeof event> => event(now(), 'page_viewed', { path });

async function tick(): Promise<void> {
  await evaluateAll(company.world);
  await dispatchAll(company.world);
}

async function touchpoints(): Promise<{ state: string; reason: string | null; id: string }[]> {
  const { rows } = await sql<{ state: string; reason: string | null; id: string }>`select id, state, reason from touchpoint order by planned_at, id`.execute(company.store.db);
  return rows;
}

async function hear(items: readonly object[]): Promise<number> {
  const body = new TextEncoder().encode(JSON.stringify(items));
  return hearFeedback(company.world, 'recorder', { method: 'POST', url: 'https://x.example/hooks/recorder', headers: {}, body });
}

describe('the circle', () => {
  it('goes from an event to a message, and from its click back to an event', async () => {
    expect(await takeIn(company.world, [granted(now()), event(now(), 'lead_updated', { attributes: { firstName: 'Ana' } }), reads()])).toEqual({ stored: 3, duplicates: 0, quarantined: [], refused: [] });
    await tick();
    const [touch] = await touchpoints();
    expect(touch).toMatchObject({ state: 'accepted' });
    expect(company.recorder.sent).toMatchObject([{ id: touch!.id, to: 'ana@small.example', channel: 'email', content: { subject: 'Pricing for Ana' } }]);
    const clicked = { id: 'click-1', kind: 'clicked', at: now().toISOString(), touchpoint: touch!.id };
    expect(await hear([clicked, clicked])).toBe(1);
    expect(await hear([clicked])).toBe(0);
    const { rows } = await sql`select type from event where type like 'message_%' order by seq`.execute(company.store.db);
    expect(rows).toEqual([{ type: 'message_sent' }, { type: 'message_clicked' }]);
  });

  it('costs nothing when nothing changed, and notices when time alone changes an answer', async () => {
    await takeIn(company.world, [reads()]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 1, transitions: 4 });
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
    company.clock.advance(7 * DAY - 1);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
    company.clock.advance(1);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 1, transitions: 3 });
  });

  it('does not wake a lead for an event that no rule reads', async () => {
    await takeIn(company.world, [event(now(), 'noise')]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 1 });
    company.clock.advance(HOUR);
    await takeIn(company.world, [event(now(), 'noise')]);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
  });

  it('lets an erased lead rest, though its time has come', async () => {
    await takeIn(company.world, [reads()]);
    await evaluateAll(company.world);
    await sql`update lead set erased_at = ${now()}`.execute(company.store.db);
    company.clock.advance(8 * DAY);
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 1, transitions: 0 });
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 0 });
  });

  it('sends a campaign to a segment once, and to nobody outside it', async () => {
    const bob = { id: 'crm-2', phone: '+447700900123' };
    await takeIn(company.world, [event(now(), 'lead_updated', { attributes: { industry: 'health' } }, bob), granted(now(), bob, 'sms'), reads()]);
    await tick();
    const definition = { include: ['segments/health'], exclude: [], content: 'content/pricing', channel: 'sms', expiresAt: null };
    const campaign = { id: 'campaigns/1', title: 'Hello', definition, status: 'running' as const, createdAt: now(), by: 'test' };
    expect(await company.store.transaction((db) => addCampaign(db, campaign, ['segments/health']))).toBe(1);
    await tick();
    await takeIn(company.world, [event(now(), 'lead_updated', { attributes: { firstName: 'Bob' } }, bob)]);
    await tick();
    expect(company.recorder.sent.map(({ to, channel }) => `${channel} ${to}`)).toEqual(['sms +447700900123']);
  });
});

describe('nobody is contacted', () => {
  it('without consent', async () => {
    await takeIn(company.world, [reads()]);
    await tick();
    expect(await touchpoints()).toMatchObject([{ state: 'suppressed', reason: 'no-consent' }]);
    expect(company.recorder.sent).toEqual([]);
  });

  it('after the address was suppressed, whoever has it', async () => {
    const twin = { id: 'crm-9', email: 'ANA@small.example' };
    await takeIn(company.world, [event(now(), 'suppressed', { channel: 'email', reason: 'left' }, ANA)]);
    await takeIn(company.world, [granted(now(), twin), event(now(), 'page_viewed', { path: '/pricing' }, twin)]);
    await tick();
    expect(await touchpoints()).toMatchObject([{ state: 'suppressed', reason: 'left' }]);
  });

  it('after one click on the unsubscribe link, not even when consent is imported again', async () => {
    await takeIn(company.world, [granted(now()), reads()]);
    await tick();
    const [touch] = await touchpoints();
    expect(await unsubscribe(company.world, touch!.id)).toBe('email');
    expect(await unsubscribe(company.world, 'f'.repeat(64))).toBeUndefined();
    company.clock.advance(DAY);
    await takeIn(company.world, [granted(now())]);
    const definition = { include: ['segments/pricing'], exclude: [], content: 'content/pricing', channel: 'email', expiresAt: null };
    const campaign = { id: 'campaigns/1', title: 'Hello', definition, status: 'running' as const, createdAt: now(), by: 'test' };
    await company.store.transaction((db) => addCampaign(db, campaign, ['segments/pricing']));
    await tick();
    expect((await touchpoints())[1]).toMatchObject({ state: 'suppressed', reason: 'opted-out' });
    expect(company.recorder.sent).toHaveLength(1);
  });

  it('while everything is stopped; what waited goes out after the start', async () => {
    await writeSetting(company.store.db, STOPPED, true, now());
    await takeIn(company.world, [granted(now()), reads()]);
    await tick();
    expect(await touchpoints()).toMatchObject([{ state: 'held', reason: 'stopped' }]);
    await writeSetting(company.store.db, STOPPED, false, now());
    company.clock.advance(2 * MINUTE);
    await tick();
    expect(await touchpoints()).toMatchObject([{ state: 'accepted' }]);
  });

  it('twice: an ambiguous answer is never sent again by itself, and feedback proves it', async () => {
    company.recorder.answer = () => unknown('the line went dead');
    await takeIn(company.world, [granted(now()), reads()]);
    await tick();
    company.clock.advance(2 * HOUR);
    await tick();
    expect(company.recorder.sent).toHaveLength(1);
    const [touch] = await touchpoints();
    expect(touch).toMatchObject({ state: 'unknown' });
    await hear([{ id: 'd-1', kind: 'delivered', at: now().toISOString(), touchpoint: touch!.id }]);
    expect(await touchpoints()).toMatchObject([{ state: 'accepted' }]);
  });

  it('too early: what the vendor puts off comes back when the vendor says', async () => {
    company.recorder.answer = () => retry('limits', 'slow down', 10 * MINUTE);
    await takeIn(company.world, [granted(now()), reads()]);
    await tick();
    company.clock.advance(10 * MINUTE - 1);
    expect(await dispatchTouchpoints(company.world)).toMatchObject({ gated: 0 });
    company.clock.advance(1);
    expect(await dispatchTouchpoints(company.world)).toMatchObject({ gated: 1, held: 1 });
  });
});

describe('the rules and the gate', () => {
  it('read the same consent: a word about every topic is one about each', async () => {
    const ask = { fact: 'consent', params: { channel: 'email', topic: 'product' }, operator: 'equal', value: 'granted' };
    const text = JSON.stringify({ id: 'segments/health', version: 1, status: 'live', owner: 'growth', title: 'May be mailed', conditions: { all: [ask] } });
    await company.store.close();
    company = await smallCompany(RULES.map((file) => (file.path === 'segments/health.json' ? { ...file, text } : file)));
    const word = (topic: string, state: string) => event(now(), 'consent_changed', { ...granted(now()).properties, topic, state });
    const isIn = async (): Promise<boolean> => {
      await evaluateAll(company.world);
      return (await sql`select 1 from membership where segment = 'segments/health'`.execute(company.store.db)).rows.length > 0;
    };
    await takeIn(company.world, [word('*', 'granted')]);
    expect(await isIn()).toBe(true);
    await takeIn(company.world, [word('product', 'denied')]);
    expect(await isIn()).toBe(false);
    company.clock.advance(DAY);
    await takeIn(company.world, [word('*', 'granted')]);
    expect(await isIn()).toBe(true);
  });
});

describe('who it is', () => {
  it('two ids of the company that share an address stay two leads, whatever comes first', async () => {
    const shared = { email: 'info@small.example' };
    await takeIn(company.world, [event(now(), 'noise', {}, shared), event(now(), 'noise', {}, { id: 'crm-1', ...shared })]);
    await takeIn(company.world, [event(now(), 'noise', {}, { id: 'crm-2', ...shared }), event(now(), 'noise', {}, { id: 'crm-1' })]);
    const { rows } = await sql`select kind, value, dense_rank() over (order by lead) as who from identity order by kind, value`.execute(company.store.db);
    const [email, first, second] = rows as { value: string; who: number }[];
    expect([email?.value, first?.value, second?.value]).toEqual(['info@small.example', 'crm-1', 'crm-2']);
    expect(email?.who).toBe(first?.who);
    expect(second?.who).not.toBe(first?.who);
  });
});

describe('bad input', () => {
  it('is refused one by one, and the rest of the batch is kept', async () => {
    const result = await takeIn(company.world, [
      reads(),
      event(now(), 'page_viewd', { path: '/' }),
      event(new Date(now().getTime() + DAY), 'page_viewed', { path: '/' }),
      event(now(), 'lead_updated', { attributes: { industry: 7 } }),
      event(now(), 'suppressed', { channel: 'email', reason: 'x' }, { id: 'crm-1' }),
    ]);
    expect(result.stored).toBe(1);
    expect(result.refused.map(({ index, code, field }) => [index, code, field])).toEqual([
      [1, 'event-invalid', 'type'],
      [2, 'event-in-future', 'at'],
      [3, 'event-invalid', 'properties.industry'],
      [4, 'event-invalid', 'lead'],
    ]);
    expect(result.refused[0]?.hint).toContain('page_viewed');
  });
});
