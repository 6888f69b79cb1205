import { clockIn, DAY, MINUTE, nextClockChange } from '@tendril/kernel';
import type { Policies, QuietHours, Weekday } from './types.ts';

/** That nothing may be sent at a moment, and why. */
export interface Quiet {
  /** The zone in which it is quiet. */
  readonly zone: string;
  /** Such as `20:00 to 08:00 is quiet` or `2026-12-25 is a holiday`. */
  readonly why: string;
  /** It is quiet until then at least; what holds from then on is to be asked. */
  readonly until: Date;
}

type QuietPolicies = Pick<Policies, 'quietHours' | 'holidays'>;

/**
 * Is it quiet for a channel at that moment in any of the zones? Null when it is not. Clocks and calendar decide, as people there
 * read them: in an hour that is skipped nothing is quiet, and an hour that comes twice is quiet twice.
 */
export function quietAt({ quietHours = [], holidays = [] }: QuietPolicies, channel: string, zones: readonly string[], at: Date): Quiet | null {
  const lines = quietHours.filter((line) => line.channel === undefined || line.channel === channel);
  const found = zones.flatMap((zone): Quiet[] => {
    const shown = clockIn(zone, at);
    const why = holidayAt(holidays, shown) ?? lines.find((line) => covers(line, shown));
    return why === undefined ? [] : [{ zone, why: typeof why === 'string' ? why : inWords(why), until: nextTurn(lines, zone, at, shown) }];
  });
  return found.reduce<Quiet | null>((latest, one) => (latest && latest.until >= one.until ? latest : one), null);
}

const WEEKDAYS: readonly Weekday[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The weekday that clocks show; see `clockIn`. */
export function weekdayOf(shown: Date): Weekday {
  return WEEKDAYS[shown.getUTCDay()] as Weekday;
}

/** Minutes since midnight of `20:30`. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function holidayAt(holidays: readonly string[], shown: Date): string | undefined {
  const day = shown.toISOString().slice(0, 10);
  return holidays.includes(day) ? `${day} is a holiday` : undefined;
}

function covers({ from, to, weekdays }: QuietHours, shown: Date): boolean {
  if (weekdays && !weekdays.includes(weekdayOf(shown))) return false;
  if (from === undefined || to === undefined) return true;
  const minute = shown.getUTCHours() * 60 + shown.getUTCMinutes();
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  return begin < end ? begin <= minute && minute < end : minute >= begin || minute < end;
}

/** The next moment at which a window begins or ends, the day changes or the clocks do: nothing else ends or begins a quiet time. */
function nextTurn(lines: readonly QuietHours[], zone: string, at: Date, shown: Date): Date {
  const sinceMidnight = shown.getTime() - Math.floor(shown.getTime() / DAY) * DAY;
  const turns = [DAY, ...lines.flatMap(({ from, to }) => [from, to].flatMap((time) => (time === undefined ? [] : [minutesOf(time) * MINUTE])))];
  const next = Math.min(...turns.filter((turn) => turn > sinceMidnight)) - sinceMidnight;
  return new Date(Math.min(at.getTime() + next, nextClockChange(zone, at)?.getTime() ?? Infinity));
}

function inWords({ from, to, weekdays }: QuietHours): string {
  const hours = from === undefined || to === undefined ? [] : [`${from} to ${to}`];
  const days = weekdays ? [listed(weekdays)] : [];
  return `${[...hours, ...days].join(' on ')} ${hours.length === 0 && days.length > 0 && (weekdays?.length ?? 0) > 1 ? 'are' : 'is'} quiet`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
