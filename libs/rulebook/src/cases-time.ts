import { DAY } from '@tendril/kernel';

/**
 * The instant that a case's time means: its own offset counts, else the zone of the lead.
 * An hour that the clocks repeat means its first pass; null for a time that never is (30 February, the hour that is skipped).
 *
 * @param zone an IANA name; see {@link isZone}.
 */
export function instantOf(text: string, zone: string): Date | null {
  const [, civil = '', offset] = /^(.*?)(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? [];
  const asUtc = new Date(`${civil}Z`);
  if (Number.isNaN(asUtc.getTime()) || civilTime(asUtc, 'UTC') !== civil.slice(0, 16)) return null;
  if (offset !== undefined) return new Date(text);
  // The zone's offset is asked a day before and a day after: one of the two holds at the time itself.
  const found = [-DAY, DAY]
    .map((step) => new Date(asUtc.getTime() - offsetAt(new Date(asUtc.getTime() + step), zone)))
    .filter((instant) => civilTime(instant, zone) === civil.slice(0, 16))
    .sort((a, b) => a.getTime() - b.getTime());
  return found[0] ?? null;
}

/** What clocks in the zone show, to the minute: `2026-03-27T16:00`. */
export function civilTime(instant: Date, zone: string): string {
  return new Date(instant.getTime() + offsetAt(instant, zone)).toISOString().slice(0, 16);
}

/** Is it the name of a time zone, such as `Europe/Berlin`? */
export function isZone(name: string): boolean {
  try {
    return Boolean(formatOf(name));
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept, because making one takes far longer than using it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

/** Milliseconds that the zone's clocks are ahead of UTC. */
function offsetAt(instant: Date, zone: string): number {
  const parts = Object.fromEntries(formatOf(zone).formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant.getTime() / 1000) * 1000;
}
