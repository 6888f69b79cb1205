import { rejected, unknown } from '@tendril/connector-kit';
import { DAY, HOUR } from '@tendril/kernel';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dispatchTouchpoints } from '../src/dispatch-touchpoints.ts';
import { evaluateLeads } from '../src/evaluate-leads.ts';
import { takeFeedback } from '../src/hear-feedback.ts';
import { takeIn } from '../src/intake.ts';
import { type Death, leasesRunOut, mortal, pausing, untilItEnds } from './mishaps.ts';
import { event, granted, smallCompany, worldOn } from './small-company.ts';
import type { World } from '../src/world.ts';

let company: Awaited<ReturnType<typeof smallCompany>>;
let other: World;
let lead: { id: string; email: string };
let leads = 0;
beforeAll(async () => {
  company = await smallCompany();
  other = worldOn(company.store, company.clock, company.recorder);
});
afterAll(() => company.store.close());
beforeEach(() => {
  leads += 1;
  lead = { id: `crm-${leads}`, email: `lead-${leads}@small.example` };
  company.recorder.before = async () => undefined;
  company.recorder.sent.length = 0;
});

const now = (): Date => company.clock.now();
const arrives = (topic = 'product') => [
  { ...granted(now(), lead), key: `yes ${lead.id}`, properties: { ...granted(now(), lead).properties, topic } },
  event(now(), 'page_viewed', { path: '/pricing' }, lead),
];

interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly vendorRef: string | null;
}

