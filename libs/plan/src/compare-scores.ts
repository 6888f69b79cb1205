import type { LeadState } from '@tendril/decisions';
import type { Rulebook, ScoringModel } from '@tendril/rulebook';
import type { Average, ScoreBin, ScoreChange } from './plan.ts';
import type { Sample } from './tally.ts';

/** Bins of a histogram. */
const BINS = 10;

/** What the comparison of one model reads: where each lead stood, and stands, in the order of the population. */
export interface Stood {
  readonly before: readonly LeadState[];
  readonly after: readonly LeadState[];
}

/** A model's points in all leads, before and after; undefined when they are the same in everybody. */
export function compareScores(id: string, sample: Sample, stood: Stood, rulebooks: readonly Rulebook[]): Omit<ScoreChange, 'examples'> & { readonly leads: readonly number[] } | undefined {
  const [before, after] = [stood.before, stood.after].map((states) => states.map(({ scores }) => scores[id]?.milli ?? 0)) as [number[], number[]];
  const differences = new Map(after.flatMap((milli, lead) => (milli === before[lead] ? [] : [[lead, milli - before[lead]!] as const])));
  if (differences.size === 0) return undefined;
  const models = rulebooks.flatMap(({ models: all }) => all.filter((model) => model.id === id));
  const { error } = sample.estimate(differences);
  const [meanBefore, meanAfter] = [before, after].map((points) => meanOf(points, sample));
  const [medianBefore, medianAfter] = [before, after].map((points) => medianOf(points, sample));
  return {
    model: id,
    leads: [...differences.keys()],
    changed: sample.countLeads(differences.keys()),
    mean: { ...average(meanBefore, meanAfter), error: rounded(error / sample.population.total) },
    median: average(medianBefore, medianAfter),
    bins: binsOf(models, sample, before, after),
  };
}

function average(before = 0, after = 0): Average {
  return { before: rounded(before), after: rounded(after) };
}

function rounded(milli: number): number {
  return Math.round(milli) / 1000;
}

function meanOf(points: readonly number[], sample: Sample): number {
  return sample.estimate(new Map(points.map((milli, lead) => [lead, milli]))).sum / sample.population.total;
}

/** The points that half of the database has at most, each lead with the weight of its stratum. */
function medianOf(points: readonly number[], { population: { leads, strata } }: Sample): number {
  const weight = (lead: number): number => {
    const stratum = strata[leads[lead]?.stratum ?? -1];
    return stratum ? stratum.total / stratum.sampled : 0;
  };
  const order = points.map((_, lead) => lead).sort((a, b) => points[a]! - points[b]!);
  const half = order.reduce((sum, lead) => sum + weight(lead), 0) / 2;
  let below = 0;
  return points[order.find((lead) => (below += weight(lead)) >= half) ?? -1] ?? 0;
}

/** Over the scale, and where two rulebooks have two, over both. */
function binsOf(models: readonly ScoringModel[], sample: Sample, before: readonly number[], after: readonly number[]): ScoreBin[] {
  const min = Math.min(...models.map(({ scale }) => scale.min));
  const width = (Math.max(...models.map(({ scale }) => scale.max)) - min) / BINS;
  const into = (points: readonly number[]): Map<number, number>[] => {
    const found = Array.from({ length: BINS }, () => new Map<number, number>());
    points.forEach((milli, lead) => found[Math.min(BINS - 1, Math.max(0, Math.floor((milli / 1000 - min) / width)))]?.set(lead, 1));
    return found;
  };
  const [was, is] = [into(before), into(after)];
  return was.map((found, at) => ({
    from: min + at * width,
    to: min + (at + 1) * width,
    before: sample.count(found),
    after: sample.count(is[at] ?? new Map<number, number>()),
  }));
}
