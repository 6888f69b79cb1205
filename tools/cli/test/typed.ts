import { ManualClock } from '@tendril/kernel';
import { run } from '../src/run.ts';

/** What a person saw who typed a command in a folder, and for how long it waited each time. */
export interface Seen {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: string;
  readonly waits: readonly number[];
}

/** Types a command, without a terminal and without ever waiting. */
export async function typed(args: readonly string[], folder: string, env: Readonly<Record<string, string>> = {}): Promise<Seen> {
  const out: string[] = [];
  const err: string[] = [];
  const waits: number[] = [];
  const code = await run(args, {
    env,
    folder,
    home: folder,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    terminal: null,
    clock: new ManualClock(new Date('2026-03-10T09:00:00Z')),
    wait: async (milliseconds) => void waits.push(milliseconds),
  });
  return { code, out, err: err.join('\n'), waits };
}
