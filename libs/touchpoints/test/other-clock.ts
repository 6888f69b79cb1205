import { MINUTE, durationMs } from '@tendril/kernel';
import type { QuietHours, Weekday } from '@tendril/rulebook';
import type { SendingPolicies, SentTouch } from '../src/types.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

interface Shown {
  readonly weekday: string;
  /** `2026-03-02` */
  readonly day: string;
  /** `09:30` */
  readonly time: string;
}

/** What clocks and calendars show, by the platform's formatter, which the code under test does not use. */
export function shownIn(zone: string, at: Date): Shown {
  const parts = Object.fromEntries(formatOf(zone).formatToParts(at).map(({ type, value }) => [type, value]));
  const { weekday = '', year = '', month = '', day = '', hour = '', minute = '' } = parts;
  return { weekday: weekday.toLowerCase(), day: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
}

/** What is asked, and where. */
export interface Case {
  readonly policies: SendingPolicies;
  readonly zones: readonly string[];
  readonly channel: string;
  readonly topic: string;
  readonly sent: readonly SentTouch[];
}

/** May it go at that moment? Told a second time, more simply and slowly than the code tells it. */
export function mayGo({ policies, zones, channel, topic, sent }: Case, at: Date): boolean {
  const { caps = [], quietHours = [], holidays = [] } = policies;
  const quiet = zones.some((zone) => {
    const shown = shownIn(zone, at);
    return holidays.includes(shown.day) || quietHours.some((line) => (line.channel ?? channel) === channel && isQuiet(line, shown));
  });
  const full = caps.some((cap) => {
    if ((cap.channel ?? channel) !== channel || (cap.topic ?? topic) !== topic) return false;
    const counted = sent.filter((touch) => {
      const sameTopic = cap.topic === undefined || touch.topic === '*' || touch.topic === cap.topic;
      return sameTopic && (cap.channel === undefined || touch.channel === cap.channel);
    });
    if (cap.within !== undefined) return counted.filter((touch) => touch.at.getTime() > at.getTime() - durationMs(cap.within)).length >= cap.max;
    return zones.some((zone) => counted.filter((touch) => daysBetween(shownIn(zone, touch.at).day, shownIn(zone, at).day) < cap.days).length >= cap.max);
  });
  return !quiet && !full;
}

function isQuiet({ from, to, weekdays }: QuietHours, { weekday, time }: Shown): boolean {
  if (weekdays && !weekdays.includes(weekday as Weekday)) return false;
  if (from === undefined || to === undefined) return true;
  return from < to ? from <= time && time < to : time >= from || time < to;
}

function daysBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / (24 * 60 * MINUTE);
}
