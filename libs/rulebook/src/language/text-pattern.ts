import { RE2JS, RE2JSSyntaxException } from 're2js';

/** Does a text hold the pattern anywhere? `^` and `$` tie it to the ends. RE2 syntax: time grows with the text's length only. */
export type TextPattern = (text: string) => boolean;

/** Reads a pattern; a wrong one throws, so rule files are asked {@link patternProblem} first. */
export function textPattern(pattern: string): TextPattern {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.test(text);
}

/** What is wrong with a pattern, and at which of its characters; undefined when it can be used. */
export function patternProblem(pattern: string): { message: string; hint: string } | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    const part = error instanceof RE2JSSyntaxException ? error.getPattern() : null;
    const reason = error instanceof RE2JSSyntaxException ? error.getDescription() : 'it is too large';
    const at = part === null ? pattern.length : pattern.indexOf(part) + 1;
    const hint = 'Patterns are RE2 regular expressions: no look-around, no back-references, at most 1,000 repetitions. In JSON, write \\\\ for \\.';
    return { message: `The pattern cannot be read from its character ${at} on: ${reason}`, hint };
  }
}

/** `matches` for compiled rules, which ask the same few patterns about many leads: each is read once. */
export function patternMatcher(): (value: unknown, pattern: string) => boolean {
  const known = new Map<string, TextPattern>();
  return (value, pattern) => {
    if (typeof value !== 'string') return false;
    let holds = known.get(pattern);
    if (!holds) known.set(pattern, (holds = textPattern(pattern)));
    return holds(value);
  };
}
