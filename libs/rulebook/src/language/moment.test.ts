import { hasType } from '@tendril/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOf } from './moment.ts';

/** What {@link momentOf} says it answers, by the platform's own means. */
const slowly = (text: string): number => (hasType(text, 'date') ? new Date(text).getTime() : NaN);

const padded = (from: number, to: number, length: number): fc.Arbitrary<string> => fc.integer({ min: from, max: to }).map((number) => String(number).padStart(length, '0'));

/** A little more than calendars and clocks have. */
const written = fc
  .record({
    day: fc.tuple(padded(0, 9999, 4), padded(0, 13, 2), padded(0, 32, 2)).map((parts) => parts.join('-')),
    time: fc.tuple(padded(0, 25, 2), padded(0, 61, 2), padded(0, 61, 2)).map((parts) => parts.join(':')),
    fraction: fc.constantFrom('', '.000', '.5', '.123', '.1234', '.1a3'),
    between: fc.constantFrom('T', 'T', ' ', 't'),
    zone: fc.constantFrom('Z', 'Z', 'z', '+00:00', '-05:30', ''),
  })
  .chain(({ day, time, fraction, between, zone }) => fc.constantFrom(day, `${day}${between}${time}${fraction}${zone}`));

describe('the moment of a date', () => {
  it('is what the platform says, for whatever is written like a date', () => {
    fc.assert(fc.property(written, (text) => Object.is(momentOf(text), slowly(text))), { numRuns: 5000 });
  });

  it('is what the platform says, for every day of four hundred years and more', () => {
    for (let day = Date.UTC(1895, 0, 1); day < Date.UTC(2305, 0, 1); day += 86_400_000) {
      const text = new Date(day).toISOString();
      expect(momentOf(text) === day && momentOf(text.slice(0, 10)) === day).toBe(true);
    }
  });

  it('is what the platform says, of a date with any one character replaced', () => {
    const texts = fc.constantFrom('2026-03-01', '2024-02-29T23:59:59Z', '2026-03-01T09:00:00.000Z');
    const replaced = fc.tuple(texts, fc.nat(23), fc.constantFrom('/', ':', '0', '9', 'x', '٣', ' ')).map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1));
    fc.assert(fc.property(replaced, (text) => Object.is(momentOf(text), slowly(text))), { numRuns: 2000 });
  });

  it('is none of what is no text', () => {
    for (const value of [undefined, null, 5, true, ['2026-03-01'], {}]) expect(momentOf(value)).toBeNaN();
  });
});
