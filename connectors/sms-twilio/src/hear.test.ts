import { openConnector, SignatureError, type Feedback, type HookRequest } from '@tendril/connector-kit';
import { describe, expect, it } from 'vitest';

import { NOW, SETTINGS } from '../test/samples.ts';
import { AUTH_TOKEN, signedForm } from '../test/vendor.ts';
import { smsTwilio } from './sms-twilio.ts';

const { authToken: _secret, ...settings } = SETTINGS;
const URL = 'https://tendril.example/hooks/sms-twilio';
const status = { MessageSid: 'SM1', To: '+4915112345678' };

function hear(request: HookRequest): Promise<readonly Feedback[]> {
  return openConnector(smsTwilio, {
    settings,
    secrets: { authToken: { env: 'TWILIO_AUTH_TOKEN', value: AUTH_TOKEN } },
    clock: { now: () => NOW },
    log: () => undefined,
  }).hear(request);
}

describe('status callbacks', () => {
  it.each<[what: string, said: Record<string, string>, meant: Partial<Feedback>]>([
    ['delivered', { MessageStatus: 'delivered' }, { kind: 'delivered', id: 'SM1:delivered' }],
    ['an unknown number', { MessageStatus: 'undelivered', ErrorCode: '30005' }, { kind: 'failed', permanent: true }],
    ['a landline', { MessageStatus: 'undelivered', ErrorCode: '30006' }, { kind: 'failed', permanent: true }],
    ['a handset that is off', { MessageStatus: 'undelivered', ErrorCode: '30003' }, { kind: 'failed', detail: 'Twilio 30003' }],
    ['an opt-out', { MessageStatus: 'failed', ErrorCode: '21610' }, { kind: 'unsubscribed' }],
  ])('say %s', async (_what, said, meant) => {
    const [heard] = await hear(signedForm(URL, { ...status, ...said }));
    expect(heard).toMatchObject({ ref: 'SM1', at: NOW, address: '+4915112345678', ...meant });
    expect(heard?.permanent).toBe(meant.permanent);
  });

  it.each(['queued', 'sending', 'sent', 'accepted', 'canceled'])('leave out "%s"', async (name) => {
    expect(await hear(signedForm(URL, { ...status, MessageStatus: name }))).toEqual([]);
  });
});

describe('replies', () => {
  const reply = (fields: Record<string, string>): Promise<readonly Feedback[]> => hear(signedForm(URL, { MessageSid: 'SM9', From: '+4915112345678', ...fields }));

  it('that ask for silence are an opt-out, with the words', async () => {
    expect(await reply({ Body: 'stop please' })).toEqual([{ kind: 'unsubscribed', id: 'SM9', at: NOW, address: '+4915112345678', detail: 'stop please' }]);
    expect(await reply({ Body: 'merci', OptOutType: 'STOP' })).toMatchObject([{ kind: 'unsubscribed' }]);
  });

  it('of any other kind are replies, for people to read', async () => {
    expect(await reply({ Body: 'Who is this?' })).toMatchObject([{ kind: 'replied', detail: 'Who is this?' }]);
  });

  it('that ask to start again are left out: consent is given elsewhere', async () => {
    expect(await reply({ Body: 'Start' })).toEqual([]);
    expect(await reply({ Body: 'oui', OptOutType: 'START' })).toEqual([]);
  });
});

describe('the signature', () => {
  const fields = { ...status, MessageStatus: 'delivered' };

  it('holds whether or not the vendor signed the port', async () => {
    const withPort = signedForm('https://tendril.example:443/hooks/sms-twilio', fields);
    expect(await hear({ ...withPort, url: URL })).toHaveLength(1);
    const without = signedForm(URL, fields);
    expect(await hear({ ...without, url: 'https://tendril.example:443/hooks/sms-twilio' })).toHaveLength(1);
  });

  it('covers repeated fields once each, in order', async () => {
    expect(await hear(signedForm(URL, { ...fields, MediaUrl: ['b', 'a', 'b'] }))).toHaveLength(1);
  });

  it('covers the touchpoint in the URL', async () => {
    const signed = signedForm(`${URL}?touchpoint=aaaa`, fields);
    await expect(hear({ ...signed, url: `${URL}?touchpoint=bbbb` })).rejects.toThrow(SignatureError);
  });

  it('does not cover a body that is no form unless its hash is signed', async () => {
    const signed = signedForm(URL, {});
    const forged = { ...signed, headers: { ...signed.headers, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(fields)) };
    await expect(hear(forged)).rejects.toThrow(SignatureError);
  });
});
