import { hasType } from '@tendril/events';

/** Unix milliseconds of a date as attributes have it (RFC 3339; a day alone begins at midnight UTC); NaN for anything else. */
export function momentOf(value: unknown): number {
  return typeof value === 'string' && hasType(value, 'date') ? new Date(value).getTime() : NaN;
}
