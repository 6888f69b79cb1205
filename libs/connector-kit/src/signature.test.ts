import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { SignatureError } from './kit-error.ts';
import { assertFresh, sameText, verifyEcdsa, verifyHmac } from './signature.ts';

describe('verifyHmac', () => {
  const signature = createHmac('sha1', 'key').update('ab').digest('base64');
  const check = { algorithm: 'sha1', secret: 'key', signed: ['a', Buffer.from('b')], encoding: 'base64', signature } as const;

  it('takes the vendor\'s signature over all parts', () => {
    expect(() => verifyHmac(check)).not.toThrow();
  });

  it.each([
    ['another text', { signed: ['a', 'c'] }],
    ['another key', { secret: 'kex' }],
    ['no signature', { signature: undefined }],
    ['a longer one', { signature: `${signature}=` }],
    // Base64 ignores the last bits of the last digit, so these two decode alike.
    ['other padding bits', { signature: signature.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`) }],
  ])('refuses %s', (_what, changed) => {
    expect(() => verifyHmac({ ...check, ...changed })).toThrow(SignatureError);
  });
});

describe('verifyEcdsa', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const check = { publicKey, signed: ['12', Buffer.from('3')], signature: sign('sha256', Buffer.from('123'), keys.privateKey).toString('base64') };

  it('takes the vendor\'s signature over all parts', () => {
    expect(() => verifyEcdsa(check)).not.toThrow();
  });

  it.each([
    ['another text', { signed: ['124'] }],
    ['no signature', { signature: undefined }],
    ['what is no signature', { signature: 'AAAA' }],
    ['a key that is none', { publicKey: 'AAAA' }],
    ['spaces around it', { signature: ` ${check.signature}` }],
  ])('refuses %s', (_what, changed) => {
    expect(() => verifyEcdsa({ ...check, ...changed })).toThrow(SignatureError);
  });
});

describe('assertFresh', () => {
  const now = new Date('2026-11-21T09:00:00Z');
  const away = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

  it.each([0, 300, -300])('takes a time %i seconds away', (seconds) => {
    expect(() => assertFresh(away(seconds), now)).not.toThrow();
  });

  it.each([301, -301, NaN])('refuses a time %d seconds away', (seconds) => {
    expect(() => assertFresh(away(seconds), now)).toThrow(SignatureError);
  });
});

describe('sameText', () => {
  it('compares texts of any length', () => {
    expect([sameText('abc', 'abc'), sameText('abc', 'abd'), sameText('abc', 'ab'), sameText('', '')]).toEqual([true, false, false, true]);
  });
});
