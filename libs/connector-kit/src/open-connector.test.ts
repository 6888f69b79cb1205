import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { startLocal } from './conformance/local-server.ts';
import { deadOrigin } from './conformance/misfortune-server.ts';
import type { ConnectorContext, Delivery, MessageConnector, Outcome } from './contract.ts';
import { KitError, SignatureError } from './kit-error.ts';
import { openConnector, type OpenConnector, type OpenOptions } from './open-connector.ts';
import { accepted, rejected, retry, unknown } from './outcome.ts';

const KEY = 'key-0123456789';

/** A clock to move by hand. */
let now = Date.parse('2026-11-21T09:00:00Z');
const clock = { now: () => new Date(now) };

/** A connector that is all in what a test makes of it. */
const plain: MessageConnector = {
  id: 'sms-plain',
  channel: 'sms',
  contract: 1,
  settings: z.strictObject({ key: z.string().min(8).meta({ secret: true }), from: z.string().optional() }),
  content: z.object({ text: z.string().max(5) }),
  limits: { batch: 1, perSecond: 10 },
  resend: 'never',
  hosts: () => ['api.plain.example'],
  deliver: async (batch) => batch.map(({ id }) => accepted(`ref-${id}`)),
};

function open(changed: Partial<MessageConnector> = {}, options: Partial<OpenOptions> = {}): OpenConnector {
  const secrets = { key: { env: 'PLAIN_KEY', value: KEY } };
  return openConnector({ ...plain, ...changed }, { package: 'tendril-connector-plain', settings: {}, secrets, clock, log: () => undefined, ...options });
}

function items(count: number): Delivery<unknown>[] {
  return Array.from({ length: count }, (_, index) => ({ id: String(index), channel: 'sms', to: '+1555', content: { text: 'hi' } }));
}

function states(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ state }) => state);
}

describe('opening', () => {
  it.each([
    [2, /"tendril-connector-plain" was written for contract 2, and this core speaks contract 1\. Update Tendril/],
    [0, /contract 0, and this core speaks contract 1\. Install a version/],
  ])('refuses contract %i in a sentence that says what to do', (contract, sentence) => {
    expect(() => open({ contract })).toThrow(sentence);
  });

  it.each<[what: string, options: Partial<OpenOptions>, sentence: RegExp]>([
    ['a secret whose variable is not set', { secrets: { key: { env: 'PLAIN_KEY', value: undefined } } }, /"key" is missing; set the environment variable PLAIN_KEY/],
    ['a secret whose variable is empty', { secrets: { key: { env: 'PLAIN_KEY', value: '' } } }, /set the environment variable PLAIN_KEY/],
    ['a secret that is not named', { secrets: {} }, /name the environment variable that holds it under "secrets"/],
    ['a secret that does not fit', { secrets: { key: { env: 'PLAIN_KEY', value: 'short' } } }, /correct the environment variable PLAIN_KEY/],
    ['a secret among the settings', { settings: { key: KEY } }, /"key" is a secret/],
    ['a setting that it does not know', { settings: { form: 'x' } }, /"form" is no setting of it/],
    ['a setting of another type', { settings: { from: 7 } }, /"from" .*string/],
  ])('refuses %s, naming package and setting', (_what, options, sentence) => {
    expect(() => open({}, options)).toThrow(KitError);
    expect(() => open({}, options)).toThrow(/tendril-connector-plain/);
    expect(() => open({}, options)).toThrow(sentence);
  });

  it('repeats no value of a secret that it refuses', () => {
    const value = 'tooShrt';
    expect(() => open({}, { secrets: { key: { env: 'PLAIN_KEY', value } } })).not.toThrow(value);
  });
});

describe('delivering', () => {
  it('gives one outcome per item, in order, whatever the size of a call', async () => {
    const sizes: number[] = [];
    const connector = open({ limits: { batch: 3, perSecond: 10 }, deliver: async (batch) => (sizes.push(batch.length), batch.map(({ id }) => accepted(id))) });
    expect(await connector.deliver(items(8))).toEqual(items(8).map(({ id }) => accepted(id)));
    expect(sizes).toEqual([3, 3, 2]);
  });

  it('rejects content and addresses that no vendor should see, and only those', async () => {
    const [first, second, third, fourth] = items(4);
    const batch = [{ ...first, content: { text: 'too long' } }, second, { ...third, to: '+1555\r\nBcc: x' }, { ...fourth, to: ' ' }] as Delivery<unknown>[];
    expect(await open().deliver(batch)).toMatchObject([
      { state: 'rejected', reason: 'content', message: expect.stringContaining('text') },
      { state: 'accepted' },
      { state: 'rejected', reason: 'address' },
      { state: 'rejected', reason: 'address' },
    ]);
  });

  it('never waits: what is over the rate comes back with the time to try again', async () => {
    const connector = open({ limits: { batch: 1, perSecond: 2 } });
    expect(await connector.deliver(items(4))).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }, { state: 'retry', reason: 'limits', after: 500 }, { state: 'retry', after: 1_000 }]);
    now += 500;
    expect(states(await connector.deliver(items(2)))).toEqual(['accepted', 'retry']);
  });

  it('stops after five calls without an answer, so that the others keep their one send', async () => {
    const connector = open({ limits: { batch: 1, perSecond: 100 }, deliver: async () => [unknown('silence')] });
    const outcomes = await connector.deliver(items(8));
    expect(states(outcomes)).toEqual([...Array<string>(5).fill('unknown'), 'retry', 'retry', 'retry']);
    expect(outcomes[7]).toMatchObject({ reason: 'vendor', after: 30_000 });
  });

  it('asks no more once the key was refused, until somebody had time to mend it', async () => {
    let asked = 0;
    const connector = open({ deliver: async (batch) => ((asked += 1), batch.map(() => retry('credentials', 'who are you?'))) });
    await connector.deliver(items(1));
    expect(await connector.deliver(items(1))).toMatchObject([{ state: 'retry', reason: 'credentials', after: 60_000 }]);
    now += 60_000;
    await connector.deliver(items(1));
    expect(asked).toBe(2);
  });

  it('loses nothing when the connector fails or gives too few outcomes', async () => {
    const failing = open({ limits: { batch: 2, perSecond: 10 }, deliver: () => Promise.reject(new TypeError('a mistake')) });
    expect(await failing.deliver(items(2))).toMatchObject([{ state: 'unknown', message: expect.stringContaining('a mistake') }, { state: 'unknown' }]);
    const short = open({ limits: { batch: 2, perSecond: 10 }, deliver: async () => [accepted('1')] });
    expect(states(await short.deliver(items(2)))).toEqual(['unknown', 'unknown']);
  });

  const posting = async (_batch: unknown, { http }: ConnectorContext<unknown>): Promise<Outcome[]> => {
    await http.request({ method: 'POST', url: 'https://elsewhere.example/' });
    return [accepted('1')];
  };

  it('says that a connector which calls another host is wrongly set', async () => {
    expect(await open({ deliver: posting }).deliver(items(1))).toMatchObject([{ state: 'retry', reason: 'configuration', message: expect.stringContaining('api.plain.example') }]);
  });

  it('hides secrets in outcomes and in the log', async () => {
    const lines: unknown[] = [];
    const deliver: MessageConnector['deliver'] = async (_batch, { log, settings }) => {
      log(`sending with ${KEY}`, { settings });
      return [rejected('other', `your key ${KEY} is odd`)];
    };
    const connector = open({ deliver }, { log: (...line) => lines.push(line) });
    expect(await connector.deliver(items(1))).toMatchObject([{ message: 'your key [secret] is odd' }]);
    expect(lines).toEqual([['sending with [secret]', { settings: { key: '[secret]' } }]]);
  });
});

