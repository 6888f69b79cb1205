import { DAY, durationMs } from '@tendril/kernel';
import { milliOf } from './points.ts';
import type { Decay, EventScoring } from './types.ts';

/** How the points of an event fade, as a scoring rule says it; neither key: they never do. */
export type Fading = Pick<EventScoring, 'halfLife' | 'decay'>;

/** The longest half-life and the longest linear decay, in days: the tables stay below 80,000 entries. */
export const LONGEST_FADING = 3_650;

/** The most points of a rule for each event, so that points × factor stays an exact integer. */
export const MOST_POINTS = 1_000_000;

const MILLION = 1_000_000;

/**
 * An event's age is whole days of 24 hours since it happened. A fraction of a day more or less, down to the millisecond,
 * changes nothing, so scores move once a day for each event.
 */
export function ageInDays(at: number, now: number): number {
  return Math.floor((now - at) / DAY);
}

/** What share of its points an event of this age still has, in whole parts per million. The one place where shares are rounded. */
export function factorAt({ halfLife, decay }: Fading, age: number): number {
  if (halfLife !== undefined) return Math.round(MILLION * 2 ** -((age * DAY) / durationMs(halfLife)));
  if (decay === undefined) return MILLION;
  if ('linear' in decay) return Math.max(0, Math.round(MILLION * (1 - (age * DAY) / durationMs(decay.linear))));
  const [, share = 0] = stepsOf(decay).find(([end]) => age * DAY < end) ?? [];
  return Math.round(MILLION * share);
}

/** Steps as [end in milliseconds, share], the youngest first. */
export function stepsOf({ steps }: Extract<Decay, { readonly steps: unknown }>): [end: number, share: number][] {
  return Object.entries(steps)
    .map(([end, share]): [number, number] => [durationMs(end), share])
    .sort(([a], [b]) => a - b);
}

/** Thousandths that remain of a rule's thousandths: half a thousandth counts as one, for gains and losses alike. */
export function fadedMilli(milli: number, factor: number): number {
  // The product is an exact integer, and quotients near a half lie at least a millionth from it.
  return Math.sign(milli) * Math.round((Math.abs(milli) * factor) / MILLION) + 0;
}

/** Thousandths by age in days; an event older than the table has none. `turns`: the next age at which it is another number. */
export interface FadingTable {
  readonly milli: readonly number[];
  readonly turns: readonly number[];
}

/** The table of a rule whose points fade. Shares never rise with age, so the table ends where nothing is left. */
export function fadingTable(points: number, fading: Fading): FadingTable {
  const milli: number[] = [];
  for (let age = 0; ; age++) {
    const left = fadedMilli(milliOf(points), factorAt(fading, age));
    if (left === 0) break;
    milli.push(left);
  }
  const turns = new Array<number>(milli.length);
  for (let age = milli.length - 1; age >= 0; age--) {
    turns[age] = milli[age] === milli[age + 1] ? (turns[age + 1] ?? milli.length) : age + 1;
  }
  return { milli, turns };
}

/** How many events count, the newest first. */
export function mostEvents({ points, max }: Pick<EventScoring, 'points' | 'max'>): number {
  return max === undefined ? Infinity : Math.floor(milliOf(max) / milliOf(points));
}
