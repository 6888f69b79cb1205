import { Temporal } from 'temporal-polyfill';
import { DAY } from './clock.ts';

/** Is it the name of a time zone, such as `Europe/Berlin`? A bare offset is none: it knows no summer. */
export function isZone(name: string): boolean {
  if (spans.has(name)) return true;
  try {
    return /^[A-Za-z]/.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** What clocks in the zone show, to the minute: `2026-03-27T16:00`. */
export function civilTime(instant: Date, zone: string): string {
  return clockIn(zone, instant).toISOString().slice(0, 16);
}

/** What clocks in the zone show, as if it were UTC: read it with `getUTC…`. */
export function clockIn(zone: string, instant: Date): Date {
  return new Date(instant.getTime() + spanAt(zone, instant.getTime()).offset);
}

/** The first moment after `instant` at which clocks in the zone are put forward or back; null when they never are again. */
export function nextClockChange(zone: string, instant: Date): Date | null {
  const { until } = spanAt(zone, instant.getTime());
  return until === Infinity ? null : new Date(until);
}

/**
 * The first moment from `instant` on at which clocks in the zone show this time or a later one: where they skip it, the
 * moment of the jump; where they show it twice, the first pass.
 *
 * @param shown what the clocks show, as if it were UTC.
 */
export function whenClocksReach(zone: string, shown: Date, instant: Date): Date {
  for (let at = instant.getTime(); ; ) {
    const { offset, until } = spanAt(zone, at);
    const reached = Math.max(at, shown.getTime() - offset);
    if (reached < until) return new Date(reached);
    at = until;
  }
}

/**
 * The instant that a written time means: its own offset counts, else the zone.
 * An hour that the clocks repeat means its first pass; null for a time that never is (30 February, the hour that is skipped).
 *
 * @param zone an IANA name; see {@link isZone}.
 */
export function instantOf(text: string, zone: string): Date | null {
  const [, civil = '', offset] = /^(.*?)(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? [];
  const asUtc = new Date(`${civil}Z`);
  if (Number.isNaN(asUtc.getTime()) || civilTime(asUtc, 'UTC') !== civil.slice(0, 16)) return null;
  if (offset !== undefined) return new Date(text);
  // A day before, no zone's clocks show it yet.
  const found = whenClocksReach(zone, asUtc, new Date(asUtc.getTime() - DAY));
  return clockIn(zone, found).getTime() === asUtc.getTime() ? found : null;
}

/** A time during which a zone keeps one offset. All in milliseconds; `from` is in it, `until` is not. */
interface Span {
  readonly from: number;
  readonly until: number;
  /** How far the zone's clocks are ahead of UTC. */
  readonly offset: number;
}

const spans = new Map<string, Span[]>();

/** Kept, because asking for one takes a millisecond (measured), and adding its offset none. */
function spanAt(zone: string, at: number): Span {
  const known = spans.get(zone) ?? [];
  const found = known.find(({ from, until }) => from <= at && at < until);
  if (found) return found;
  const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const until = there.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  // A change at this very moment is not before it.
  const from = there.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity;
  const span = { from, until, offset: there.offsetNanoseconds / 1e6 };
  spans.set(zone, [...known, span]);
  return span;
}
