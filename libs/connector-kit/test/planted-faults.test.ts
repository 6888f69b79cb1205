import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { conformance, type ConformanceSamples } from '../src/conformance/conformance.ts';
import { accepted, rejected, retry, type MessageConnector, type Outcome } from '../src/index.ts';
import { tiny, tinySamples } from './tiny.ts';

/** Runs the suite and collects the names of the tests that failed. */
async function failures(definition: MessageConnector, samples: ConformanceSamples = tinySamples): Promise<string[]> {
  const cases: [name: string, body: () => Promise<void> | void][] = [];
  conformance(definition, samples, { describe: (_name, body) => body(), it: (name, body) => cases.push([name, body]) });
  const failed: string[] = [];
  for (const [name, body] of cases) {
    try {
      await body();
    } catch (error) {
      assert.ok(error instanceof Error);
      failed.push(name);
    }
  }
  return failed;
}

const good: MessageConnector = tiny;

/** Each fault was seen in real connectors; each must make the named test fail. */
const faults: readonly [what: string, broken: MessageConnector, caughtBy: RegExp][] = [
  ['the signature is not checked', { ...good, hear: () => [{ kind: 'delivered', id: 'e1', at: tinySamples.now, ref: 'tiny-1' }] }, /without its signature/],
  ['webhooks are checked with the wrong key', { ...good, hear: (request, context) => good.hear?.(request, { ...context, settings: { ...context.settings, key: 'another-key' } }) ?? [] }, /says what the vendor meant/],
  ['an opt-out is read as success', { ...good, deliver: changed((outcome) => (outcome.state === 'rejected' && outcome.reason === 'opted-out' ? accepted('x') : outcome)) }, /who opted out/],
  ['a bad address is read as an opt-out', { ...good, deliver: changed((outcome) => (outcome.state === 'rejected' ? rejected('opted-out', 'x') : outcome)) }, /bad address/],
  ['everything is accepted', { ...good, deliver: async (batch) => batch.map(({ id }) => accepted(id)) }, /bad address/],
  ['one reference is given to all', { ...good, deliver: changed((outcome) => (outcome.state === 'accepted' ? accepted('x') : outcome)) }, /a reference for each/],
  ['the key is logged', { ...good, deliver: (batch, context) => (context.log('sending', context.settings), good.deliver(batch, context)) }, /says nothing of its secrets/],
  ['the key is printed', { ...good, deliver: (batch, context) => (console.log(context.settings), good.deliver(batch, context)) }, /says nothing of its secrets/],
  ['a network error is swallowed as accepted', { ...good, deliver: (batch, context) => good.deliver(batch, context).catch(() => batch.map(({ id }) => accepted(id))) }, /connection that breaks/],
  ['a time-out is tried again', { ...good, deliver: (batch, context) => good.deliver(batch, context).catch(() => batch.map(() => retry('vendor', 'again'))) }, /no answer after/],
  ['HTTP 500 is tried again', { ...good, deliver: changed((outcome) => (outcome.state === 'unknown' ? retry('vendor', 'again') : outcome)) }, /HTTP 500: unknown/],
  ['Retry-After is ignored', { ...good, deliver: changed((outcome) => (outcome.state === 'retry' ? retry(outcome.reason, outcome.message) : outcome)) }, /Retry-After in seconds/],
  ['unknown settings are taken', { ...good, settings: z.object(tiny.settings.shape) }, /a setting that it does not know/],
  ['any settings are taken', { ...good, settings: z.strictObject({ key: z.string().meta({ secret: true }), from: z.string() }) }, /refuses settings/],
  ['content of any length is taken', { ...good, content: z.object({ text: z.string() }) }, /refuses content/],
  ['an outcome is missing', { ...good, limits: { batch: 5, perSecond: 10 } }, /one outcome per item/],
];

function changed(change: (outcome: Outcome) => Outcome): MessageConnector['deliver'] {
  return async (batch, context) => (await good.deliver(batch, context)).map(change);
}

describe('the conformance suite', () => {
  it('passes the tiny connector as it is', async () => {
    expect(await failures(tiny)).toEqual([]);
  });

  it.each(faults)('catches it when %s', async (_what, broken, caughtBy) => {
    expect(await failures(broken)).toContainEqual(expect.stringMatching(caughtBy));
  });

  it('asks for the samples that a connector with a network needs', async () => {
    const { vendor: _vendor, badAddress: _badAddress, ...rest } = tinySamples;
    expect(await failures(tiny, rest)).toContainEqual(expect.stringMatching(/brings the samples/));
  });
});
