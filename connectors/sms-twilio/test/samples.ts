import type { ConformanceSamples, SignedWebhook } from '@tendril/connector-kit/conformance';

import { ACCOUNT_SID, AUTH_TOKEN, NO_SUCH_NUMBER, OPTED_OUT, SENDER, SERVICE_SID, signedForm, signedJson, startTwilio } from './vendor.ts';

/** When the samples are. */
export const NOW = new Date('2026-11-21T09:00:00Z');

/** Settings that the vendor knows. */
export const SETTINGS = {
  accountSid: ACCOUNT_SID,
  authToken: AUTH_TOKEN,
  messagingServiceSid: SERVICE_SID,
  statusCallback: 'https://tendril.example/hooks/sms-twilio',
};

/** An SMS that the vendor takes. */
export const DELIVERY = { id: '9f86d081884c7d659a2feaa0c55ad015', channel: 'sms', to: '+4915112345678', content: { text: 'Your case study & more: https://tendril.example/c/1' } };

const callback = { MessageSid: 'SM1', MessageStatus: 'delivered', To: DELIVERY.to };
const delivered = { kind: 'delivered', id: 'SM1:delivered', ref: 'SM1', at: NOW, address: DELIVERY.to } as const;

function webhook(request: SignedWebhook['request'], expected: SignedWebhook['expected']): SignedWebhook {
  return { request, signed: ['x-twilio-signature'], expires: false, expected };
}

const { messagingServiceSid: _service, ...withoutSender } = SETTINGS;

/** The connector's samples. */
export const twilioSamples: ConformanceSamples = {
  settings: SETTINGS,
  badSettings: {
    'an API key in place of the account': { ...SETTINGS, accountSid: `SK${'0123456789abcdef'.repeat(2)}` },
    'no sender': withoutSender,
    'two senders': { ...SETTINGS, from: SENDER },
    'a sender that is no number': { ...withoutSender, from: '0151 12345678' },
    'a callback without TLS': { ...SETTINGS, statusCallback: 'http://tendril.example/hooks/sms-twilio' },
  },
  now: NOW,
  delivery: DELIVERY,
  badContent: { 'too long': { text: 'x'.repeat(1_601) }, empty: { text: '' } },
  badAddress: { ...DELIVERY, to: NO_SUCH_NUMBER },
  optedOut: { ...DELIVERY, to: OPTED_OUT },
  vendor: async () => {
    const { redirect, messages, close } = await startTwilio();
    return { redirect, received: () => messages.length, close };
  },
  webhooks: [
    webhook(signedForm(`${SETTINGS.statusCallback}?touchpoint=${DELIVERY.id}`, callback), [{ ...delivered, touchpoint: DELIVERY.id }]),
    webhook(signedJson(SETTINGS.statusCallback, callback), [delivered]),
    webhook(signedForm(SETTINGS.statusCallback, { MessageSid: 'SM2', From: DELIVERY.to, Body: 'Stop!' }), [{ kind: 'unsubscribed', id: 'SM2', address: DELIVERY.to }]),
  ],
};
