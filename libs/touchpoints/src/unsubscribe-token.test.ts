import { createHmac } from 'node:crypto';
import { sha256 } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUnsubscribeToken, unsubscribeToken } from './unsubscribe-token.ts';

const SECRET = 'a secret of this installation';
const TOUCHPOINT = sha256('touchpoint');
const TOKEN = unsubscribeToken(SECRET, TOUCHPOINT);

describe('unsubscribeToken', () => {
  it('fits into a link and can be read again', () => {
    expect(TOKEN).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(readUnsubscribeToken(SECRET, TOKEN)).toBe(TOUCHPOINT);
  });

  it('stays readable: mails sent long ago carry it', () => {
    expect(TOKEN).toBe('eYRXabJJ3VMhxmo7FX39qIO7VcQnqN7EKnp4SUdbUmfiWfMnlmPsvPUwW1CLEvo-');
  });

  it('is refused after a flip of any bit that it carries', () => {
    const bytes = Buffer.from(TOKEN, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readUnsubscribeToken(SECRET, forged.toString('base64url')), `bit ${bit}`).toBeNull();
    }
  });

  it('is refused after a flip of any bit of its text', () => {
    const text = Buffer.from(TOKEN, 'latin1');
    for (let bit = 0; bit < text.length * 8; bit++) {
      const forged = Buffer.from(text);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readUnsubscribeToken(SECRET, forged.toString('latin1')), `bit ${bit}`).toBeNull();
    }
  });

  it('is refused when it is longer, shorter, padded or anything else', () => {
    for (const text of ['', `${TOKEN}=`, `${TOKEN}A`, TOKEN.slice(1), `${TOKEN}\n`, ` ${TOKEN}`]) expect(readUnsubscribeToken(SECRET, text)).toBeNull();
    fc.assert(fc.property(fc.string(), (text) => readUnsubscribeToken(SECRET, text) === null));
  });

  it('is refused under another secret, or when signed for another purpose', () => {
    expect(readUnsubscribeToken('another secret', TOKEN)).toBeNull();
    const id = Buffer.from(TOUCHPOINT, 'hex');
    for (const purpose of ['', 'tendril open\n', 'unsubscribe\n']) {
      const mac = createHmac('sha256', SECRET).update(purpose).update(id).digest().subarray(0, 16);
      expect(readUnsubscribeToken(SECRET, Buffer.concat([id, mac]).toString('base64url'))).toBeNull();
    }
  });

  it('is not made without a secret or for something that is no touchpoint', () => {
    expect(() => unsubscribeToken('', TOUCHPOINT)).toThrow(expect.objectContaining({ code: 'unsubscribe-secret-missing' }));
    for (const id of ['', 'lead-1', TOUCHPOINT.toUpperCase(), `${TOUCHPOINT}00`]) {
      expect(() => unsubscribeToken(SECRET, id)).toThrow(expect.objectContaining({ code: 'touchpoint-id-malformed' }));
    }
  });
});
