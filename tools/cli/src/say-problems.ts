import type { Problem } from '@tendril/rulebook';
import type { World } from './world.ts';

/** Prints each problem as file:line:column with the remedy below. `folder` stands before the files. */
export function sayProblems(world: World, folder: string, problems: readonly Problem[]): void {
  for (const { file, line, column, severity, message, hint } of problems) {
    world.out(`${folder}/${file}:${line}:${column}: ${severity}: ${message}`);
    if (hint) world.out(`    ${hint}`);
  }
}

/** `no errors`, `1 error`, `2 errors`. */
export function countOf(n: number, word: string): string {
  return `${n === 0 ? 'no' : n} ${word}${n === 1 ? '' : 's'}`;
}
