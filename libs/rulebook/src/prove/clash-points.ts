import { fit, type Test, wantedNumbers } from './clash-values.ts';
import { gradesDownward } from '../language/points.ts';
import type { Reach } from './reachable-points.ts';
import type { ScoringModel } from '../language/types.ts';

/** Can no score that the model reaches answer all tests about its points and its letter as wanted? */
export function pointsClash(tests: readonly Test[], { grades }: Pick<ScoringModel, 'grades'>, reach: Reach): boolean {
  const letters = gradesDownward(grades);
  const [scores, graded] = [tests.filter(({ leaf }) => leaf.fact === 'score'), tests.filter(({ leaf }) => leaf.fact === 'grade')];
  const candidates = reach.sums ?? turnsBetween(reach, [...letters.map(([, least]) => least), ...scores.flatMap(({ leaf }) => wantedNumbers(leaf)).map((points) => points * 1000)]);
  return !candidates.some((milli) => fit(milli / 1000, scores) && fit(letterOf(milli, letters), graded));
}

/** The letters that a score of the model can have, the best first. */
export function reachableLetters({ grades }: Pick<ScoringModel, 'grades'>, reach: Reach): string[] {
  const letters = gradesDownward(grades);
  const candidates = reach.sums ?? turnsBetween(reach, letters.map(([, least]) => least));
  const reached = new Set(candidates.map((milli) => letterOf(milli, letters)));
  return letters.flatMap(([letter]) => (reached.has(letter) ? [letter] : []));
}

/** Whole thousandths between which no test changes its answer; a few more on each side, because points × 1000 may not be whole. */
function turnsBetween({ least, most }: Reach, turns: readonly number[]): number[] {
  const near = turns.flatMap((turn) => [-2, -1, 0, 1, 2].map((step) => Math.floor(turn) + step));
  return [least, most, ...near].filter((milli) => milli >= least && milli <= most);
}

function letterOf(milli: number, letters: readonly (readonly [letter: string, least: number])[]): string | undefined {
  return letters.find(([, least]) => milli >= least)?.[0];
}
