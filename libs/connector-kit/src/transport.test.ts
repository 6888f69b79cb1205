import type { RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { startLocal, type LocalAnswer, type LocalServer } from './conformance/local-server.ts';
import { deadOrigin, startMisfortune } from './conformance/misfortune-server.ts';
import type { HttpReply } from './contract.ts';
import { TransportError } from './kit-error.ts';
import { send, type TransportOptions } from './transport.ts';

vi.mock('node:https', () => ({ request: vi.fn(() => { throw new TypeError('stopped before the network'); }) }));

const HOST = 'api.vendor.example';
const NOW = new Date('2026-11-21T09:00:00Z');
const servers: LocalServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function options(changed: Partial<TransportOptions> = {}): TransportOptions {
  return { hosts: [HOST], redirect: {}, deadline: () => AbortSignal.timeout(15_000), resolve: async () => [{ address: '8.8.8.8' }], now: () => NOW, ...changed };
}

async function post(answer: LocalAnswer, body = 'hello'): Promise<HttpReply> {
  const server = await startLocal(() => answer);
  servers.push(server);
  return send({ method: 'POST', url: `https://${HOST}/messages`, body }, options({ redirect: { [HOST]: server.origin } }));
}

describe('send', () => {
  it('gives the reply as text, as JSON where it is some, and the wait that it asks for', async () => {
    expect(await post({ status: 429, headers: { 'retry-after': '9' }, body: '{"a":1}' })).toMatchObject({ status: 429, text: '{"a":1}', json: { a: 1 }, retryAfter: 9_000 });
    expect(await post({ status: 200, body: '<p>' })).toMatchObject({ text: '<p>', json: undefined });
  });

  it('sends the request as it was asked to, to the host by name', async () => {
    const server = await startLocal(({ method, url, headers, body }) => ({ status: 200, body: JSON.stringify([method, url, headers['host'], headers['x-a'], body]) }));
    servers.push(server);
    const reply = await send({ method: 'PUT', url: `https://${HOST}/a?b=c%20d`, headers: { 'x-a': 'e' }, body: Buffer.from('ü') }, options({ redirect: { [HOST]: server.origin } }));
    expect(reply.json).toEqual(['PUT', '/a?b=c%20d', HOST, 'e', 'ü']);
  });

  it('follows no redirect', async () => {
    expect(await post({ status: 302, headers: { location: 'https://evil.example/' } })).toMatchObject({ status: 302 });
  });

  it('knows that a vendor that broke off may have seen the request', async () => {
    await expect(post('drop')).rejects.toMatchObject({ code: 'dropped', reached: true });
    await expect(post({ status: 200, body: 'half', cut: true })).rejects.toMatchObject({ code: 'dropped', reached: true });
  });

  it('knows that a silent vendor may have seen the request', async () => {
    const server = await startMisfortune('hang');
    servers.push(server);
    const asked = send({ method: 'POST', url: `https://${HOST}/`, body: 'x' }, options({ redirect: { [HOST]: server.origin }, deadline: server.deadline }));
    await expect(asked).rejects.toMatchObject({ code: 'timeout', reached: true });
  });

  it('knows that nothing left when nobody listens, the name is unknown, or the time ran out before', async () => {
    const nobody = options({ redirect: { [HOST]: await deadOrigin() } });
    const unknownName = options({ resolve: () => Promise.reject(new TypeError('ENOTFOUND')) });
    const late = options({ resolve: () => new Promise(() => undefined), deadline: () => AbortSignal.abort() });
    await expect(send({ method: 'POST', url: `https://${HOST}/` }, nobody)).rejects.toMatchObject({ code: 'unreachable', reached: false });
    await expect(send({ method: 'POST', url: `https://${HOST}/` }, unknownName)).rejects.toMatchObject({ code: 'unreachable', reached: false });
    await expect(send({ method: 'POST', url: `https://${HOST}/` }, late)).rejects.toMatchObject({ code: 'timeout', reached: false });
  });

  it('refuses a header with a line break before anything leaves', async () => {
    const asked = send({ method: 'POST', url: `https://${HOST}/`, headers: { 'x-a': 'a\r\nx-b: b' } }, options({ redirect: { [HOST]: await deadOrigin() } }));
    await expect(asked).rejects.toMatchObject({ code: 'forbidden', reached: false });
  });

  it('ends a reply that is too large', async () => {
    await expect(post({ status: 200, body: 'x'.repeat(5 * 1024 * 1024) })).rejects.toMatchObject({ code: 'too-large', reached: true });
  });

  it('lets only this machine play a vendor', async () => {
    await expect(send({ method: 'GET', url: `https://${HOST}/` }, options({ redirect: { [HOST]: 'http://evil.example' } }))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('connects to the address that was checked, whatever the name would answer later', async () => {
    await send({ method: 'GET', url: `https://${HOST}/` }, options()).catch((error: unknown) => expect(error).toBeInstanceOf(TransportError));
    const asked = vi.mocked(httpsRequest).mock.lastCall?.[0] as RequestOptions;
    const answers: unknown[] = [];
    asked.lookup?.(HOST, { all: true }, (_error, addresses) => answers.push(addresses));
    asked.lookup?.(HOST, {}, (_error, address, family) => answers.push([address, family]));
    expect(answers).toEqual([[{ address: '8.8.8.8', family: 4 }], ['8.8.8.8', 4]]);
    expect(asked).toMatchObject({ hostname: HOST, port: 443 });
  });

  it('does not connect to a name that leads inside', async () => {
    vi.mocked(httpsRequest).mockClear();
    const asked = send({ method: 'GET', url: `https://${HOST}/` }, options({ resolve: async () => [{ address: '169.254.169.254' }] }));
    await expect(asked).rejects.toMatchObject({ code: 'forbidden', reached: false });
    expect(httpsRequest).not.toHaveBeenCalled();
  });
});
