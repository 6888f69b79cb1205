import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from './clock.ts';
import { durationMs } from './duration.ts';

describe('durationMs', () => {
  it.each([
    ['30m', 30 * MINUTE],
    ['12h', 12 * HOUR],
    ['90d', 90 * DAY],
    ['999999d', 999_999 * DAY],
  ])('reads %s', (text, milliseconds) => {
    expect(durationMs(text)).toBe(milliseconds);
  });

  it.each(['', '90', 'd', '0d', '-1d', '1.5h', '1 d', '7D', '1w', '90d ', '1000000d', '1d\n'])('refuses %j and says what to write', (text) => {
    expect(() => durationMs(text)).toThrow(expect.objectContaining({ code: 'duration-unreadable', hint: expect.stringContaining('90d') }));
  });
});
