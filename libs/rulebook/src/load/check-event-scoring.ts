import { DAY, durationMs } from '@tendril/kernel';
import { checkEvents } from './check-fact.ts';
import { checkPoints } from './check-points.ts';
import { LONGEST_FADING, MOST_POINTS, stepsOf } from '../language/fading.ts';
import { type JsonFile, type JsonPath, problemAt, problemAtKey } from './json-file.ts';
import type { Names } from '../language/names.ts';
import type { EventScoring, Problem } from '../language/types.ts';

/** A scoring rule with `per`: its event exists, `max` lets one count at least, and its points fade in one way and never grow. */
export function checkEventScoring(rule: EventScoring, file: JsonFile, path: JsonPath, names: Names): Problem[] {
  const { per, max } = rule;
  const events = checkEvents(per.event, per.where, names).map((one) => {
    const place = [...path, 'per', ...one.path];
    return one.atKey ? problemAtKey(file, place, one.message, one.hint) : problemAt(file, place, one.message, one.hint);
  });
  return [
    ...events,
    ...(max === undefined ? [] : checkPoints(file, [...path, 'max'], max)),
    ...checkAmount(rule).map(([key, message, hint]) => problemAt(file, [...path, key], message, hint)),
    ...checkFading(rule).map(([inner, message, hint]) => problemAtKey(file, [...path, ...inner], message, hint)),
  ];
}

type Said<Where> = readonly [where: Where, message: string, hint: string];

function checkAmount({ points, max }: EventScoring): Said<string>[] {
  if (points === 0) return [['points', 'Events for 0 points change nothing', 'Write points, or remove the rule.']];
  if (Math.abs(points) > MOST_POINTS) {
    return [['points', 'These are too many points for each event', `Write at most ${MOST_POINTS}, so that sums stay exact.`]];
  }
  if (max === undefined) return [];
  if (Math.sign(max) !== Math.sign(points) || Math.abs(max) < Math.abs(points)) {
    return [['max', 'No event would count', `Write a "max" of ${points} or a multiple of it; points that are taken away need a "max" below 0.`]];
  }
  if (Math.abs(max) > MOST_POINTS * 1_000) return [['max', 'This is too high', 'Leave "max" out, and all events count.']];
  return [];
}

function checkFading({ halfLife, decay }: EventScoring): Said<JsonPath>[] {
  if (halfLife !== undefined && decay !== undefined) {
    return [[['decay'], '"halfLife" and "decay" stand in one rule', 'Keep one of them.']];
  }
  if (halfLife !== undefined) return tooLong(['halfLife'], halfLife);
  if (decay === undefined) return [];
  if ('linear' in decay) return tooLong(['decay', 'linear'], decay.linear);
  return [...Object.keys(decay.steps).flatMap((end) => wholeDays(end)), ...growing(decay)];
}

function tooLong(path: JsonPath, text: string): Said<JsonPath>[] {
  if (durationMs(text) <= LONGEST_FADING * DAY) return [];
  return [[path, `Points cannot take longer than ten years`, `Write at most "${LONGEST_FADING}d", or leave it out and they never fade.`]];
}

function wholeDays(end: string): Said<JsonPath>[] {
  const path = ['decay', 'steps', end];
  if (durationMs(end) % DAY === 0) return tooLong(path, end);
  return [[path, 'An event’s age is counted in whole days', 'Write "1d", "7d", "30d".']];
}

function growing(decay: Parameters<typeof stepsOf>[0]): Said<JsonPath>[] {
  const steps = stepsOf(decay);
  const grows = steps.some(([end, share], at) => at > 0 && (end === steps[at - 1]?.[0] || share > (steps[at - 1]?.[1] ?? 1)));
  return grows ? [[['decay', 'steps'], 'An older event would be worth more than a newer one', 'Let the shares fall from step to step.']] : [];
}
