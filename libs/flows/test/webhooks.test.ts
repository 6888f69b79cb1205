import type { OutsidePost, OutsideReply } from '@tendril/connector-kit';
import { DAY, MINUTE, SECOND } from '@tendril/kernel';
import { deleteWebhook, listDeliveries, listWebhooks, readWebhook, type WebhookFilter } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dispatchAll } from '../src/dispatch-touchpoints.ts';
import { evaluateAll, evaluateLeads } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { createWebhook, replayWebhook, rotateSecret, testWebhook, updateWebhook } from '../src/webhooks/manage-webhooks.ts';
import { forgetOldDeliveries, sendWebhooks } from '../src/webhooks/send-webhooks.ts';
import { WEBHOOK_KINDS, type WebhookKind } from '../src/webhooks/webhook-messages.ts';
import { event, granted, smallCompany } from './small-company.ts';

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeAll(async () => {
  company = await smallCompany();
});
afterAll(() => company.store.close());
afterEach(async () => {
  const { db } = company.store;
  for (const { id } of await listWebhooks(db)) await deleteWebhook(db, id);
});

interface Message {
  readonly id: string;
  readonly type: string;
  readonly lead: { readonly id: string; readonly ownIds: readonly string[] };
  readonly [name: string]: unknown;
}

/** A receiver that keeps what it takes. `answer` says how it takes the next one. */
function receiver(answer: (post: OutsidePost) => OutsideReply | Promise<OutsideReply> = () => ({ status: 200 })) {
  const posts: OutsidePost[] = [];
  const post = async (one: OutsidePost): Promise<OutsideReply> => {
    posts.push(one);
    return answer(one);
  };
  return { posts, post, messages: () => posts.map(({ body }) => JSON.parse(body) as Message) };
}

const listen = (kinds: readonly WebhookKind[] = WEBHOOK_KINDS, only: WebhookFilter | null = null, url = 'https://hook.example/') =>
  createWebhook(company.world, { url, description: 'tests', kinds, only, by: 'test' }, false);

let leads = 0;
/** A new lead that reads about prices: one grade, one score, one stage and one segment. */
async function reader(): Promise<{ id: string; email: string }> {
  leads += 1;
  const lead = { id: `reader-${leads}`, email: `reader-${leads}@small.example` };
  await takeIn(company.world, [event(company.clock.now(), 'page_viewed', { path: '/pricing' }, lead)]);
  return lead;
}

const log = (id: string) => listDeliveries(company.store.db, id, { limit: 100 });

