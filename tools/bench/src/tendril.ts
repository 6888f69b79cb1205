import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** What one run of the command line answered, and how long it took from its start to its end. */
export interface Ran {
  readonly milliseconds: number;
  readonly code: number | null;
  readonly out: string;
}

const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

/** Runs `tendril …` as a process of its own, as a person would; reading the program is part of the time. */
export function tendril(...args: readonly string[]): Ran {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, MAIN, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { milliseconds: performance.now() - began, code: status, out: stdout + stderr };
}
