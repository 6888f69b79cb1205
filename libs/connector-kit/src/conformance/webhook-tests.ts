import assert from 'node:assert/strict';

import type { Feedback, HookRequest, MessageConnector } from '../contract.ts';
import { SignatureError } from '../kit-error.ts';
import { assertNoSecret, bench } from './bench.ts';
import type { ConformanceSamples, SignedWebhook, TestRunner } from './samples.ts';

/** Vendors that sign the time are believed for minutes, so this is too old, and too early. */
const STALE = 15 * 60_000;

/** What must come of webhooks: the vendor's, repeated ones, and forged ones. */
export function webhookTests(definition: MessageConnector, samples: ConformanceSamples, runner: TestRunner): void {
  const webhooks = samples.webhooks ?? [];
  runner.it('brings signed webhooks, since it hears', () => {
    assert.ok(webhooks.length > 0 && webhooks.every(({ signed }) => signed.length > 0), 'samples.webhooks is empty, or one names no signed header');
  });
  webhooks.forEach((webhook, index) => webhookCase(definition, samples, webhook, `webhook ${index + 1}`, runner));
}

type Hear = (changed: Partial<HookRequest>, now?: Date) => Promise<readonly Feedback[]>;

function webhookCase(definition: MessageConnector, samples: ConformanceSamples, webhook: SignedWebhook, name: string, { it }: TestRunner): void {
  const { request, expected } = webhook;
  const hear: Hear = (changed, now = samples.now) => bench(definition, samples, { now: () => now }).connector.hear({ ...request, ...changed });

  it(`${name}: says what the vendor meant, and nothing of its secrets`, async () => {
    const open = bench(definition, samples);
    assert.partialDeepStrictEqual(await open.connector.hear(request), expected);
    assertNoSecret(definition, samples, 'what it logged', open.said.join('\n'));
  });

  it(`${name}: has the same ids when it comes twice, and one for each thing that happened`, async () => {
    const [first, second] = [await hear({}), await hear({})];
    assert.deepEqual(second.map(({ id }) => id), first.map(({ id }) => id));
    assert.equal(first.length, expected.length);
    assert.equal(new Set(first.map(({ id }) => id)).size, first.length);
  });

  it(`${name}: is refused, or means the same, when any bit of its body is changed`, async () => {
    const meant = await hear({});
    for (const [bit, body] of flips(Buffer.from(request.body))) {
      // Encodings have two spellings of one thing (%2b and %2B); a vendor that signs the meaning signs both.
      const heard = await hear({ body }).catch((error: unknown) => {
        if (!(error instanceof SignatureError)) throw error;
      });
      if (heard !== undefined) assert.deepEqual(heard, meant, `a webhook with bit ${bit} of its body changed was believed`);
    }
  });

  signatureTests(samples, webhook, name, it, hear);
}

function signatureTests(samples: ConformanceSamples, { request, signed, expires }: SignedWebhook, name: string, it: TestRunner['it'], hear: Hear): void {
  const refused = (what: string, headers: HookRequest['headers'], now?: Date): Promise<void> => assert.rejects(hear({ headers }, now), SignatureError, `${what} was believed`);

  it(`${name}: is refused without its signature`, async () => {
    for (const header of signed) {
      const { [header]: _gone, ...headers } = request.headers;
      await refused(`a webhook without ${header}`, headers);
      await refused(`a webhook with an empty ${header}`, { ...headers, [header]: '' });
    }
  });

  it(`${name}: is refused when any bit of its signature is changed`, async () => {
    for (const header of signed) {
      for (const [bit, flipped] of flips(Buffer.from(request.headers[header] ?? '', 'latin1'))) {
        await refused(`a webhook with bit ${bit} of ${header} changed`, { ...request.headers, [header]: flipped.toString('latin1') });
      }
    }
  });

  if (!expires) return;
  it(`${name}: is refused when it is old, or early`, async () => {
    await refused('a webhook of 15 minutes ago', request.headers, new Date(samples.now.getTime() + STALE));
    await refused('a webhook of 15 minutes hence', request.headers, new Date(samples.now.getTime() - STALE));
  });
}

function* flips(bytes: Buffer): Generator<[bit: number, flipped: Buffer]> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield [bit, flipped];
  }
}
