/** One measured figure, and the most that it may be. */
export interface Figure {
  readonly name: string;
  /** Milliseconds of each run. */
  readonly runs: readonly number[];
  /** The goal, in milliseconds, for the median. */
  readonly goal: number;
}

/** Half of the runs took no longer. */
export function median(runs: readonly number[]): number {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** A line a figure: median, spread, goal, and whether it was reached. */
export function figuresInWords(figures: readonly Figure[]): string[] {
  const widest = Math.max(...figures.map(({ name }) => name.length));
  return figures.map(({ name, runs, goal }) => {
    const reached = median(runs) <= goal ? 'reached' : 'MISSED';
    const spread = runs.length > 1 ? ` (${took(Math.min(...runs))} to ${took(Math.max(...runs))}, ${runs.length} runs)` : '';
    return `${name.padEnd(widest)}  ${took(median(runs)).padStart(8)}  goal ${took(goal).padStart(6)}  ${reached}${spread}`;
  });
}

function took(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