/** The touchpoint of this test's lead; undefined while there is none, and a failure when there are two. */
async function touchpoint(): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select t.id, t.state, t.reason, t.vendor_ref as "vendorRef" from touchpoint t join identity i on i.lead = t.lead
    where i.kind = 'id' and i.value = ${lead.id}
  `.execute(company.store.db);
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0];
}

async function planOne(topic?: string): Promise<void> {
  expect(await takeIn(company.world, arrives(topic))).toMatchObject({ stored: 2 });
  expect(await evaluateLeads(company.world)).toMatchObject({ planned: 1 });
}

async function hearDelivered(): Promise<void> {
  const { id } = (await touchpoint())!;
  await takeFeedback(company.world, 'recorder', [{ id: `delivered ${id}`, kind: 'delivered', at: now(), touchpoint: id }]);
}

// A dispatch pass has three transactions: gate and claim, commit `sending`, write the outcome.
const CLAIM = 1;
const SENDING = 2;
const OUTCOME = 3;

describe('a process that ends before `sending` is committed: another one sends, once', () => {
  it.each<[string, Death, string]>([
    ['before the claim', { transaction: CLAIM, moment: 'before' }, 'planned'],
    ['with the claim not committed', { transaction: CLAIM, moment: 'inside' }, 'planned'],
    ['with the claim committed', { transaction: CLAIM, moment: 'after' }, 'claimed'],
    ['before `sending`', { transaction: SENDING, moment: 'before' }, 'claimed'],
    ['with `sending` not committed', { transaction: SENDING, moment: 'inside' }, 'claimed'],
  ])('%s', async (_, death, left) => {
    await planOne();
    await untilItEnds(dispatchTouchpoints(mortal(company.world, death)));
    expect(await touchpoint()).toMatchObject({ state: left });
    expect(company.recorder.sent).toEqual([]);
    if (left === 'claimed') {
      await dispatchTouchpoints(other);
      expect(await touchpoint()).toMatchObject({ state: 'claimed' }); // its lease still holds
    }
    await leasesRunOut(company.store);
    await dispatchTouchpoints(other);
    await dispatchTouchpoints(company.world);
    expect(await touchpoint()).toMatchObject({ state: 'accepted' });
    expect(company.recorder.sent).toHaveLength(1);
  });
});

describe('a process that ends after `sending` is committed: nobody sends again, and feedback tells what became of it', () => {
  it.each<[string, Death, number]>([
    ['before the call', { transaction: SENDING, moment: 'after' }, 0],
    ['after the call, the outcome not written', { transaction: OUTCOME, moment: 'before' }, 1],
    ['with the outcome not committed', { transaction: OUTCOME, moment: 'inside' }, 1],
  ])('%s', async (_, death, taken) => {
    await planOne();
    await untilItEnds(dispatchTouchpoints(mortal(company.world, death)));
    expect(await touchpoint()).toMatchObject({ state: 'sending' });
    await leasesRunOut(company.store);
    for (let day = 0; day < 3; day += 1) {
      await dispatchTouchpoints(other);
      company.clock.advance(DAY);
    }
    expect(await touchpoint()).toMatchObject({ state: 'unknown', reason: 'the process ended while it was being sent' });
    expect(company.recorder.sent).toHaveLength(taken);
    await hearDelivered();
    expect(await touchpoint()).toMatchObject({ state: 'accepted', reason: null });
  });

  it('with the outcome committed, nothing is ambiguous', async () => {
    await planOne();
    await untilItEnds(dispatchTouchpoints(mortal(company.world, { transaction: OUTCOME, moment: 'after' })));
    await leasesRunOut(company.store);
    await dispatchTouchpoints(other);
    expect(await touchpoint()).toMatchObject({ state: 'accepted' });
    expect(company.recorder.sent).toHaveLength(1);
  });

  it('feedback that came before the lease ran out counts as much', async () => {
    await planOne();
    await untilItEnds(dispatchTouchpoints(mortal(company.world, { transaction: OUTCOME, moment: 'before' })));
    await hearDelivered();
    await leasesRunOut(company.store);
    await dispatchTouchpoints(other);
    expect(await touchpoint()).toMatchObject({ state: 'accepted', reason: null });
  });

  it('and so does feedback that overtakes an ambiguous answer', async () => {
    await planOne();
    company.recorder.before = hearDelivered;
    const { answer } = company.recorder;
    company.recorder.answer = () => unknown('the line went dead');
    await dispatchTouchpoints(company.world);
    company.recorder.answer = answer;
    expect(await touchpoint()).toMatchObject({ state: 'accepted', reason: null });
  });
});

describe('a process that pauses for longer than its lease', () => {
  it('before `sending`, finds that its claim went to another and sends nothing', async () => {
    await planOne();
    const paused = pausing(company.world, SENDING, async () => {
      await leasesRunOut(company.store);
      await dispatchTouchpoints(other);
    });
    await dispatchTouchpoints(paused);
    expect(await touchpoint()).toMatchObject({ state: 'accepted' });
    expect(company.recorder.sent).toHaveLength(1);
  });

  it('before `sending`, leaves alone what another has claimed meanwhile', async () => {
    await planOne();
    const paused = pausing(company.world, SENDING, async () => {
      await leasesRunOut(company.store);
      // Its first transaction takes back what ran out.
      await untilItEnds(dispatchTouchpoints(mortal(other, { transaction: 1 + CLAIM, moment: 'after' })));
    });
    await dispatchTouchpoints(paused);
    expect(await touchpoint()).toMatchObject({ state: 'claimed' });
    expect(company.recorder.sent).toEqual([]);
    await leasesRunOut(company.store);
    await dispatchTouchpoints(other);
    expect(await touchpoint()).toMatchObject({ state: 'accepted' });
    expect(company.recorder.sent).toHaveLength(1);
  });

  it('before `sending`, sends through the connector that it began with, though another rulebook took it away', async () => {
    await planOne();
    await dispatchTouchpoints(pausing(company.world, SENDING, () => company.world.connectors.open([])));
    expect(await touchpoint()).toMatchObject({ state: 'accepted' });
    await dispatchTouchpoints(company.world); // opens what the active rulebook names
  });

  it('in the call, does not doubt what feedback has proven meanwhile', async () => {
    await planOne();
    const { answer } = company.recorder;
    company.recorder.answer = () => rejected('other', 'no idea what this is');
    const paused = pausing(company.world, OUTCOME, async () => {
      await leasesRunOut(company.store);
      await dispatchTouchpoints(other);
      await hearDelivered();
    });
    await dispatchTouchpoints(paused);
    company.recorder.answer = answer;
    expect(await touchpoint()).toMatchObject({ state: 'accepted', reason: null });
  });

  it('in the call, may still tell what the vendor said', async () => {
    await planOne();
    const paused = pausing(company.world, OUTCOME, async () => {
      await leasesRunOut(company.store);
      await dispatchTouchpoints(other);
      expect(await touchpoint()).toMatchObject({ state: 'unknown' });
    });
    await dispatchTouchpoints(paused);
    const { id } = (await touchpoint())!;
    expect(await touchpoint()).toMatchObject({ state: 'accepted', reason: null, vendorRef: `ref-${id}` });
    expect(company.recorder.sent).toHaveLength(1);
  });

  it('sends nothing to a lead that said no meanwhile, be it to the topic alone', async () => {
    await planOne('*');
    const denied = { ...granted(now(), lead).properties, state: 'denied' };
    const paused = pausing(company.world, SENDING, async () => {
      await takeIn(company.world, [event(now(), 'consent_changed', denied, lead)]);
    });
    await dispatchTouchpoints(paused);
    expect(await touchpoint()).toMatchObject({ state: 'suppressed' });
    expect(company.recorder.sent).toEqual([]);
  });
});

describe('a process that ends elsewhere', () => {
  it('in an evaluation: the next one plans what it would have planned, once', async () => {
    await takeIn(company.world, arrives());
    await untilItEnds(evaluateLeads(mortal(company.world, { transaction: 1, moment: 'inside' })));
    expect(await touchpoint()).toBeUndefined();
    await untilItEnds(evaluateLeads(mortal(company.world, { transaction: 1, moment: 'after' })));
    const planned = await touchpoint();
    expect(planned).toMatchObject({ state: 'planned' });
    expect(await evaluateLeads(other)).toMatchObject({ leads: 0 });
    company.clock.advance(HOUR);
    expect(await touchpoint()).toEqual(planned);
  });

  it('in an intake: the sender, who heard nothing, sends again, and nothing counts twice', async () => {
    const events = arrives();
    await untilItEnds(takeIn(mortal(company.world, { transaction: 1, moment: 'inside' }), events));
    await untilItEnds(takeIn(mortal(company.world, { transaction: 1, moment: 'after' }), events));
    expect(await takeIn(company.world, events)).toMatchObject({ stored: 0, duplicates: 2 });
  });
});
