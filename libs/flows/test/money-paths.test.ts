import { type Feedback, unknown } from '@tendril/connector-kit';
import { openTestStore, sql } from '@tendril/store/testing';
import { FINAL_STATES, mayMove, type TouchpointState } from '@tendril/touchpoints';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispatchTouchpoints } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeFeedback } from '../src/hear-feedback.ts';
import { takeIn } from '../src/intake.ts';
import { leasesRunOut, type Move, mortal, recordMoves, untilItEnds } from './mishaps.ts';
import { MoneyLife } from './money-life.ts';
import { life } from './money-steps.ts';
import { event, granted, smallCompany, worldOn } from './small-company.ts';

/** How many lives; TENDRIL_RUNS raises it for a long search. Without it, a busy machine stops at the time that a suite can spare. */
const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 30);
const LIMIT = process.env['TENDRIL_RUNS'] ? RUNS * 5_000 : 25_000;
const bounds = { numRuns: RUNS, interruptAfterTimeLimit: LIMIT };
/** A failure is made small before it is told, which takes as long again. */
const TIMEOUT = 4 * LIMIT;

describe('whatever happens to an installation, in whatever order', () => {
  let store: Awaited<ReturnType<typeof openTestStore>>;
  let moves: () => Promise<Move[]>;
  beforeAll(async () => {
    store = await openTestStore();
    moves = await recordMoves(store);
  });
  afterAll(() => store.close());

  it('nothing is sent without a right or twice, and everything ends with a state that is true', { timeout: TIMEOUT }, async () => {
    const seen = new Set<string>();
    let lives = 0;
    await fc.assert(
      fc.asyncProperty(life, async (steps) => {
        const lived = new MoneyLife(store);
        await lived.begin();
        for (const step of steps) await lived.step(step);
        await lived.settle();
        const { model } = lived;
        expect(model.faults).toEqual([]);
        const touches = await lived.touches();
        for (const { state } of touches) seen.add(state);
        lives += 1;
        // Final, or ambiguous with a reason; and accepted only what the vendor took.
        expect(touches.filter(({ state, reason }) => !FINAL_STATES.includes(state as TouchpointState) && !(state === 'unknown' && reason))).toEqual([]);
        expect(touches.filter(({ id, state }) => (state === 'accepted' ? !model.took(id) : model.took(id) && state !== 'unknown'))).toEqual([]);
        expect(await unaccounted()).toEqual({ events: model.events.size, due: 0, enrolmentsWithoutTouch: 0, unknownThoughHeardOf: 0 });
      }),
      bounds,
    );
    expect((await moves()).filter(({ from, to }) => !mayMove(from as TouchpointState, to as TouchpointState))).toEqual([]);
    // So many lives go through all that they are to test.
    if (lives >= RUNS) expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'suppressed', 'rejected', 'unknown']));
  });

  async function unaccounted(): Promise<object | undefined> {
    const { rows } = await sql<Record<string, number>>`
      select (select count(*) from event where source = 'test') as events, (select count(*) from due) as due,
        (select count(*) from enrolment e where not exists (
          select from touchpoint t where t.programme = e.programme and t.lead = e.lead and t.entry = e.entry)) as "enrolmentsWithoutTouch",
        (select count(*) from touchpoint where state = 'unknown'
          and coalesce(delivered_at, opened_at, clicked_at, replied_at, bounced_at, complained_at) is not null) as "unknownThoughHeardOf"
    `.execute(store.db);
    return rows[0];
  }
});

