import assert from 'node:assert/strict';

import type { Delivery, MessageConnector, Outcome } from '../contract.ts';
import { assertNoSecret, bench, type Bench } from './bench.ts';
import type { ConformanceSamples, ConformanceVendor, TestRunner } from './samples.ts';

type WithVendor = (body: (open: Bench, vendor: ConformanceVendor | undefined) => Promise<void>) => () => Promise<void>;

/** What must come of deliveries to a vendor in good health. */
export function deliveryTests(definition: MessageConnector, samples: ConformanceSamples, { it }: TestRunner): void {
  const withVendor: WithVendor = (body) => async () => {
    const vendor = await samples.vendor?.();
    try {
      await body(bench(definition, samples, { redirect: vendor?.redirect ?? {}, now: running(samples.now) }), vendor);
    } finally {
      await vendor?.close();
    }
  };
  it('brings the samples that its kind of connector needs', () => assertSamples(definition, samples));
  acceptanceTests(definition, samples, it, withVendor);
  refusalTests(samples, it, withVendor);
}

function assertSamples(definition: MessageConnector, { settings, badContent, vendor, badAddress, optedOut, webhooks }: ConformanceSamples): void {
  assert.ok(Object.keys(badContent).length > 0, 'samples.badContent is empty');
  if (definition.hosts(definition.settings.parse(settings)).length === 0) return;
  assert.ok(vendor, 'samples.vendor is missing: a local server that plays the vendor');
  assert.ok(badAddress, 'samples.badAddress is missing');
  const heard = webhooks?.some(({ expected }) => expected.some(({ kind }) => kind === 'unsubscribed'));
  assert.ok(optedOut ?? heard, 'neither samples.optedOut nor a webhook shows how the vendor tells an opt-out');
}

function acceptanceTests(definition: MessageConnector, samples: ConformanceSamples, it: TestRunner['it'], withVendor: WithVendor): void {
  const { delivery, badAddress, badContent } = samples;

  it('delivers, and says nothing of its secrets', withVendor(async ({ connector, said }, vendor) => {
    const [outcome] = await connector.deliver([delivery]);
    assert.equal(outcome?.state, 'accepted', JSON.stringify(outcome));
    if (vendor !== undefined) assert.equal(vendor.received(), 1);
    assertNoSecret(definition, samples, 'what it logged', said.join('\n'));
  }));

  it('gives one outcome per item, in order, with a reference for each', withVendor(async ({ connector }) => {
    const [bad] = Object.values(badContent);
    const batch = [another(delivery, 'a'), { ...another(delivery, 'b'), content: bad }, another(delivery, 'c'), ...(badAddress ? [badAddress] : []), another(delivery, 'd')];
    const outcomes = await connector.deliver(batch);
    const expected = ['accepted', 'rejected', 'accepted', ...(badAddress ? ['rejected'] : []), 'accepted'];
    assert.deepEqual(outcomes.map(({ state }) => state), expected, JSON.stringify(outcomes));
    assert.equal(new Set(outcomes.flatMap((outcome) => (outcome.state === 'accepted' ? [outcome.ref] : []))).size, 3);
  }));

  if (definition.resend !== 'idempotent') return;
  it('delivers the same item once, however often it is asked', withVendor(async ({ connector }, vendor) => {
    const [first] = await connector.deliver([delivery]);
    const [second] = await connector.deliver([delivery]);
    assert.deepEqual(second, first);
    if (vendor !== undefined) assert.equal(vendor.received(), 1);
  }));
}

function refusalTests({ delivery, badContent, badAddress, optedOut }: ConformanceSamples, it: TestRunner['it'], withVendor: WithVendor): void {
  for (const [what, content] of Object.entries(badContent)) {
    it(`refuses content: ${what}`, withVendor(async ({ connector }, vendor) => {
      assertRejected(await connector.deliver([{ ...delivery, content }]), 'content');
      if (vendor !== undefined) assert.equal(vendor.received(), 0);
    }));
  }
  if (badAddress) it('rejects a bad address as such', withVendor(async ({ connector }) => assertRejected(await connector.deliver([badAddress]), 'address')));
  if (optedOut) it('rejects a recipient who opted out as such', withVendor(async ({ connector }) => assertRejected(await connector.deliver([optedOut]), 'opted-out')));
}

function assertRejected(outcomes: readonly Outcome[], reason: string): void {
  assert.partialDeepStrictEqual(outcomes, [{ state: 'rejected', reason }]);
}

/** The same message under another touchpoint id. */
function another(delivery: Delivery<unknown>, digit: string): Delivery<unknown> {
  return { ...delivery, id: delivery.id.slice(0, -1) + digit };
}

/** A clock that moves on by a second whenever it is read, so that no rate limit holds an item back. */
function running(start: Date): () => Date {
  let at = start.getTime();
  return () => new Date((at += 1_000));
}
