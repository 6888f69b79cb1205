import assert from 'node:assert/strict';

import type { MessageConnector, Outcome } from '../contract.ts';
import { assertNoSecret, bench } from './bench.ts';
import { deadOrigin, startMisfortune, type Misfortune } from './misfortune-server.ts';
import type { ConformanceSamples, TestRunner } from './samples.ts';

const DAY = 24 * 3_600_000;
const HTML = '<!doctype html><title>502</title><h1>Bad gateway</h1>';
const SLOW_DOWN = '{"message":"slow down"}';

type DeliverInto = (misfortune: Misfortune) => Promise<{ readonly outcome: Outcome | undefined; readonly received: number }>;

/** What must come of deliveries to a vendor in trouble. */
export function misfortuneTests(definition: MessageConnector, samples: ConformanceSamples, { it }: TestRunner): void {
  const hosts = definition.hosts(definition.settings.parse(samples.settings));

  const deliverInto: DeliverInto = async (misfortune) => {
    const server = await startMisfortune(misfortune);
    try {
      const open = bench(definition, samples, { redirect: toAll(hosts, server.origin), deadline: server.deadline });
      const [outcome] = await open.connector.deliver([samples.delivery]);
      const echoed = typeof misfortune === 'object' && 'echo' in misfortune;
      if (!echoed) assertNoSecret(definition, samples, 'what it logged', open.said.join('\n'));
      assertNoSecret(definition, samples, 'the log', open.logged.join('\n'));
      assertNoSecret(definition, samples, 'the outcome', JSON.stringify(outcome));
      return { outcome, received: server.received() };
    } finally {
      await server.close();
    }
  };

  limitTests(samples, it, deliverInto);
  ambiguityTests(definition, it, deliverInto);

  it('HTTP 401: retry, for the credentials', async () => {
    const { outcome } = await deliverInto({ status: 401, body: '{"message":"who are you?"}' });
    assert.partialDeepStrictEqual(outcome, { state: 'retry', reason: 'credentials' });
  });

  it('a vendor that cannot be reached: retry, since nothing was sent', async () => {
    const open = bench(definition, samples, { redirect: toAll(hosts, await deadOrigin()) });
    assert.partialDeepStrictEqual(await open.connector.deliver([samples.delivery]), [{ state: 'retry', reason: 'vendor' }]);
  });

  for (const status of [400, 401, 500]) {
    it(`HTTP ${status} that repeats the whole request: no secret in the log or the outcome`, async () => {
      const { outcome } = await deliverInto({ echo: status });
      assert.notEqual(outcome?.state, 'accepted');
    });
  }
}

/** Whenever the vendor perhaps sent the message, only a connector that cannot send twice may ask for another try. */
function ambiguityTests({ resend }: MessageConnector, it: TestRunner['it'], deliverInto: DeliverInto): void {
  const states = resend === 'idempotent' ? ['unknown', 'retry'] : ['unknown'];
  const misfortunes: readonly [what: string, misfortune: Misfortune][] = [
    ...[500, 502, 503, 504].map((status): [string, Misfortune] => [`HTTP ${status}`, { status, body: '{"message":"oops"}' }]),
    ['no answer after the vendor took the request', 'hang'],
    ['a connection that breaks after the request', 'drop'],
    ['half an answer', { status: 200, body: '{"id":"1', cut: true }],
    ['HTML with status 200', { status: 200, headers: { 'content-type': 'text/html' }, body: HTML }],
    ['broken JSON with status 200', { status: 200, body: '{"id":' }],
  ];
  for (const [what, misfortune] of misfortunes) {
    it(`${what}: ${states.join(' or ')}`, async () => {
      const { outcome, received } = await deliverInto(misfortune);
      assert.ok(received > 0, 'the vendor was not asked');
      assert.ok(states.includes(outcome?.state ?? ''), JSON.stringify(outcome));
    });
  }
}

function limitTests(samples: ConformanceSamples, it: TestRunner['it'], deliverInto: DeliverInto): void {
  const forms: readonly [what: string, header: string | undefined, after: (value: number | undefined) => boolean][] = [
    ['no Retry-After', undefined, (value) => value === undefined],
    ['Retry-After in seconds', '7', (value) => value === 7_000],
    ['Retry-After as a date', new Date(samples.now.getTime() + 90_000).toUTCString(), (value) => value !== undefined && Math.abs(value - 90_000) <= 1_000],
    ['Retry-After in the past', new Date(samples.now.getTime() - 90_000).toUTCString(), (value) => value !== undefined && value >= 0],
    ['Retry-After that is garbage', 'soon', (value) => value === undefined],
    ['Retry-After below zero', '-5', (value) => value === undefined],
    ['Retry-After of centuries', '99999999999', (value) => value !== undefined && value <= DAY],
  ];
  for (const [what, header, fits] of forms) {
    it(`HTTP 429 with ${what}: retry, for the limits`, async () => {
      const headers = header === undefined ? {} : { 'retry-after': header };
      const { outcome } = await deliverInto({ status: 429, headers, body: SLOW_DOWN });
      assert.partialDeepStrictEqual(outcome, { state: 'retry', reason: 'limits' });
      assert.ok(outcome?.state === 'retry' && fits(outcome.after), JSON.stringify(outcome));
    });
  }
}

function toAll(hosts: readonly string[], origin: string): Record<string, string> {
  return Object.fromEntries(hosts.map((host) => [host, origin]));
}
