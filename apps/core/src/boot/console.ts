import { AppError, messageOf } from '@tendril/kernel';
import type { Problem } from '@tendril/rulebook';

const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Colours a text on a terminal, and leaves it plain elsewhere or with NO_COLOR. */
export function paint(colour: keyof typeof COLOURS, text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
}

export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A rule file's problem in the form that editors and terminals can jump to. */
export function problemLine({ file, line, column, message, hint }: Problem): string {
  return `rules/${file}:${line}:${column}  ${message}${hint === undefined ? '' : `\n    ${hint}`}`;
}

/** What went wrong, where, and what to do. Foreseen errors in sentences, others with their stack. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof AppError)) return [error instanceof Error ? (error.stack ?? error.message) : messageOf(error)];
  const problems = error.code === 'rulebook-broken' ? (error.data as readonly Problem[]).map(problemLine) : [];
  const said = problems.length === 0 ? error.message : 'The rule files have problems:';
  return [said, ...problems, ...(error.hint === undefined ? [] : [error.hint])];
}
