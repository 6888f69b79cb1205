import { afterEach, describe, expect, it } from 'vitest';

import { type LocalAnswer, type LocalServer, startLocal } from './conformance/local-server.ts';
import { deadOrigin, startMisfortune } from './conformance/misfortune-server.ts';
import { type OutsideOptions, outsideProblem, type OutsideReply, postOutside } from './post-outside.ts';

const NOW = new Date('2026-11-22T09:00:00Z');
const servers: LocalServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function options(changed: Partial<OutsideOptions> = {}): OutsideOptions {
  return { allowPrivate: true, deadline: () => AbortSignal.timeout(15_000), resolve: async () => [{ address: '8.8.8.8' }], now: () => NOW, ...changed };
}

async function post(answer: LocalAnswer): Promise<OutsideReply> {
  const server = await startLocal(() => answer);
  servers.push(server);
  return postOutside({ url: server.origin, headers: {}, body: 'x' }, options());
}

describe('postOutside', () => {
  it('gives the status and the wait that is asked for, and follows no redirect', async () => {
    expect(await post({ status: 204, body: '' })).toEqual({ status: 204 });
    expect(await post({ status: 503, headers: { 'retry-after': '90' }, body: 'later' })).toEqual({ status: 503, retryAfter: 90_000 });
    expect(await post({ status: 307, headers: { location: 'https://evil.example/' }, body: '' })).toEqual({ status: 307 });
  });

  it('does not wait for the body', async () => {
    expect(await post({ status: 200, body: 'half', cut: true })).toEqual({ status: 200 });
  });

  it('sends the exact bytes and headers', async () => {
    const server = await startLocal(({ method, url, headers, body }) => ({ status: method === 'POST' && url === '/a?b=c' && headers['x-a'] === 'e' && body === 'ü' ? 200 : 400, body: '' }));
    servers.push(server);
    expect(await postOutside({ url: `${server.origin}/a?b=c`, headers: { 'x-a': 'e' }, body: 'ü' }, options())).toEqual({ status: 200 });
  });

  it('says when no answer came', async () => {
    await expect(post('drop')).rejects.toMatchObject({ code: 'dropped' });
    await expect(postOutside({ url: await deadOrigin(), headers: {}, body: '' }, options())).rejects.toMatchObject({ code: 'dropped' });
    const server = await startMisfortune('hang');
    servers.push(server);
    await expect(postOutside({ url: server.origin, headers: {}, body: '' }, options({ deadline: server.deadline }))).rejects.toMatchObject({ code: 'timeout' });
  });

  it('goes nowhere inside the own network, whatever a name leads to', async () => {
    let asked = 0;
    const server = await startLocal(() => {
      asked += 1;
      return { status: 200, body: '' };
    });
    servers.push(server);
    const { port } = new URL(server.origin);
    const inside = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00::1', '0.0.0.0'];
    for (const address of inside) {
      const leads = options({ allowPrivate: false, resolve: async () => [{ address: '8.8.8.8' }, { address }] });
      await expect(postOutside({ url: `https://hook.example:${port}/`, headers: {}, body: '' }, leads)).rejects.toMatchObject({ code: 'forbidden', reached: false });
    }
    const literal = options({ allowPrivate: false });
    for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:7f00:1]']) {
      await expect(postOutside({ url: `https://${host}:${port}/`, headers: {}, body: '' }, literal)).rejects.toMatchObject({ code: 'forbidden' });
    }
    await expect(postOutside({ url: `http://hook.example:${port}/`, headers: {}, body: '' }, literal)).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toBe(0);
  });
});

describe('outsideProblem', () => {
  it('knows what must not be called from its text alone', () => {
    for (const url of ['nonsense', 'http://hook.example/', 'ftp://hook.example/', 'https://user:password@hook.example/', 'https://192.168.1.1/', 'https://[fe80::1]/']) {
      expect(outsideProblem(url, false), url).toBeDefined();
    }
    for (const url of ['https://hook.example/a?b', 'https://hook.example:8443/', 'https://8.8.8.8/']) expect(outsideProblem(url, false), url).toBeUndefined();
    expect(outsideProblem('http://127.0.0.1:3000/', true)).toBeUndefined();
    expect(outsideProblem('ftp://127.0.0.1/', true)).toBeDefined();
  });
});