describe('feedback', () => {
  let company: Awaited<ReturnType<typeof smallCompany>>;
  beforeAll(async () => {
    company = await smallCompany();
  });
  afterAll(() => company.store.close());
  let leads = 0;

  /** What a vendor says about one touchpoint, which is not known yet. */
  type Word = Omit<Feedback, 'touchpoint'>;
  const word: fc.Arbitrary<Word> = fc
    .record({
      kind: fc.constantFrom<Feedback['kind']>('delivered', 'delivered', 'opened', 'clicked', 'clicked', 'replied', 'bounced', 'complained', 'unsubscribed', 'failed'),
      minutes: fc.nat(50),
      machine: fc.boolean(),
      permanent: fc.boolean(),
    })
    .map(({ kind, minutes, machine, permanent }) => ({ kind, id: `${kind} ${minutes} ${machine} ${permanent}`, at: new Date(Date.UTC(2026, 2, 2, 9, minutes)), machine, permanent }));

  /** Each word at least once, in any order, in batches; some before the outcome of the call is known. */
  const told = fc.uniqueArray(word, { selector: ({ id }) => id, minLength: 1, maxLength: 8, size: 'max' }).chain((words) =>
    fc.record({
      words: fc.constant(words),
      disorder: fc
        .tuple(fc.shuffledSubarray(words, { minLength: words.length }), fc.array(fc.constantFrom(...words), { maxLength: 4 }))
        .map(([all, again]) => [...again, ...all]),
      early: fc.nat(10),
      outcome: fc.constantFrom('accepted', 'ambiguous', 'the process ends'),
    }),
  );

  it('comes to the same in any order, any number of times, before or after the outcome of the call', async () => {
    await fc.assert(
      fc.asyncProperty(told, async ({ words, disorder, early, outcome }) => {
        const inOrder = await history(outcome, [], words);
        const inDisorder = await history(outcome, disorder.slice(0, early), disorder.slice(early));
        expect(inDisorder).toEqual(inOrder);
      }),
      bounds,
    );
  }, TIMEOUT);

  /** Lives through one touchpoint's send, hearing some words before its outcome is written and the rest after; tells what is kept. */
  async function history(outcome: string, before: readonly Word[], after: readonly Word[]): Promise<unknown> {
    leads += 1;
    const { recorder, store, clock } = company;
    // Connectors of its own, so that one history's silent vendor does not make the breaker hold the next one's message.
    const world = { ...company.world, connectors: worldOn(store, clock, recorder).connectors };
    const lead = { id: `crm-${leads}`, email: `lead-${leads}@small.example` };
    await takeIn(world, [granted(clock.now(), lead), event(clock.now(), 'page_viewed', { path: '/pricing' }, lead)]);
    await evaluateAll(world);
    const { rows } = await sql<{ id: string }>`
      select t.id from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id' and i.value = ${lead.id}
    `.execute(store.db);
    const touchpoint = rows[0]?.id ?? expect.fail('nothing was planned');
    let news = 0;
    const hear = async (words: readonly Word[]): Promise<void> => {
      news += await takeFeedback(world, 'recorder', words.map((one) => ({ ...one, id: `${one.id} ${touchpoint}`, touchpoint })));
    };
    const { answer } = recorder;
    if (outcome === 'ambiguous') recorder.answer = () => unknown('the line went dead');
    recorder.before = async () => {
      for (const one of before) await hear([one]);
    };
    await untilItEnds(dispatchTouchpoints(outcome === 'the process ends' ? mortal(world, { transaction: 3, moment: 'before' }) : world));
    recorder.answer = answer;
    recorder.before = async () => undefined;
    await leasesRunOut(store);
    await dispatchTouchpoints(world);
    await hear(after.slice(0, 3));
    await hear(after.slice(3));
    const kept = await sql`
      select state, reason, delivered_at, opened_at, clicked_at, replied_at, bounced_at, complained_at, fence, attempt,
        (select string_agg(c.state, ' ' order by seq) from consent c where c.lead = t.lead and c.seq = (select max(seq) from consent n where n.lead = t.lead)) as consent,
        exists (select from suppression x where x.hash = t.address_hash) as suppressed,
        (select count(*) from event e where e.lead = t.lead and type like 'message_%' and type <> 'message_sent') as events
      from touchpoint t where id = ${touchpoint}
    `.execute(store.db);
    return { news, ...(kept.rows[0] as object) };
  }
});
