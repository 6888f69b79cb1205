/** What a figure is measured in. `×` is a ratio of two things measured in the same run. */
export type Unit = 'ms' | 'µs' | '×' | 'a second' | 'MB' | 's';

/** One measured figure, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** One number a run, or a round of a run. */
  readonly runs: readonly number[];
  /** What the median should be; a figure without a goal explains another. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

/** What a bench found. */
export interface Found {
  readonly figures: readonly Figure[];
  /** The ratio that the bench is about; none for one that knows only times. */
  readonly headline?: Figure;
  /** In words: what was compared and came out the same. Had it not, the bench would have failed. */
  readonly checked: readonly string[];
}

/** What a bench may be told; each knows what it does without. */
export interface Options {
  readonly leads: number | undefined;
  readonly rounds: number | undefined;
  readonly seconds: number | undefined;
  /** For people who wait: what it does now. */
  readonly say: (line: string) => void;
}

/** Half of the runs were no more. */
export function median(runs: readonly number[]): number {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The smallest run that this share of the runs, 0 to 1, does not exceed. */
export function quantile(runs: readonly number[], share: number): number {
  const sorted = [...runs].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Undefined for a figure without a goal. */
export function reached({ runs, goal }: Figure): boolean | undefined {
  if (!goal) return undefined;
  return 'atMost' in goal ? median(runs) <= goal.atMost : median(runs) >= goal.atLeast;
}

/** A line a figure: median, goal, whether it was reached, spread. */
export function figuresInWords(figures: readonly Figure[]): string[] {
  const widest = Math.max(...figures.map(({ name }) => name.length));
  return figures.map((figure) => {
    const { name, runs, unit } = figure;
    const spread = runs.length > 1 ? ` (${inUnit(Math.min(...runs), unit)} to ${inUnit(Math.max(...runs), unit)}, ${runs.length} runs)` : '';
    return `${name.padEnd(widest)}  ${inUnit(median(runs), unit).padStart(12)}${goalInWords(figure)}${spread}`;
  });
}

/** The same for machines. */
export function figuresAsData(figures: readonly Figure[]): object[] {
  return figures.map((figure) => {
    const { name, unit, runs, goal } = figure;
    return { name, unit, median: median(runs), least: Math.min(...runs), most: Math.max(...runs), runs: runs.length, ...(goal && { goal, reached: reached(figure) }) };
  });
}

function goalInWords(figure: Figure): string {
  const { goal, unit } = figure;
  if (!goal) return '';
  const wanted = 'atMost' in goal ? `at most ${inUnit(goal.atMost, unit)}` : `at least ${inUnit(goal.atLeast, unit)}`;
  return `  goal ${wanted}: ${reached(figure) ? 'reached' : 'MISSED'}`;
}

function inUnit(value: number, unit: Unit): string {
  if (unit === 'ms' && value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  const digits = unit === '×' ? (value < 100 ? 2 : 0) : value < 1000 ? 1 : 0;
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '×' ? `${number}×` : `${number} ${unit}`;
}
