import { openConnector, type OpenConnector } from '@tendril/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DELIVERY, NOW, SETTINGS } from '../test/samples.ts';
import { API_KEY, startSendGrid, type SendGrid } from '../test/vendor.ts';
import { emailSendgrid } from './email-sendgrid.ts';

let vendor: SendGrid;

beforeEach(async () => {
  vendor = await startSendGrid();
});

afterEach(() => vendor.close());

function open(changed: Readonly<Record<string, unknown>> = {}, key = API_KEY, redirect = vendor.redirect): OpenConnector {
  const { apiKey: _secret, ...settings } = SETTINGS;
  return openConnector(emailSendgrid, {
    settings: { ...settings, ...changed },
    secrets: { apiKey: { env: 'SENDGRID_API_KEY', value: key } },
    clock: { now: () => NOW },
    log: () => undefined,
    redirect,
  });
}

describe('email-sendgrid', () => {
  it('sends one mail with the touchpoint to be echoed and the one-click opt-out', async () => {
    expect(await open({ replyTo: { email: 'ask@tendril.example' } }).deliver([DELIVERY])).toEqual([{ state: 'accepted', ref: 'sendgrid-1' }]);
    expect(vendor.messages).toEqual([
      {
        id: 'sendgrid-1',
        personalizations: [{ to: [{ email: 'ana@example.org' }] }],
        from: { email: 'hello@tendril.example', name: 'Tendril' },
        reply_to: { email: 'ask@tendril.example' },
        subject: 'Your case study',
        content: [
          { type: 'text/plain', value: 'Hello Ana' },
          { type: 'text/html', value: '<p>Hello Ana</p>' },
        ],
        headers: { 'List-Unsubscribe': '<https://tendril.example/u/1>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
        custom_args: { touchpoint: DELIVERY.id },
        mail_settings: {},
      },
    ]);
  });

  it('keeps an address that looks like two, or like a name and an address, one recipient', async () => {
    await open().deliver([{ ...DELIVERY, to: 'Ana <ana@example.org>, Ben <ben@example.org>' }]);
    expect(vendor.messages).toEqual([]);
  });

  it('speaks to the European host when asked to', async () => {
    const european = open({ region: 'eu' }, API_KEY, { 'api.eu.sendgrid.com': vendor.origin });
    expect(await european.deliver([DELIVERY])).toMatchObject([{ state: 'accepted' }]);
  });

  it('has a mail checked and not sent in the sandbox', async () => {
    expect(await open({ sandbox: true }).deliver([DELIVERY])).toEqual([{ state: 'accepted', ref: `sandbox-${DELIVERY.id}` }]);
    expect(vendor.messages).toEqual([]);
  });

  it('says that the sender is not verified, and keeps the mail', async () => {
    const outcomes = await open({ from: { email: 'other@tendril.example' } }).deliver([DELIVERY]);
    expect(outcomes).toMatchObject([{ state: 'retry', reason: 'configuration', message: expect.stringContaining('sender') }]);
  });

  it.each([
    [413, 'content'],
    [404, 'other'],
  ])('rejects HTTP %i for %s', async (status, reason) => {
    vendor.misbehave({ status, body: '{"errors":[{"message":"no","field":null}]}' });
    expect(await open().deliver([DELIVERY])).toMatchObject([{ state: 'rejected', reason }]);
  });

  it('does not know what became of a mail that was taken without an answer', async () => {
    vendor.misbehave('take-and-drop');
    expect(await open().deliver([DELIVERY])).toMatchObject([{ state: 'unknown' }]);
    expect(vendor.messages).toHaveLength(1);
  });

  it('tells whether the key is good without sending anything', async () => {
    expect(await open().check()).toMatchObject({ ok: true });
    expect(await open({}, 'SG.a-key-of-yesterday').check()).toMatchObject({ ok: false, message: expect.stringContaining('401') });
    expect(vendor.messages).toEqual([]);
  });
});
