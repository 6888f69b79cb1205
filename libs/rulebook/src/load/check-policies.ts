import { closest } from '@tendril/events';
import { DAY, isZone } from '@tendril/kernel';
import { type JsonFile, type JsonPath, problemAt } from './json-file.ts';
import { CHANNEL_TEMPLATES, unknownName } from '../language/names.ts';
import { minutesOf, quietAt } from '../language/quiet-hours.ts';
import type { Policies, Problem, QuietHours } from '../language/types.ts';

const CHANNELS = Object.keys(CHANNEL_TEMPLATES);

/** Channels, topics and zones exist, a quiet time has one meaning, and somewhere in a week something may be sent. */
export function checkPolicies(policies: Policies, file: JsonFile): Problem[] {
  const { caps = [], quietHours = [], holidays = [], unknownZone = [], topics } = policies;
  const found = [
    ...caps.flatMap(({ channel, topic }, at) => [
      ...unknown('channel', channel, CHANNELS, ['caps', at, 'channel'], file),
      ...unknown('topic', topic, Object.keys(topics), ['caps', at, 'topic'], file),
    ]),
    ...quietHours.flatMap((line, at) => [
      ...unknown('channel', line.channel, CHANNELS, ['quietHours', at, 'channel'], file),
      ...checkWindow(line, ['quietHours', at], file),
    ]),
    ...holidays.flatMap((day, at) =>
      holidays.indexOf(day) < at ? [problemAt(file, ['holidays', at], `The holiday "${day}" is here twice`, 'Remove one.')] : [],
    ),
    ...unknownZone.flatMap((zone, at) => checkZone(zone, ['unknownZone', at], file)),
    ...checkZoneIsAsked(policies, file),
  ];
  return found.length > 0 ? found : checkOpen(policies, file);
}

function unknown(kind: string, name: string | undefined, known: readonly string[], path: JsonPath, file: JsonFile): Problem[] {
  const wrong = name === undefined ? undefined : unknownName(kind, name, known);
  return wrong ? [problemAt(file, path, wrong.message, wrong.hint)] : [];
}

function checkWindow({ from, to, weekdays }: QuietHours, path: JsonPath, file: JsonFile): Problem[] {
  if (from === undefined && to === undefined) {
    return weekdays ? [] : [problemAt(file, path, 'This does not say when it is quiet', 'Write "from" and "to", or "weekdays".')];
  }
  if (from === undefined || to === undefined) {
    const missing = from === undefined ? 'from' : 'to';
    return [problemAt(file, path, `"${missing}" is missing`, `Quiet hours have a begin and an end: "from": "20:00", "to": "08:00".`)];
  }
  if (from === to) return [problemAt(file, [...path, 'to'], 'It ends when it begins', 'For whole days write "weekdays" alone.')];
  if (weekdays && minutesOf(from) > minutesOf(to)) {
    const hint = `Write two: "from": "${from}", "to": "24:00" for the evening, "from": "00:00", "to": "${to}" for the morning, each with its weekdays.`;
    return [problemAt(file, [...path, 'weekdays'], 'A time over midnight belongs to two days, so these weekdays have two meanings', hint)];
  }
  return [];
}

function checkZone(zone: string, path: JsonPath, file: JsonFile): Problem[] {
  if (isZone(zone)) return [];
  const near = closest(zone, Intl.supportedValuesOf('timeZone'));
  return [problemAt(file, path, `There is no time zone "${zone}"`, near === undefined ? 'Write "Europe/Berlin", for example.' : `Did you mean "${near}"?`)];
}

/** What depends on the lead's zone must say what holds without one. */
function checkZoneIsAsked({ caps, quietHours, holidays, unknownZone }: Policies, file: JsonFile): Problem[] {
  if (unknownZone) return [];
  const byDays = caps?.findIndex(({ days }) => days !== undefined) ?? -1;
  const asking: JsonPath | undefined = quietHours?.length ? ['quietHours'] : holidays?.length ? ['holidays'] : byDays < 0 ? undefined : ['caps', byDays, 'days'];
  if (!asking) return [];
  const hint = 'Add "unknownZone": ["Europe/Berlin"]: all zones where such a lead may be. Something goes to it when it may go in each of them.';
  return [problemAt(file, asking, 'This needs the zone of the lead, and "unknownZone" does not say what holds for a lead of unknown zone', hint)];
}

/** In winter and in summer; holidays come and go. */
const WEEKS = [new Date('2026-01-05T00:00:00Z'), new Date('2026-07-06T00:00:00Z')];

function checkOpen({ quietHours = [], unknownZone = [] }: Policies, file: JsonFile): Problem[] {
  if (quietHours.length === 0) return [];
  const isClosed = (channel: string, zones: readonly string[]): boolean => WEEKS.some((week) => closed({ quietHours }, channel, zones, week));
  const never = CHANNELS.find((channel) => isClosed(channel, ['UTC']));
  if (never !== undefined) {
    return [problemAt(file, ['quietHours'], `Nothing can ever go by ${never}: it is always quiet`, 'Leave some hours of some day.')];
  }
  const nowhere = CHANNELS.find((channel) => isClosed(channel, unknownZone));
  if (nowhere === undefined) return [];
  const message = `Nothing can ever go by ${nowhere} to a lead of unknown zone: at every moment it is quiet in one of these zones`;
  return [problemAt(file, ['unknownZone'], message, 'Name zones that lie closer together, or shorten the quiet hours.')];
}

/** Is it quiet in one of the zones at every moment of that week? */
function closed(policies: Pick<Policies, 'quietHours'>, channel: string, zones: readonly string[], week: Date): boolean {
  for (let at = week; at.getTime() < week.getTime() + 7 * DAY; ) {
    const quiet = quietAt(policies, channel, zones, at);
    if (!quiet) return false;
    at = quiet.until;
  }
  return true;
}
