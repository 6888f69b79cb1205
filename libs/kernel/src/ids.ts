import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** SHA-256 of a text's UTF-8 bytes, as 64 hex digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * SHA-256 over several parts, such that no two lists of parts share an input:
 * each part is preceded by its length ("ab","c" and "a","bc" differ).
 */
export function sha256Of(...parts: readonly (string | number)[]): string {
  return sha256(parts.map((part) => `${String(part).length}:${part}`).join('|'));
}

/** Makes ids that sort by time (UUID v7). With a seeded `random` and a manual clock the ids repeat. */
export type NewId = () => string;

/** @example const newId = idsFrom(systemClock); newId() // '0199f3c2-…' */
export function idsFrom(clock: Clock, random?: Random): NewId {
  if (!random) return () => v7({ msecs: clock.now().getTime() });
  return () => v7({ msecs: clock.now().getTime(), random: Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)) });
}
