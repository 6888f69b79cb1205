import { SingleBar } from 'cli-progress';

/** A bar that grows on a terminal; elsewhere nothing but its last line. */
export interface Progress {
  readonly update: (done: number, total: number) => void;
  readonly stop: (line?: string) => void;
}

/** @example const bar = progressBar('Seeding'); bar.update(10, 100); bar.stop('Seeded 100.'); */
export function progressBar(title: string): Progress {
  const say = (line: string | undefined) => line !== undefined && process.stdout.write(`${line}\n`);
  if (!process.stdout.isTTY) return { update: () => undefined, stop: say };
  const bar = new SingleBar({ format: `${title} [{bar}] {percentage} %`, clearOnComplete: true, hideCursor: true });
  let started = false;
  return {
    update: (done, total) => {
      if (!started) bar.start(total, done);
      else bar.update(done);
      started = true;
    },
    stop: (line) => {
      bar.stop();
      say(line);
    },
  };
}
