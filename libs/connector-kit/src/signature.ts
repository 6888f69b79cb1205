import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';

import { SignatureError } from './kit-error.ts';

/** Are two texts equal, in a time that does not tell where they differ? */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Checks a webhook's HMAC; throws `SignatureError`.
 *
 * The encoded texts are compared, not the bytes: base64 decoding forgives changed padding bits, so that two different
 * headers would pass for one signature.
 */
export function verifyHmac(check: {
  readonly algorithm: 'sha1' | 'sha256';
  readonly secret: string;
  /** What the vendor signed, in order. */
  readonly signed: readonly (string | Uint8Array)[];
  readonly signature: string | undefined;
  readonly encoding: 'base64' | 'hex';
}): void {
  const hmac = createHmac(check.algorithm, check.secret);
  for (const part of check.signed) hmac.update(part);
  if (!sameText(check.signature ?? '', hmac.digest(check.encoding))) throw new SignatureError('The webhook signature does not match.');
}

/** Checks an ECDSA/SHA-256 signature (DER, in base64); throws `SignatureError`. */
export function verifyEcdsa(check: {
  /** SPKI DER in base64, without PEM framing: the form SendGrid shows. */
  readonly publicKey: string;
  readonly signed: readonly (string | Uint8Array)[];
  readonly signature: string | undefined;
}): void {
  const text = check.signature ?? '';
  const signature = Buffer.from(text, 'base64');
  const exact = signature.toString('base64') === text;
  if (!exact || !ecdsaMatches(check.publicKey, check.signed, signature)) throw new SignatureError('The webhook signature does not match.');
}

function ecdsaMatches(publicKey: string, signed: readonly (string | Uint8Array)[], signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', Buffer.concat(signed.map((part) => Buffer.from(part))), key, signature);
  } catch (error) {
    throw new SignatureError(`The webhook signature cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Refuses a signed time that is more than `seconds` (300 when not given) away from now, either way; throws `SignatureError`. */
export function assertFresh(at: Date, now: Date, seconds = 300): void {
  const away = Math.abs(now.getTime() - at.getTime());
  if (!(away <= seconds * 1_000)) throw new SignatureError(`The webhook was signed more than ${seconds} seconds away from now: a replay, or a clock is wrong.`);
}
