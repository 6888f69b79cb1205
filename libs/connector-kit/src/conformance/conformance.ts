import type { MessageConnector } from '../contract.ts';
import { deliveryTests } from './delivery-tests.ts';
import { misfortuneTests } from './misfortune-tests.ts';
import type { ConformanceSamples, TestRunner } from './samples.ts';
import { settingsTests } from './settings-tests.ts';
import { webhookTests } from './webhook-tests.ts';

export { startLocal, type LocalAnswer, type LocalRequest, type LocalServer } from './local-server.ts';
export type { ConformanceSamples, ConformanceVendor, SignedWebhook, TestRunner } from './samples.ts';

/**
 * The tests that every connector passes. The connector brings samples, the suite brings the misfortunes; it asserts with
 * node:assert, so Vitest, Jest and node:test run it alike.
 *
 * @example
 * import { describe, it } from 'vitest';
 * conformance(smsTwilio, samples, { describe, it });
 */
export function conformance(definition: MessageConnector, samples: ConformanceSamples, runner: TestRunner): void {
  const networked = definition.hosts(definition.settings.parse(samples.settings)).length > 0;
  runner.describe(`${definition.id} keeps the connector contract`, () => {
    runner.describe('definition and settings', () => void settingsTests(definition, samples, runner));
    runner.describe('deliveries', () => void deliveryTests(definition, samples, runner));
    if (networked) runner.describe('a vendor in trouble', () => void misfortuneTests(definition, samples, runner));
    if (definition.hear !== undefined) runner.describe('webhooks', () => void webhookTests(definition, samples, runner));
  });
}
