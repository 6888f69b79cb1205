import { AppError } from './app-error.ts';
import { DAY, HOUR, MINUTE } from './clock.ts';

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY };

/**
 * Milliseconds of a duration as rule files write it: whole minutes, hours or 24-hour days, above zero, such as `30m`, `12h`, `90d`.
 *
 * @throws AppError `duration-unreadable` for anything else, with what to write.
 */
export function durationMs(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  const size = unit === undefined ? undefined : UNITS[unit];
  if (size === undefined) {
    throw new AppError('duration-unreadable', `"${text}" is not a duration`, {
      status: 400,
      hint: 'Write a whole number above zero and m, h or d: "30m", "12h", "90d".',
    });
  }
  return Number(count) * size;
}