describe('webhooks', () => {
  it('tell each transition once, in order, and what a receiver may know of the lead', async () => {
    const { id } = await listen();
    const [one, two] = [await reader(), await reader()];
    await evaluateAll(company.world);
    const hook = receiver();
    expect(await sendWebhooks(company.world, hook.post)).toBe(8);
    const messages = hook.messages();
    expect(new Set(messages.map((message) => message.id)).size).toBe(8);
    expect(messages.filter(({ lead }) => lead.ownIds.includes(one.id)).map(({ type }) => type)).toEqual(['grade_changed', 'score_changed', 'stage_changed', 'segment_entered']);
    expect(messages.find(({ type, lead }) => type === 'score_changed' && lead.ownIds.includes(two.id))).toEqual({
      id: expect.stringMatching(/^transition-\d+$/),
      type: 'score_changed',
      at: company.clock.now().toISOString(),
      lead: { id: expect.any(String), ownIds: [two.id] },
      subject: 'scoring/engagement',
      from: 0,
      to: 10,
      cause: 'page_viewed',
      rulebook: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(hook.posts.map(({ body }) => body).join('')).not.toContain('@small.example');
    expect(hook.posts[0]!.headers).toMatchObject({ 'webhook-id': messages[0]!.id, 'content-type': 'application/json' });
    expect(await sendWebhooks(company.world, hook.post)).toBe(0);
    expect(await readWebhook(company.store.db, id)).toMatchObject({ waiting: 0, failures: 0, lastSuccessAt: company.clock.now() });
  });

  it('tell what they were asked for alone', async () => {
    const some = await listen(['segment_entered', 'score_changed'], { segments: ['segments/health'], models: [] }, 'https://some.example/');
    const others = await listen(['segment_entered'], { segments: ['segments/pricing'] }, 'https://others.example/');
    await reader();
    await evaluateAll(company.world);
    expect(await log(some.id)).toEqual([]);
    expect(await log(others.id)).toMatchObject([{ type: 'segment_entered', state: 'waiting', body: { subject: 'segments/pricing' } }]);
  });

  it('tell nothing that was rolled back, and it once when it is done again', async () => {
    const { id } = await listen();
    await reader();
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`.execute(company.store.db);
    await sql`create constraint trigger refuse after insert on webhook_delivery deferrable initially deferred for each row execute function refuse()`.execute(company.store.db);
    await expect(evaluateLeads(company.world)).rejects.toThrow();
    await sql`drop trigger refuse on webhook_delivery`.execute(company.store.db);
    expect(await log(id)).toEqual([]);
    await evaluateAll(company.world);
    expect(await log(id)).toHaveLength(4);
  });

  it('tell what becomes of touchpoints, each state once', async () => {
    const { id } = await listen(['touchpoint_sent', 'touchpoint_failed', 'touchpoint_ended']);
    const [mailed, refused] = [await reader(), await reader()];
    await takeIn(company.world, [granted(company.clock.now(), mailed)]);
    await evaluateAll(company.world);
    await dispatchAll(company.world);
    await dispatchAll(company.world);
    const told = (await log(id)).map(({ type, body }) => [type, body['to'], (body['lead'] as Message['lead']).ownIds[0], body['touchpoint']]);
    const touchpoint = { programme: 'journeys/pricing', channel: 'email', content: 'content/pricing' };
    expect(told).toContainEqual(['touchpoint_sent', 'accepted', mailed.id, touchpoint]);
    expect(told).toContainEqual(['touchpoint_ended', 'suppressed', refused.id, touchpoint]);
    expect(told.filter(([type]) => type === 'touchpoint_sent')).toHaveLength(1);
  });

  it('go again under the same id when the process died before it wrote the answer down', async () => {
    await listen(['segment_entered']);
    await reader();
    await evaluateAll(company.world);
    const first = receiver(async () => {
      // Another process takes over what the dead one held.
      await sql`update webhook set fence = fence + 1, lease_until = clock_timestamp() - interval '1 s'`.execute(company.store.db);
      return { status: 200 };
    });
    const second = receiver();
    first.posts.length = 0;
    const dead = sendWebhooks(company.world, async (post) => (first.posts.length === 0 ? first.post(post) : second.post(post)));
    expect(await dead).toBe(1);
    expect(first.messages()).toEqual(second.messages());
    expect(second.posts[0]!.headers['webhook-signature']).toBe(first.posts[0]!.headers['webhook-signature']);
    expect(await sendWebhooks(company.world, second.post)).toBe(0);
  });

  it('are tried again later when they fail, and do not hold up others', async () => {
    const bad = await listen(['segment_entered'], null, 'https://bad.example/');
    const good = await listen(['segment_entered'], null, 'https://good.example/');
    await reader();
    await reader();
    await evaluateAll(company.world);
    const hook = receiver(({ url }) => ({ status: url.includes('bad') ? 500 : 200 }));
    expect(await sendWebhooks(company.world, hook.post)).toBe(2);
    expect(hook.posts.filter(({ url }) => url.includes('bad'))).toHaveLength(1);
    expect(await readWebhook(company.store.db, bad.id)).toMatchObject({ failures: 1, waiting: 2, lastError: 'The receiver answered 500.', lastSuccessAt: null });
    expect(await readWebhook(company.store.db, good.id)).toMatchObject({ failures: 0, waiting: 0 });
    company.clock.advance(5 * SECOND);
    const mended = receiver(() => ({ status: 204 }));
    expect(await sendWebhooks(company.world, mended.post)).toBe(2);
    expect(mended.posts.map(({ headers }) => headers['webhook-id'])).toContain(hook.posts.find(({ url }) => url.includes('bad'))!.headers['webhook-id']);
    expect(await log(bad.id)).toMatchObject([{ state: 'delivered', attempts: 1 }, { state: 'delivered', attempts: 2, status: 204, error: null, nextTryAt: null }]);
  });

  it('wait while a slow receiver thinks: it gets one request at a time, and others theirs', async () => {
    await listen(['segment_entered'], null, 'https://slow.example/');
    await listen(['segment_entered'], null, 'https://swift.example/');
    await reader();
    await reader();
    await evaluateAll(company.world);
    let answer = (_reply: OutsideReply): void => undefined;
    const slow = new Promise<OutsideReply>((resolve) => (answer = resolve));
    const hook = receiver(({ url }) => (url.includes('slow') ? slow : { status: 200 }));
    const lanes = [sendWebhooks(company.world, hook.post), sendWebhooks(company.world, hook.post)];
    await Promise.race(lanes);
    expect(hook.posts.map(({ url }) => url).sort()).toEqual(['https://slow.example/', 'https://swift.example/', 'https://swift.example/']);
    answer({ status: 200 });
    expect((await Promise.all(lanes)).reduce((sum, n) => sum + n)).toBe(4);
  });

  it('stop when the receiver is gone, and go on when they are switched on', async () => {
    const { id } = await listen(['segment_entered']);
    await reader();
    await evaluateAll(company.world);
    await sendWebhooks(company.world, receiver(() => ({ status: 410 })).post);
    expect(await readWebhook(company.store.db, id)).toMatchObject({ disabledAt: company.clock.now(), disabledBecause: expect.stringContaining('410') });
    await reader();
    await evaluateAll(company.world);
    expect(await log(id)).toHaveLength(1);
    await expect(testWebhook(company.world, id)).rejects.toMatchObject({ code: 'webhook-disabled' });
    company.clock.advance(DAY);
    expect(await sendWebhooks(company.world, receiver().post)).toBe(0);
    expect(await updateWebhook(company.world, id, { enabled: true }, false)).toMatchObject({ disabledAt: null, failures: 0 });
    expect(await sendWebhooks(company.world, receiver().post)).toBe(1);
  });

  it('are replayed by id and by period, with what happened before they were there', async () => {
    const from = company.clock.now();
    await reader();
    await evaluateAll(company.world);
    const { id } = await listen(['segment_entered']);
    company.clock.advance(MINUTE);
    await reader();
    await evaluateAll(company.world);
    const hook = receiver();
    expect(await sendWebhooks(company.world, hook.post)).toBe(1);
    const [first] = hook.messages();
    expect(await replayWebhook(company.world, id, { ids: [first!.id, 'transition-0'] })).toBe(1);
    await sendWebhooks(company.world, hook.post);
    expect(hook.messages()[1]).toEqual(first);
    expect(await replayWebhook(company.world, id, { from, to: new Date(company.clock.now().getTime() + 1) })).toBe(2);
    expect(await sendWebhooks(company.world, hook.post)).toBe(2);
    expect(new Set(hook.messages().map((message) => message.id)).size).toBe(2);
  });

  it('carry both signatures for a day after the secret was replaced', async () => {
    const { id } = await listen();
    await rotateSecret(company.world, id);
    const signatures = async (): Promise<number> => {
      await testWebhook(company.world, id);
      const hook = receiver();
      await sendWebhooks(company.world, hook.post);
      return hook.posts[0]!.headers['webhook-signature']!.split(' ').length;
    };
    expect(await signatures()).toBe(2);
    company.clock.advance(DAY);
    expect(await signatures()).toBe(1);
  });

  it('refuse addresses inside the own network, and forget old messages', async () => {
    await expect(listen(WEBHOOK_KINDS, null, 'https://10.0.0.1/')).rejects.toMatchObject({ code: 'webhook-url', field: 'url' });
    await expect(listen(WEBHOOK_KINDS, null, 'http://hook.example/')).rejects.toMatchObject({ code: 'webhook-url' });
    const { id } = await listen();
    await testWebhook(company.world, id);
    company.clock.advance(29 * DAY);
    expect(await forgetOldDeliveries(company.world)).toBe(0);
    company.clock.advance(2 * DAY);
    expect(await forgetOldDeliveries(company.world)).toBeGreaterThan(0);
    expect(await log(id)).toEqual([]);
  });
});
