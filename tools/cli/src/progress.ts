import { Presets, SingleBar } from 'cli-progress';
import type { World } from './world.ts';

/** Shows how far long work has come. */
export interface Progress {
  /** `total` is null while nobody knows it. */
  show(done: number, total: number | null): void;
  stop(): void;
}

/** A bar on a terminal; elsewhere a line for each tenth (for each change where the total is unknown); nothing with `--json`. */
export function progressOf(world: World, label: string, silent: boolean): Progress {
  if (silent) return { show: () => {}, stop: () => {} };
  return world.terminal ? bar(world.terminal, label) : lines(world, label);
}

function bar(stream: NodeJS.WriteStream, label: string): Progress {
  const format = `${label} {bar} {value} of {total}, {eta_formatted} left`;
  const drawn = new SingleBar({ stream, format, hideCursor: true }, Presets.shades_classic);
  let started = false;
  return {
    show: (done, total) => {
      if (total === null) return;
      if (started) drawn.setTotal(total);
      else drawn.start(total, 0);
      started = true;
      drawn.update(done);
    },
    stop: () => drawn.stop(),
  };
}

function lines(world: World, label: string): Progress {
  let last = -1;
  return {
    show: (done, total) => {
      const step = total ? Math.floor((done / total) * 10) : done;
      if (step === last) return;
      last = step;
      world.err(total === null ? `${label}: ${done}` : `${label}: ${done} of ${total}`);
    },
    stop: () => {},
  };
}
