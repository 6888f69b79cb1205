import { startLocal } from '@tendril/connector-kit/conformance';
import { signedWebhook } from '@tendril/email-sendgrid/vendor';
import { AppError, HOUR, MINUTE } from '@tendril/kernel';
import { signedForm } from '@tendril/sms-twilio/vendor';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coreUnderTest } from './core-under-test.ts';
import { rulesFolder } from './rules-folder.ts';
import { ANA, bodyOf } from './said.ts';
import { CONNECTORS, SECRETS, type VendorsUnderTest, vendorsUnderTest } from './vendors.ts';

const NOW = new Date('2026-03-02T09:00:00Z');

async function later(at: VendorsUnderTest, milliseconds: number): Promise<void> {
  at.core.clock.advance(milliseconds);
  bodyOf(await at.core.call('POST', '/v1/evaluate'));
}

describe.each(['email', 'sms'] as const)('a vendor in trouble, by %s', (channel) => {
  let at: VendorsUnderTest;
  beforeEach(async () => {
    at = await vendorsUnderTest();
  });
  afterEach(() => at.close());
  const vendor = (): { readonly messages: readonly unknown[]; misbehave: VendorsUnderTest['mail']['misbehave'] } => (channel === 'email' ? at.mail : at.texts);

  it('that asks to slow down holds the touchpoint until the time it names, and sends once', async () => {
    vendor().misbehave({ status: 429, headers: { 'retry-after': '600' } });
    expect(await at.reach(channel)).toMatchObject({ state: 'held', reason: expect.stringMatching(/^limits/), dueAt: '2026-03-02T09:10:00.000Z', sentAt: null });
    vendor().misbehave(undefined);
    await later(at, 10 * MINUTE - 1);
    expect(vendor().messages).toHaveLength(0);
    await later(at, 1);
    await later(at, HOUR);
    expect(await at.touch(channel)).toMatchObject({ state: 'accepted' });
    expect(vendor().messages).toHaveLength(1);
  });

  it('that refuses the key holds the touchpoint, and sends once after the key is mended', async () => {
    vendor().misbehave({ status: 401, body: '{"errors":[{"message":"no such key","field":null}],"code":20003,"message":"Authenticate"}' });
    expect(await at.reach(channel)).toMatchObject({ state: 'held', reason: expect.stringMatching(/^credentials/) });
    await later(at, HOUR);
    expect(await at.touch(channel)).toMatchObject({ state: 'held' });
    vendor().misbehave(undefined);
    await later(at, 2 * HOUR);
    await later(at, 2 * HOUR);
    expect(await at.touch(channel)).toMatchObject({ state: 'accepted' });
    expect(vendor().messages).toHaveLength(1);
  });

  it.each([
    ['fails with 503', { status: 503, body: 'upstream' } as const, 0],
    ['breaks the connection after it took the message', 'take-and-drop' as const, 1],
  ])('that %s leaves the touchpoint unknown, never sends it again, and settles it by its webhook', async (_what, trouble, taken) => {
    vendor().misbehave(trouble);
    const touch = await at.reach(channel);
    expect(touch).toMatchObject({ state: 'unknown' });
    vendor().misbehave(undefined);
    for (let n = 0; n < 3; n += 1) await later(at, 3 * HOUR);
    expect(await at.touch(channel)).toMatchObject({ state: 'unknown' });
    expect(vendor().messages).toHaveLength(taken);
    const now = at.core.clock.now();
    const delivered = { event: 'delivered', sg_event_id: 'event-1', timestamp: now.getTime() / 1_000, email: ANA.email, touchpoint: touch.id };
    const callback = signedForm(`https://tendril.example/hooks/texts?touchpoint=${touch.id}`, { MessageSid: 'SM-1', MessageStatus: 'delivered', To: ANA.phone });
    bodyOf(channel === 'email' ? await at.hook('mail', signedWebhook([delivered], now)) : await at.hook('texts', callback));
    expect(await at.touch(channel)).toMatchObject({ state: 'accepted', deliveredAt: now.toISOString() });
  });
});

describe('a vendor that never answers', () => {
  it('leaves the touchpoint unknown, and hears of it once', async () => {
    const waiting: AbortController[] = [];
    let heard = 0;
    const silent = await startLocal(() => {
      heard += 1;
      for (const controller of waiting) controller.abort();
      return 'hang';
    });
    const deadline = (): AbortSignal => {
      const controller = new AbortController();
      waiting.push(controller);
      return controller.signal;
    };
    const at = await vendorsUnderTest({ redirect: { 'api.sendgrid.com': silent.origin }, deadline });
    try {
      expect(await at.reach('email')).toMatchObject({ state: 'unknown', sentAt: NOW.toISOString() });
      await later(at, 3 * HOUR);
      expect(await at.touch('email')).toMatchObject({ state: 'unknown' });
      expect(heard).toBe(1);
    } finally {
      await at.close();
      await silent.close();
    }
  });
});

/** Why a core with these connectors does not start. */
async function refusalOf(connectors: readonly object[], environment: Readonly<Record<string, string>> = SECRETS): Promise<AppError> {
  const rules = rulesFolder(connectors);
  try {
    const core = await coreUnderTest({ rules: rules.folder, environment });
    await core.close();
    return expect.fail('the core started');
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  } finally {
    rules.remove();
  }
}

describe('a core does not start', () => {
  it('without a secret, and names the environment variable', async () => {
    const { SMALL_SENDGRID_KEY: _missing, ...rest } = SECRETS;
    const { code, message, hint } = await refusalOf(CONNECTORS, rest);
    expect(code).toBe('connector-misconfigured');
    expect(message).toContain('Connector "mail"');
    expect(message).toContain('set the environment variable SMALL_SENDGRID_KEY');
    expect(hint).toContain('rules/connectors.json');
  });

  it('with a secret that does not fit, and does not tell it', async () => {
    const { message } = await refusalOf(CONNECTORS, { ...SECRETS, SMALL_SENDGRID_KEY: 'sendgrid-secret-1' });
    expect(message).toContain('correct the environment variable SMALL_SENDGRID_KEY');
    expect(message).not.toContain('sendgrid-secret-1');
  });

  it('with a secret written among the settings', async () => {
    const [mail] = CONNECTORS;
    const { message } = await refusalOf([{ ...mail, settings: { ...mail?.settings, apiKey: 'SG.in-the-open' }, secrets: {} }]);
    expect(message).toContain('name the environment variable');
    expect(message).not.toContain('SG.in-the-open');
  });

  it('with a connector that was written for another contract, and says what to do', async () => {
    const { default: outbox } = await import('@tendril/outbox-file');
    vi.doMock('tendril-connector-tomorrow', () => ({ default: { ...outbox, contract: 2 } }));
    const { message } = await refusalOf([{ name: 'tomorrow', package: 'tendril-connector-tomorrow', settings: { folder: 'x' } }]);
    vi.doUnmock('tendril-connector-tomorrow');
    expect(message).toContain('"tendril-connector-tomorrow" was written for contract 2, and this core speaks contract 1. Update Tendril');
  });
});
