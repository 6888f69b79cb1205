import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@tendril/kernel';

/** Half of SHA-256, the least that RFC 2104 §5 allows. With the 32 bytes of the id it gives 64 characters and no spare bits. */
const MAC_BYTES = 16;
const ID_BYTES = 32;

/**
 * The token of a touchpoint's unsubscribe link: 64 URL-safe characters that hold the touchpoint id and prove that
 * this installation wrote them. It does not expire: an old mail's link must still work.
 *
 * @param secret the installation's; a token made with another one is refused.
 * @throws AppError `touchpoint-id-malformed`, `unsubscribe-secret-missing`.
 */
export function unsubscribeToken(secret: string, touchpoint: string): string {
  if (!/^[0-9a-f]{64}$/.test(touchpoint)) {
    throw new AppError('touchpoint-id-malformed', `"${touchpoint}" is not a touchpoint id`, { hint: 'Pass what touchpointId gives: 64 hex digits.' });
  }
  const id = Buffer.from(touchpoint, 'hex');
  return Buffer.concat([id, mac(secret, id)]).toString('base64url');
}

/** The touchpoint id in a token, or null when this installation did not write the token. */
export function readUnsubscribeToken(secret: string, token: string): string | null {
  // Checked first because Buffer skips characters that are no base64, so several texts would give the same bytes.
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const id = bytes.subarray(0, ID_BYTES);
  return timingSafeEqual(bytes.subarray(ID_BYTES), mac(secret, id)) ? id.toString('hex') : null;
}

/** Bound to its purpose, so that a token made for clicks or opens with the same secret cannot unsubscribe anybody. */
function mac(secret: string, id: Buffer): Buffer {
  if (secret === '') {
    throw new AppError('unsubscribe-secret-missing', 'Unsubscribe links cannot be signed without a secret', {
      hint: 'Pass the installation’s secret.',
    });
  }
  return createHmac('sha256', secret).update('tendril unsubscribe\n').update(id).digest().subarray(0, MAC_BYTES);
}
