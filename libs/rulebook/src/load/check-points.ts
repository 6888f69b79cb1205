import { type JsonFile, type JsonPath, problemAt } from './json-file.ts';
import type { Problem } from '../language/types.ts';

/** Points have at most three decimals: 8.125 × 1000 is whole; 0.1 × 1000 nearly is, which binary fractions make of it. */
export function checkPoints(file: JsonFile, path: JsonPath, points: number): Problem[] {
  const milli = Math.round(points * 1000);
  const exact = Number.isSafeInteger(milli) && Math.abs(points * 1000 - milli) <= 1e-6;
  return exact ? [] : [problemAt(file, path, 'Points have three decimals at most', 'Write 0.125, for example.')];
}
