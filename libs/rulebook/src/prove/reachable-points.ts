import { factorAt, fadedMilli, mostEvents } from '../language/fading.ts';
import { capMilli, milliOf } from '../language/points.ts';
import type { ScoringModel, ScoringRule } from '../language/types.ts';

/** What a sum of points can be, in thousandths: nothing outside `least` and `most`, and where `sums` is known, only these. */
export interface Reach {
  readonly least: number;
  readonly most: number;
  readonly sums: readonly number[] | null;
}

/** More different sums than this are not listed. */
const MOST_SUMS = 512;

/** The scores that a model can give, as if every rule could hold beside every other: more than it can in truth, never less. */
export function reachablePoints({ rules, groups, scale }: ScoringModel): Reach {
  // A group without a rule counts too: a cap below 0 takes points away from everybody.
  const sums = [undefined, ...Object.keys(groups)].map((group) => {
    const cap = group === undefined ? Infinity : capMilli(groups, group);
    return mapped(sum(rules.filter((rule) => rule.group === group).map(pointsOf)), (milli) => Math.min(milli, cap));
  });
  const [min, max] = [milliOf(scale.min), milliOf(scale.max)];
  return mapped(sum(sums), (milli) => Math.min(Math.max(milli, min), max));
}

function pointsOf(rule: ScoringRule): Reach {
  const milli = milliOf(rule.points);
  if ('conditions' in rule) return reach([0, milli]);
  const events = mostEvents(rule);
  const fades = rule.halfLife !== undefined || rule.decay !== undefined;
  // No event is ever worth more than a fresh one.
  const fresh = fadedMilli(milli, factorAt(rule, 0));
  if (!fades && events < MOST_SUMS) return reach(Array.from({ length: events + 1 }, (_, count) => count * fresh));
  const all = fresh === 0 ? 0 : fresh * events;
  return { least: Math.min(0, all), most: Math.max(0, all), sums: null };
}

function reach(sums: readonly number[]): Reach {
  return { least: Math.min(...sums), most: Math.max(...sums), sums };
}

function sum(parts: readonly Reach[]): Reach {
  return parts.reduce(
    (sofar, part) => ({
      least: sofar.least + part.least,
      most: sofar.most + part.most,
      sums: sofar.sums && part.sums && few(sofar.sums.flatMap((one) => part.sums?.map((other) => one + other) ?? [])),
    }),
    reach([0]),
  );
}

function few(sums: readonly number[]): readonly number[] | null {
  const different = [...new Set(sums)];
  return different.length > MOST_SUMS ? null : different;
}

function mapped({ least, most, sums }: Reach, change: (milli: number) => number): Reach {
  return { least: change(least), most: change(most), sums: sums && [...new Set(sums.map(change))] };
}
