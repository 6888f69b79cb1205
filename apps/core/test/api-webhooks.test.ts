import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DAY } from '@tendril/kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, eventOf, refusalIn } from './said.ts';

/** What a receiver got. */
interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let rules: RulesFolder;
let core: CoreUnderTest;
let receiver: Server;
let url: string;
let status = 200;
const got: Got[] = [];
beforeAll(async () => {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder, environment: { TENDRIL_WEBHOOKS_PRIVATE: 'allow' } });
});
afterAll(async () => {
  await core.close();
  rules.remove();
  receiver.close();
});
beforeEach(() => {
  got.length = 0;
  status = 200;
});

/** The scheme's own words, by WebCrypto: an HMAC over id, timestamp and body, and one of the signatures is it. */
async function isSigned({ headers, body }: Got, secret: string): Promise<boolean> {
  const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes(secret.replace('whsec_', '')), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signed = new TextEncoder().encode(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`);
  const signatures = String(headers['webhook-signature']).split(' ').map((one) => one.replace('v1,', ''));
  return (await Promise.all(signatures.map((one) => crypto.subtle.verify('HMAC', key, bytes(one), signed)))).includes(true);
}

const create = async (more: object = {}): Promise<{ id: string; secret: string }> =>
  bodyOf(await core.call('POST', '/v1/webhooks', { url, kinds: ['segment_entered', 'stage_changed'], ...more }), 201);

interface Log {
  readonly items: readonly { readonly id: string; readonly state: string; readonly attempts: number; readonly status: number | null }[];
  readonly next: string | null;
}
const log = async (id: string, query = ''): Promise<Log> => bodyOf(await core.call('GET', `/v1/webhooks/${id}/deliveries${query}`));

describe('webhooks', () => {
  it('are told what happens, signed so that anybody with the secret can check', async () => {
    const { id, secret } = await create({ only: { segments: ['segments/pricing'] }, description: 'CRM' });
    bodyOf(await core.call('POST', '/v1/events', [eventOf('page_viewed', { path: '/pricing' })]), 202);
    await core.settled();
    expect(got.map(({ body }) => (JSON.parse(body) as { type: string }).type).sort()).toEqual(['segment_entered', 'stage_changed']);
    for (const one of got) {
      expect(await isSigned(one, secret)).toBe(true);
      expect(await isSigned({ ...one, body: one.body.replace('"', ' "') }, secret)).toBe(false);
      expect(Number(one.headers['webhook-timestamp'])).toBe(core.clock.now().getTime() / 1000);
    }
    expect((await log(id)).items).toMatchObject([{ state: 'delivered', attempts: 1, status: 200 }, { state: 'delivered' }]);
    const page = await log(id, '?limit=1&state=delivered');
    expect((await log(id, `?limit=1&state=delivered&cursor=${page.next}`)).items[0]!.id).not.toBe(page.items[0]!.id);
    const shown = await core.call('GET', '/v1/webhooks');
    expect(bodyOf<{ items: object[] }>(shown).items).toMatchObject([{ id, url, description: 'CRM', failures: 0, waiting: 0, disabledAt: null }]);
    expect(shown.text).not.toContain(secret.slice(6));
    bodyOf(await core.call('DELETE', `/v1/webhooks/${id}`));
    refusalIn(await core.call('GET', `/v1/webhooks/${id}`), 404, 'webhook-unknown');
  });

  it('are tested, changed, given another secret, and sent the same once more', async () => {
    const { id, secret } = await create();
    const { delivery } = bodyOf<{ delivery: string }>(await core.call('POST', `/v1/webhooks/${id}/test`), 202);
    await core.settled();
    expect(JSON.parse(got[0]!.body)).toEqual({ id: delivery, type: 'test', at: core.clock.now().toISOString() });
    const renewed = bodyOf<{ secret: string }>(await core.call('POST', `/v1/webhooks/${id}/secret`), 201);
    expect(bodyOf(await core.call('POST', `/v1/webhooks/${id}/replay`, { ids: [delivery] }), 202)).toEqual({ replayed: 1 });
    await core.settled();
    expect(got[1]!.body).toBe(got[0]!.body);
    expect([await isSigned(got[1]!, secret), await isSigned(got[1]!, renewed.secret)]).toEqual([true, true]);
    expect(bodyOf(await core.call('PATCH', `/v1/webhooks/${id}`, { enabled: false, kinds: ['score_changed'] }))).toMatchObject({ kinds: ['score_changed'], disabledBecause: 'switched off' });
    refusalIn(await core.call('POST', `/v1/webhooks/${id}/test`), 409, 'webhook-disabled');
    expect(bodyOf(await core.call('PATCH', `/v1/webhooks/${id}`, { enabled: true, only: { models: ['scoring/fit'] } }))).toMatchObject({ disabledAt: null, only: { models: ['scoring/fit'] } });
    expect(bodyOf(await core.call('PATCH', `/v1/webhooks/${id}`, { only: null }))).toMatchObject({ only: null });
    const [from, to] = [core.clock.now(), new Date(core.clock.now().getTime() + DAY)].map((at) => at.toISOString());
    expect(bodyOf<{ replayed: number }>(await core.call('POST', `/v1/webhooks/${id}/replay`, { from, to }), 202).replayed).toBeGreaterThan(0);
    await core.settled();
    bodyOf(await core.call('DELETE', `/v1/webhooks/${id}`));
  });

  it('are tried again after a failure', async () => {
    const { id } = await create();
    status = 503;
    bodyOf(await core.call('POST', `/v1/webhooks/${id}/test`), 202);
    await core.settled();
    expect((await log(id)).items).toMatchObject([{ state: 'waiting', attempts: 1, status: 503, nextTryAt: new Date(core.clock.now().getTime() + 5000).toISOString(), error: 'The receiver answered 503.' }]);
    bodyOf(await core.call('DELETE', `/v1/webhooks/${id}`));
  });

  it('are refused when nobody could be told so', async () => {
    refusalIn(await core.call('POST', '/v1/webhooks', { url: 'ftp://hook.example/', kinds: ['segment_entered'] }), 422, 'webhook-url');
    refusalIn(await core.call('POST', '/v1/webhooks', { url, kinds: [] }), 400, 'request-invalid');
    expect(refusalIn(await core.call('POST', '/v1/webhooks', { url, kinds: ['segment_enterd'] }), 400, 'request-invalid').detail).toContain('kinds');
    refusalIn(await core.call('POST', '/v1/webhooks/none/replay', { ids: ['a'] }), 404, 'webhook-unknown');
    const { id } = await create();
    refusalIn(await core.call('GET', `/v1/webhooks/${id}/deliveries?cursor=eA`), 400, 'cursor-invalid');
    refusalIn(await core.call('POST', `/v1/webhooks/${id}/replay`, { from: '2026-03-01' }), 400, 'request-invalid');
    refusalIn(await core.call('PATCH', `/v1/webhooks/${id}`, { url: 'https://user:secret@hook.example/' }), 422, 'webhook-url');
  });
});
