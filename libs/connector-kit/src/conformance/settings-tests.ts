import assert from 'node:assert/strict';

import { CONTRACT, type MessageConnector } from '../contract.ts';
import { secretSettings } from '../define-connector.ts';
import { KitError } from '../kit-error.ts';
import { assertNoSecret, bench, variableOf } from './bench.ts';
import type { ConformanceSamples, TestRunner } from './samples.ts';

/** What the definition and its settings must be. */
export function settingsTests(definition: MessageConnector, samples: ConformanceSamples, { it }: TestRunner): void {
  const refusal = (settings: Readonly<Record<string, unknown>>): KitError => {
    try {
      bench(definition, samples, { settings });
    } catch (error) {
      if (error instanceof KitError && error.code === 'connector-settings') return error;
      throw error;
    }
    return assert.fail('these settings were taken');
  };

  it(`was written for contract ${CONTRACT}`, () => {
    assert.equal(definition.contract, CONTRACT);
  });

  it('opens with the good settings and names bare hosts', () => {
    bench(definition, samples);
    for (const host of definition.hosts(definition.settings.parse(samples.settings))) assert.equal(new URL(`https://${host}`).host, host);
  });

  it('refuses a setting that it does not know', () => {
    assert.match(refusal({ ...samples.settings, notASettingOfIt: 'x' }).message, /notASettingOfIt/);
  });

  it('brings settings that must be refused', () => {
    assert.ok(Object.keys(samples.badSettings).length > 0, 'samples.badSettings is empty');
  });

  for (const [what, settings] of Object.entries(samples.badSettings)) {
    it(`refuses settings: ${what}`, () => {
      const { message } = refusal(settings);
      assertNoSecret(definition, { ...samples, settings }, 'the refusal', message);
    });
  }

  for (const name of secretSettings(definition.settings)) {
    if (definition.settings.shape[name]?.safeParse(undefined).success) continue;
    it(`says which environment variable should hold ${name}`, () => {
      const { [name]: _gone, ...rest } = samples.settings;
      assert.ok(refusal(rest).message.includes(variableOf(name)));
    });
  }
}