describe('hearing, looking up, checking', () => {
  const request = { method: 'POST', url: 'https://tendril.example/hooks/sms-plain', headers: {}, body: new Uint8Array() };

  it('tells a forgery from what cannot be read and from a connector without ears', async () => {
    const forged = open({ hear: () => { throw new SignatureError('no'); } });
    const broken = open({ hear: () => { throw new SyntaxError(`Unexpected ${KEY}`); } });
    await expect(forged.hear(request)).rejects.toThrow(SignatureError);
    await expect(broken.hear(request)).rejects.toMatchObject({ code: 'hook-unreadable', message: expect.stringContaining('[secret]') });
    await expect(open().hear(request)).rejects.toMatchObject({ code: 'hook-unknown' });
  });

  it('cannot say what became of items when the connector cannot, fails, or answers for another number of them', async () => {
    const asked = [{ id: '1', to: '+1555', sentAt: clock.now() }];
    expect(await open().lookup(asked)).toEqual([undefined]);
    expect(await open({ lookup: () => Promise.reject(new TypeError('x')) }).lookup(asked)).toEqual([undefined]);
    expect(await open({ lookup: async () => [] }).lookup(asked)).toEqual([undefined]);
    expect(await open({ lookup: async () => [accepted('1')] }).lookup(asked)).toEqual([accepted('1')]);
  });

  it('never fails a check', async () => {
    expect(await open().check()).toMatchObject({ ok: true });
    expect(await open({ check: () => Promise.reject(new TypeError(`no ${KEY}`)) }).check()).toEqual({ ok: false, message: 'no [secret]' });
  });
});

describe('after a request without an answer', () => {
  /** Two hosts of one vendor: the first answers, the second breaks off or is not there. */
  async function call(second: 'drop' | 'dead', requests: readonly ['GET' | 'POST', 'first' | 'second'][], resend: MessageConnector['resend'] = 'never'): Promise<Outcome[]> {
    const [up, breaking] = [await startLocal(() => ({ status: 200 })), await startLocal(() => 'drop')];
    const deliver: MessageConnector['deliver'] = async (_batch, { http }) => {
      for (const [method, host] of requests) await http.request({ method, url: `https://${host}.plain.example/` });
      return [accepted('1')];
    };
    const redirect = { 'first.plain.example': up.origin, 'second.plain.example': second === 'drop' ? breaking.origin : await deadOrigin() };
    try {
      return await open({ resend, deliver, hosts: () => Object.keys(redirect) }, { redirect }).deliver(items(1));
    } finally {
      await up.close();
      await breaking.close();
    }
  }

  it('tries again what certainly did not leave', async () => {
    expect(await call('dead', [['POST', 'second']])).toMatchObject([{ state: 'retry', reason: 'vendor' }]);
    expect(await call('dead', [['GET', 'first'], ['POST', 'second']])).toMatchObject([{ state: 'retry', reason: 'vendor' }]);
  });

  it('does not try again what perhaps left, nor what followed something that left', async () => {
    expect(await call('drop', [['POST', 'second']])).toMatchObject([{ state: 'unknown' }]);
    expect(await call('dead', [['POST', 'first'], ['POST', 'second']])).toMatchObject([{ state: 'unknown' }]);
    expect(await call('drop', [['POST', 'second']], 'lookup')).toMatchObject([{ state: 'unknown' }]);
  });

  it('tries again what may be sent twice, and what only asked', async () => {
    expect(await call('drop', [['POST', 'second']], 'idempotent')).toMatchObject([{ state: 'retry', reason: 'vendor' }]);
    expect(await call('drop', [['GET', 'second']])).toMatchObject([{ state: 'retry', reason: 'vendor' }]);
  });
});
