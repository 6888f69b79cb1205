import type { ConformanceSamples } from '@tendril/connector-kit/conformance';

import { API_KEY, PUBLIC_KEY, signedWebhook, startSendGrid, VERIFIED_SENDER } from './vendor.ts';

/** When the samples are. */
export const NOW = new Date('2026-11-21T09:00:00Z');

/** Settings that the vendor knows. */
export const SETTINGS = { apiKey: API_KEY, from: { email: VERIFIED_SENDER, name: 'Tendril' }, webhookPublicKey: PUBLIC_KEY };

/** A mail that the vendor takes. */
export const DELIVERY = {
  id: '9f86d081884c7d659a2feaa0c55ad015',
  channel: 'email',
  to: 'ana@example.org',
  content: { subject: 'Your case study', html: '<p>Hello Ana</p>', text: 'Hello Ana' },
  unsubscribeUrl: 'https://tendril.example/u/1',
};

const about = { email: DELIVERY.to, touchpoint: DELIVERY.id, sg_message_id: 'sendgrid-1.recvd-5d8', timestamp: NOW.getTime() / 1_000 };
const heard = { at: NOW, touchpoint: DELIVERY.id, ref: 'sendgrid-1', address: DELIVERY.to };

/** The connector's samples. */
export const sendGridSamples: ConformanceSamples = {
  settings: SETTINGS,
  badSettings: {
    'a key of another kind': { ...SETTINGS, apiKey: 'local-key-without-prefix' },
    'no sender': { apiKey: API_KEY },
    'a sender that is no address': { ...SETTINGS, from: { email: 'hello' } },
    "a second header in the sender's name": { ...SETTINGS, from: { email: VERIFIED_SENDER, name: 'Tendril\r\nBcc: all@example.org' } },
  },
  now: NOW,
  delivery: DELIVERY,
  badContent: {
    'a subject that is too long': { ...DELIVERY.content, subject: 'x'.repeat(999) },
    'a second header in the subject': { ...DELIVERY.content, subject: 'Hello\r\nBcc: all@example.org' },
    'no text part': { subject: 'Hello', html: '<p>Hello</p>' },
  },
  badAddress: { ...DELIVERY, to: 'ana@nowhere' },
  vendor: async () => {
    const { redirect, messages, close } = await startSendGrid();
    return { redirect, received: () => messages.length, close };
  },
  webhooks: [
    {
      request: signedWebhook(
        [
          { ...about, event: 'delivered', sg_event_id: 'e1' },
          { ...about, event: 'unsubscribe', sg_event_id: 'e2' },
        ],
        NOW,
      ),
      signed: ['x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp'],
      expires: true,
      expected: [
        { ...heard, kind: 'delivered', id: 'e1' },
        { ...heard, kind: 'unsubscribed', id: 'e2' },
      ],
    },
  ],
};
