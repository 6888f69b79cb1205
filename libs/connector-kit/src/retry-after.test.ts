import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { retryAfter } from './retry-after.ts';

const NOW = new Date('2026-11-21T09:00:00Z');

describe('retryAfter', () => {
  it.each([
    ['7', 7_000],
    [' 120 ', 120_000],
    ['0', 1_000],
    ['Sat, 21 Nov 2026 09:01:30 GMT', 90_000],
    ['Saturday, 21-Nov-26 09:01:30 GMT', 90_000],
    ['Sat Nov 21 09:01:30 2026 GMT', 90_000],
    ['Sat, 21 Nov 2026 08:00:00 GMT', 1_000],
    ['99999999999', 86_400_000],
    ['Sun, 21 Nov 2126 09:00:00 GMT', 86_400_000],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-21', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s → %s', (header, expected) => {
    expect(retryAfter(header, NOW)).toBe(expected);
  });

  it('never asks for less than a second or more than a day', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())), (header) => {
        const after = retryAfter(header, NOW);
        expect(after === undefined || (after >= 1_000 && after <= 86_400_000)).toBe(true);
      }),
    );
  });
});
