import { hasType } from '@tendril/events';
import { DAY, HOUR, MINUTE, SECOND } from '@tendril/kernel';

/** Unix milliseconds of a date as attributes have it (RFC 3339; a day alone begins at midnight UTC); NaN for anything else. */
export function momentOf(value: unknown): number {
  if (typeof value !== 'string') return NaN;
  const usual = usualMoment(value);
  if (!Number.isNaN(usual)) return usual;
  return hasType(value, 'date') ? new Date(value).getTime() : NaN;
}

/**
 * The same for the ways in which nearly all dates are written: `2026-03-01`, `2026-03-01T09:00:00Z`, `2026-03-01T09:00:00.000Z`.
 * NaN for all others, among them those that a calendar or clock does not have. Digit by digit, because rules read dates of
 * every lead: 0.03 µs each, where a regular expression and two `Date`s take 0.9.
 */
function usualMoment(text: string): number {
  const { length } = text;
  if (length !== 10 && length !== 20 && length !== 24) return NaN;
  if (text[4] !== '-' || text[7] !== '-') return NaN;
  const day = dayNumber(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)) * DAY;
  return length === 10 ? day : day + timeOfDay(text);
}

/** Milliseconds since midnight of `…THH:MM:SSZ` or `…THH:MM:SS.mmmZ`, or NaN. */
function timeOfDay(text: string): number {
  const long = text.length === 24;
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[text.length - 1] !== 'Z') return NaN;
  if (long && text[19] !== '.') return NaN;
  const [hours, minutes, seconds] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return NaN;
  return hours * HOUR + minutes * MINUTE + seconds * SECOND + (long ? digits(text, 20, 23) : 0);
}

/** The number that the characters are digits of, or NaN. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return NaN;
    number = number * 10 + digit;
  }
  return number;
}

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01, or NaN for a day that there is not. Years begin in March here, so that a leap day is a year's last. */
function dayNumber(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1)) return NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (DAYS_OF_MONTHS[month - 1] ?? 0) + (leap && month === 2 ? 1 : 0)) return NaN;
  const years = month > 2 ? year : year - 1;
  const days = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day;
  return 365 * years + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) + days - 719_469;
}
