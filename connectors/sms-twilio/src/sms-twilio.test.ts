import { openConnector, type OpenConnector } from '@tendril/connector-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { DELIVERY, NOW, SETTINGS } from '../test/samples.ts';
import { AUTH_TOKEN, LANDLINE, refusal, SENDER, SERVICE_SID, startTwilio, type Twilio } from '../test/vendor.ts';
import { smsTwilio } from './sms-twilio.ts';

const { authToken: _secret, ...settings } = SETTINGS;

let vendor: Twilio;

beforeEach(async () => {
  vendor = await startTwilio();
});

afterEach(() => {
  vi.unstubAllEnvs();
  return vendor.close();
});

function open(chosen: Readonly<Record<string, unknown>> = settings, token = AUTH_TOKEN): OpenConnector {
  return openConnector(smsTwilio, {
    settings: chosen,
    secrets: { authToken: { env: 'TWILIO_AUTH_TOKEN', value: token } },
    clock: { now: () => NOW },
    log: () => undefined,
    redirect: vendor.redirect,
  });
}

describe('sms-twilio', () => {
  it('sends one SMS, with the touchpoint in the address of the callback', async () => {
    expect(await open().deliver([DELIVERY])).toEqual([{ state: 'accepted', ref: `SM${'1'.padStart(32, '0')}` }]);
    expect(vendor.messages).toMatchObject([
      { to: DELIVERY.to, body: DELIVERY.content.text, from: SERVICE_SID, statusCallback: `https://tendril.example/hooks/sms-twilio?touchpoint=${DELIVERY.id}` },
    ]);
  });

  it('sends from one number, without a callback, when that is all there is', async () => {
    await open({ accountSid: settings.accountSid, from: SENDER }).deliver([DELIVERY]);
    expect(vendor.messages).toMatchObject([{ from: SENDER, statusCallback: undefined }]);
  });

  it('rejects a landline, and numbers that are not international without asking the vendor', async () => {
    const outcomes = await open().deliver([LANDLINE, '0151 12345678', '+49 151 1234', ''].map((to) => ({ ...DELIVERY, to })));
    expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ state: 'rejected', reason: 'address' })));
    expect(vendor.messages).toEqual([]);
  });

  it.each([
    [400, 30007, { state: 'rejected', reason: 'content' }],
    [400, 21408, { state: 'retry', reason: 'configuration' }],
    [429, 20429, { state: 'retry', reason: 'limits' }],
    [400, 30001, { state: 'retry', reason: 'limits' }],
    [400, 29999, { state: 'rejected', reason: 'other' }],
    // The vendor says that sending is not idempotent: a retry after a 500 can deliver twice.
    [500, 20500, { state: 'unknown' }],
    [503, 20429, { state: 'unknown' }],
  ])('reads HTTP %i with code %i', async (status, code, outcome) => {
    vendor.misbehave(refusal(status, code, 'no'));
    expect(await open().deliver([DELIVERY])).toMatchObject([outcome]);
  });

  it('does not know what became of an SMS that was taken without an answer', async () => {
    vendor.misbehave('take-and-drop');
    expect(await open().deliver([DELIVERY])).toMatchObject([{ state: 'unknown' }]);
    expect(vendor.messages).toHaveLength(1);
  });

  it('takes no edge or region from the environment', async () => {
    vi.stubEnv('TWILIO_EDGE', 'sydney');
    vi.stubEnv('TWILIO_REGION', 'au1');
    expect(await open().deliver([DELIVERY])).toMatchObject([{ state: 'accepted' }]);
  });

  it('tells whether the credentials are good without sending anything', async () => {
    expect(await open().check()).toMatchObject({ ok: true });
    expect(await open(settings, 'yesterdays-token').check()).toMatchObject({ ok: false, message: expect.stringContaining('401') });
    expect(vendor.messages).toEqual([]);
  });
});
