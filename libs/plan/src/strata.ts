import type { Rulebook, ScoringModel } from '@tendril/rulebook';

/** What a population is sorted into strata by: the stage, and how much the lead does. */
export interface StrataNames {
  /** In the buyer's order. */
  readonly stages: readonly string[];
  /** The model whose grades say how much a lead does, from the lowest to the highest; null when no model can. */
  readonly engagement: { readonly model: string; readonly grades: readonly string[] } | null;
}

/** Of the live models that give grades, the one with the most rules about events tells best how much a lead does. */
export function strataOf({ stages, models }: Pick<Rulebook, 'stages' | 'models'>): StrataNames {
  const graded = models.filter(({ status, grades }) => status === 'live' && grades !== undefined && Object.keys(grades).length > 0);
  const [busiest] = graded.toSorted((a, b) => eventRules(b) - eventRules(a) || (a.id < b.id ? -1 : 1));
  const grades = Object.entries(busiest?.grades ?? {}).sort(([, a], [, b]) => a - b);
  return {
    stages: stages.map(({ name }) => name),
    engagement: busiest && eventRules(busiest) > 0 ? { model: busiest.id, grades: grades.map(([letter]) => letter) } : null,
  };
}

/** A rule names an event in `per` or in the params of a comparison. */
function eventRules({ rules }: ScoringModel): number {
  return rules.filter((rule) => JSON.stringify(rule).includes('"event":')).length;
}

/** Such as `stage decision, scoring/engagement hot`. Places are from 1; 0 means none of them. */
export function stratumName({ stages, engagement }: StrataNames, place: { readonly stage: number; readonly grade: number }): string {
  const stage = stages[place.stage - 1];
  const grade = engagement?.grades[place.grade - 1];
  const staged = stage === undefined ? 'no stage' : `stage ${stage}`;
  if (!engagement) return staged;
  return `${staged}, ${grade === undefined ? `no grade of ${engagement.model}` : `${engagement.model} ${grade}`}`;
}

/**
 * How many leads to draw from strata of these sizes: all where they are few, else shares by the square root of the size. By the
 * size itself, a hundred customers among a hundred thousand visitors would be two of two thousand; here they are sixty.
 *
 * @returns fractions of leads too; at least 1 for each stratum, `size` together or a little more
 */
export function allocate(sizes: readonly number[], size: number): number[] {
  const shares = sizes.map(() => 0);
  let open = sizes.map((_, index) => index);
  for (let left = size; open.length > 0; ) {
    const roots = open.reduce((sum, index) => sum + Math.sqrt(sizes[index] ?? 0), 0);
    const share = (index: number): number => (left * Math.sqrt(sizes[index] ?? 0)) / roots;
    const full = open.filter((index) => share(index) >= (sizes[index] ?? 0));
    for (const index of open) shares[index] = Math.max(1, Math.min(sizes[index] ?? 0, share(index)));
    if (full.length === 0) break;
    left -= full.reduce((sum, index) => sum + (sizes[index] ?? 0), 0);
    open = open.filter((index) => !full.includes(index));
  }
  return shares;
}
