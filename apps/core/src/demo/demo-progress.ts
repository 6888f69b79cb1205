import { Presets, SingleBar } from 'cli-progress';

/** Shows how many days are over. */
export interface DemoProgress {
  readonly show: (day: number) => void;
  readonly stop: () => void;
}

/** Where progress is shown: a terminal or a pipe. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** A bar on a terminal; elsewhere a line every so many days. */
export function demoProgress(stream: ProgressStream, days: number, linesEvery: number): DemoProgress {
  if (!stream.isTTY) {
    return {
      show: (day) => void (day % linesEvery === 0 && stream.write(`Day ${day} of ${days}\n`)),
      stop: () => undefined,
    };
  }
  const bar = new SingleBar({ stream, format: 'Day {value} of {total} {bar} {eta_formatted} left', hideCursor: true }, Presets.shades_classic);
  bar.start(days, 0);
  return { show: (day) => bar.update(day), stop: () => bar.stop() };
}
