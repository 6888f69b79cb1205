import { compileRules } from '../src/evaluate/compile.ts';
import { explainLead } from '../src/explain/explain.ts';
import type { LiveRules } from '../src/evaluate/live-rules.ts';
import type { LeadFacts, ScoringModel } from '../src/language/types.ts';
import { NOW } from './arbitraries.ts';

/** A rulebook that both evaluate, and leads that it is asked about. */
export interface Pairs {
  readonly rules: LiveRules;
  readonly leads: readonly LeadFacts[];
}

/**
 * Asks the compiled rules and json-rules-engine the same: every score, grade, stage and segment. Besides, a score must be a
 * whole number of thousandths within its scale, the sum of its contributions, and the same for a batch as for each lead alone.
 * Null when all of that is so; else what is not.
 */
export async function disagreement({ rules, leads }: Pairs): Promise<string | null> {
  const evaluate = compileRules(rules);
  const answers = evaluate(leads, NOW);
  for (const [at, lead] of leads.entries()) {
    const answer = answers[at];
    if (!answer) return 'a lead has no answer';
    const alone = evaluate([lead], NOW)[0];
    if (plain(alone) !== plain(answer)) return `alone ${plain(alone)}, in a batch ${plain(answer)}`;
    const explained = await explainLead({ ...rules, hash: '', evaluate }, lead, NOW);
    const engine = plain({
      scores: Object.fromEntries(explained.scores.map(({ model, milli, grade }) => [model, { milli, grade }])),
      stage: explained.stage.stage,
      segments: new Set(explained.segments.filter(({ member }) => member).map(({ segment }) => segment)),
    });
    if (engine !== plain(answer)) return `json-rules-engine says ${engine}, the compiled rules ${plain(answer)}`;
    for (const { model, milli, contributions } of explained.scores) {
      const sum = contributions.reduce((total, part) => total + part.milli, 0);
      if (sum !== milli) return `the contributions to ${model} sum to ${sum}, not to ${milli}`;
      if (!within(rules.models.find(({ id }) => id === model), milli)) return `${model} is ${milli} thousandths, outside its scale`;
    }
  }
  return null;
}

function plain(answer: { readonly scores: object; readonly stage: string | null; readonly segments: ReadonlySet<string> } | undefined): string {
  return JSON.stringify([answer?.scores, answer?.stage, [...(answer?.segments ?? [])].sort()]);
}

function within(model: ScoringModel | undefined, milli: number): boolean {
  return model !== undefined && Number.isInteger(milli) && milli >= Math.round(model.scale.min * 1000) && milli <= Math.round(model.scale.max * 1000);
}
