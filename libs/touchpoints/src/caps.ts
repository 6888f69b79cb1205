import { clockIn, DAY, durationMs, whenClocksReach } from '@tendril/kernel';
import type { Cap } from '@tendril/rulebook';
import type { GateCandidate, SentTouch } from './types.ts';

/** A cap that is full at a moment. */
export interface FullCap {
  readonly cap: Cap;
  /** How many were counted; in the zone where most were. */
  readonly count: number;
  /** When so many of them have left the window that one more may go. */
  readonly until: Date;
}

/** What caps are asked about. */
export interface Asked {
  readonly candidate: Pick<GateCandidate, 'channel' | 'topic'>;
  readonly sent: readonly SentTouch[];
  /** The lead's zone, or all in which it may be: then the strictest counts. */
  readonly zones: readonly string[];
}

/** Of the caps that are full at that moment, the one that stays so the longest; null when one more may go. */
export function fullCap(caps: readonly Cap[], asked: Asked, at: Date): FullCap | null {
  const full = caps.flatMap((cap) => {
    if (!concerns(cap, asked.candidate)) return [];
    const counted = asked.sent.filter((touch) => concerns(cap, touch)).map((touch) => touch.at);
    return cap.within === undefined ? asked.zones.flatMap((zone) => fullDays(cap, counted, zone, at)) : fullWindow(cap, counted, at);
  });
  return full.reduce<FullCap | null>((latest, one) => (latest && latest.until >= one.until ? latest : one), null);
}

/** How long ago what was sent may count, in milliseconds; 0 when there are no caps. Days may be 25 hours long, so one more is added. */
export function longestWindow(caps: readonly Cap[]): number {
  return Math.max(0, ...caps.map(({ within, days }) => (within === undefined ? (days + 1) * DAY : durationMs(within))));
}

/** What is about an unknown topic (`*`) may be about this one. */
function concerns(cap: Cap, { channel, topic }: Asked['candidate']): boolean {
  return (cap.channel === undefined || cap.channel === channel) && (cap.topic === undefined || cap.topic === topic || topic === '*');
}

type Rolling = Extract<Cap, { within: string }>;
type Days = Extract<Cap, { days: number }>;

/** What was sent at `s` counts in (s, s + within]: a moment later than now too, because clocks of processes differ. */
function fullWindow(cap: Rolling, sent: readonly Date[], at: Date): FullCap[] {
  const length = durationMs(cap.within);
  const times = newestFirst(sent.map((time) => time.getTime()).filter((time) => time > at.getTime() - length));
  const leaving = times[cap.max - 1];
  return leaving === undefined ? [] : [{ cap, count: times.length, until: new Date(leaving + length) }];
}

function fullDays(cap: Days, sent: readonly Date[], zone: string, at: Date): FullCap[] {
  const dayOf = (time: Date): number => Math.floor(clockIn(zone, time).getTime() / DAY);
  const days = newestFirst(sent.map(dayOf).filter((day) => day > dayOf(at) - cap.days));
  const leaving = days[cap.max - 1];
  if (leaving === undefined) return [];
  return [{ cap, count: days.length, until: whenClocksReach(zone, new Date((leaving + cap.days) * DAY), at) }];
}

function newestFirst(times: readonly number[]): number[] {
  return [...times].sort((a, b) => b - a);
}
