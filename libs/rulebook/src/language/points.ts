import type { ScoringModel } from './types.ts';

/** Points as integer thousandths: sums of them are exact in any order. */
export function milliOf(points: number): number {
  return Math.round(points * 1000);
}

/** The most that a group may add, in thousandths. */
export function capMilli(groups: ScoringModel['groups'], name: string): number {
  return milliOf(groups[name]?.max ?? Infinity);
}

/** Letters with their least thousandths, the best first. */
export function gradesDownward(grades: ScoringModel['grades']): [letter: string, least: number][] {
  return Object.entries(grades ?? {})
    .map(([letter, least]): [string, number] => [letter, milliOf(least)])
    .sort(([, a], [, b]) => b - a);
}
