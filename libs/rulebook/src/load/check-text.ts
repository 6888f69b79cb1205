import type { Problem, RuleSource } from '../language/types.ts';

/** Longer than any file that a person wrote; in UTF-16 units, as `text.length` counts. */
const LONGEST = 1_000_000;

/** A character that no rule file may have, with what it means and the remedy. */
const BANNED: readonly (readonly [character: string, message: string, hint: string])[] = [
  ['\uFEFF', 'The file begins with a byte order mark', 'Save it as UTF-8 without BOM.'],
  ['\0', 'This is not UTF-8 text', 'Save it as UTF-8; it looks like UTF-16 or a binary file.'],
  ['\uFFFD', 'This is not UTF-8 text', 'Save it as UTF-8: here stands a byte that means nothing there.'],
  ['\r', 'Lines end as on Windows (CRLF)', 'Save it with LF: the rulebook’s hash must be the same on every machine. "tendril rules fix" mends JSON files.'],
];

/** What stands against a file's text, whatever it says: size, encoding, line ends. At most one problem: the first. */
export function checkText({ path: file, text }: RuleSource): Problem[] {
  if (text.length > LONGEST) {
    const message = `The file has ${text.length.toLocaleString('en-GB')} characters; at most ${LONGEST.toLocaleString('en-GB')} are read`;
    return [{ file, line: 1, column: 1, severity: 'error', message, hint: 'Split it: one rule a file.' }];
  }
  for (const [character, message, hint] of BANNED) {
    const at = text.indexOf(character);
    if (at >= 0) return [{ file, ...placeIn(text, at), severity: 'error', message, hint }];
  }
  return [];
}

/** Line and column from 1; a column is one UTF-16 unit, as editors count. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
