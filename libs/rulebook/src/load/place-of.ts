import { type JsonPath, parseJsonFile, problemAt } from './json-file.ts';
import type { RuleSource } from '../language/types.ts';

/** Where a value stands in a rule file, from 1, or as near to it as the file goes; the file's beginning when it is no JSON. */
export function placeOf(source: RuleSource, path: JsonPath): { line: number; column: number } {
  const { file } = parseJsonFile(source);
  if (!file) return { line: 1, column: 1 };
  const { line, column } = problemAt(file, path, '');
  return { line, column };
}
