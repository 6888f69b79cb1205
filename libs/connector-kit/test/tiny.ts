import { createHmac } from 'node:crypto';

import { z } from 'zod';

import { startLocal, type ConformanceSamples, type ConformanceVendor } from '../src/conformance/conformance.ts';
import { accepted, byStatus, defineConnector, rejected, verifyHmac, type HookRequest } from '../src/index.ts';

const Reply = z.object({ id: z.string().optional(), error: z.string().optional() });
const Hook = z.object({ id: z.string(), message: z.string(), what: z.enum(['delivered', 'unsubscribed']), at: z.iso.datetime() });

/** The smallest connector that keeps the whole contract: what the suite and the planted faults are tried on. */
export const tiny = defineConnector({
  id: 'sms-tiny',
  channel: 'sms',
  contract: 1,
  settings: z.strictObject({ key: z.string().min(8).meta({ secret: true }), from: z.string().min(1) }),
  content: z.object({ text: z.string().min(1).max(160) }),
  limits: { batch: 1, perSecond: 10 },
  resend: 'never',
  hosts: () => ['api.tiny.example'],

  async deliver(batch, { settings, http }) {
    const item = batch[0];
    if (item === undefined) return [];
    const reply = await http.request({
      method: 'POST',
      url: 'https://api.tiny.example/messages',
      headers: { authorization: `Bearer ${settings.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: settings.from, to: item.to, text: item.content.text, ref: item.id }),
    });
    const { id, error } = Reply.safeParse(reply.json).data ?? {};
    if (reply.status === 201 && id !== undefined) return [accepted(id)];
    if (error === 'no such number') return [rejected('address', error)];
    if (error === 'opted out') return [rejected('opted-out', error)];
    return [byStatus(reply, 'never')];
  },

  hear(request, { settings }) {
    verifyHmac({ algorithm: 'sha256', secret: settings.key, signed: [request.body], signature: request.headers['x-tiny-signature'], encoding: 'hex' });
    const hook = Hook.parse(JSON.parse(Buffer.from(request.body).toString()));
    return [{ kind: hook.what, id: hook.id, at: new Date(hook.at), ref: hook.message }];
  },
});

const KEY = 'tiny-secret-key-1';
const NOW = new Date('2026-11-21T09:00:00Z');

/** Plays the vendor: one key, one number that does not exist, one recipient who opted out. */
export async function startTiny(): Promise<ConformanceVendor> {
  let received = 0;
  const server = await startLocal(({ headers, body }) => {
    const { to } = z.object({ to: z.string() }).parse(JSON.parse(body));
    if (headers['authorization'] !== `Bearer ${KEY}`) return { status: 401, body: '{"error":"unknown key"}' };
    if (to === '+15550000') return { status: 400, body: '{"error":"no such number"}' };
    if (to === '+15550001') return { status: 400, body: '{"error":"opted out"}' };
    received += 1;
    return { status: 201, body: JSON.stringify({ id: `tiny-${received}` }) };
  });
  return { redirect: { 'api.tiny.example': server.origin }, received: () => received, close: server.close };
}

function signedHook(hook: z.input<typeof Hook>): HookRequest {
  const body = Buffer.from(JSON.stringify(hook));
  const signature = createHmac('sha256', KEY).update(body).digest('hex');
  return { method: 'POST', url: 'https://tendril.example/hooks/sms-tiny', headers: { 'x-tiny-signature': signature }, body };
}

const delivery = { id: '0123456789abcdef', channel: 'sms', to: '+15551234', content: { text: 'Hello' } };

/** The tiny connector's samples. */
export const tinySamples: ConformanceSamples = {
  settings: { key: KEY, from: 'Tendril' },
  badSettings: { 'no sender': { key: KEY, from: '' }, 'a key that is too short': { key: 'short', from: 'Tendril' } },
  now: NOW,
  delivery,
  badContent: { 'too long': { text: 'x'.repeat(161) }, empty: { text: '' } },
  badAddress: { ...delivery, to: '+15550000' },
  optedOut: { ...delivery, to: '+15550001' },
  vendor: startTiny,
  webhooks: [
    {
      request: signedHook({ id: 'e1', message: 'tiny-1', what: 'delivered', at: NOW.toISOString() }),
      signed: ['x-tiny-signature'],
      expires: false,
      expected: [{ kind: 'delivered', id: 'e1', at: NOW, ref: 'tiny-1' }],
    },
  ],
};
