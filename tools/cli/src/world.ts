import type { Clock } from '@tendril/kernel';

/** All that the command line touches outside its own code: given by main.ts, played by tests. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the person stands; relative paths are meant from here. */
  readonly folder: string;
  /** Where Tendril is installed: an embedded core keeps its `.tendril` folder here. */
  readonly home: string;
  /** One line to the standard output. */
  readonly out: (line: string) => void;
  /** One line to the standard error. */
  readonly err: (line: string) => void;
  /** Where a progress bar may be drawn; null where nobody watches (a pipe, CI). */
  readonly terminal: NodeJS.WriteStream | null;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}
