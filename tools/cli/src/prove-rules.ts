import { firingPlaces, type LeadCase, type Mutant, mutantsOf, type Problem, type Rulebook, rulebookForCases } from '@tendril/rulebook';
import { judgeCase, type Judgement } from './judge-case.ts';
import { type CaseWorld, liveThrough } from '@tendril/plan';
import { leafInWords, traceCase } from './trace-case.ts';

/** A case, and the path of its file under `rules/`. */
export interface PlacedCase {
  readonly file: string;
  readonly one: LeadCase;
}

/** A rule file and all its cases. */
export interface RuleToTest {
  readonly of: string;
  readonly live: boolean;
  readonly cases: readonly PlacedCase[];
}

/** A case whose lead did not come to what was expected. */
export interface Failure {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  readonly trace: readonly string[];
}

/** How many places of one rule some case decides: its comparisons, or the whole of a scoring rule that has none. `rule`: the scoring rule or stage; null where the file is one rule. */
export interface RuleProof {
  readonly rule: string | null;
  readonly places: number;
  readonly proven: number;
}

/** What the cases of one rule file say about it. */
export interface Tested {
  /** The id of the rule file, or `stages`. */
  readonly of: string;
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** Missing cases, and comparisons that no case needs. */
  readonly problems: readonly Problem[];
  /** Empty while a case fails: then nothing can be said about the places. */
  readonly proofs: readonly RuleProof[];
}

/**
 * Runs the cases of one rule file, looks for a firing and a non-firing one of each rule, and changes the rule in each place.
 * `live`: is it among {@link testableRules}? Of a draft, nothing must be proven.
 */
export async function testRule({ of, live, cases }: RuleToTest, world: CaseWorld): Promise<Tested> {
  const own = { ...world, rulebook: rulebookForCases(world.rulebook, of) };
  const lived = cases.map(({ file, one }) => {
    const life = liveThrough(one, own);
    return { file, one, life, judgement: judgeCase(one, of, life) };
  });
  const failures: Failure[] = [];
  for (const { file, one, life, judgement } of lived) {
    if (judgement.passed) continue;
    const { expected, got } = judgement;
    const { line, column, name } = one;
    failures.push({ file, line, column, name, expected, got, trace: await traceCase(one, of, life, own) });
  }
  const missing = live ? missingCases(of, world.rulebook, lived.map(({ judgement }) => judgement)) : [];
  const mutants = failures.length > 0 || cases.length === 0 ? [] : mutantsOf(world.rulebook, of);
  const survivors = mutants.filter((mutant) => survives(mutant, of, cases, world));
  const unproven = live ? survivors.map((mutant) => unneeded(mutant, of)) : [];
  return { of, cases: cases.length, failures, problems: [...missing, ...unproven], proofs: proofsOf(mutants, survivors) };
}

/** Ids of the live rule files in which something can fire, `stages` last; all of them need cases. */
export function testableRules(rulebook: Rulebook): string[] {
  const live = [...rulebook.segments, ...rulebook.models, ...rulebook.journeys].filter(({ status }) => status === 'live').map(({ id }) => id);
  return [...live.sort(), 'stages'].filter((of) => firingPlaces(rulebook, of).length > 0);
}

function missingCases(of: string, rulebook: Rulebook, judgements: readonly Judgement[]): Problem[] {
  const file = `${of}.json`;
  const problem = (place: { line: number; column: number }, message: string, hint: string): Problem => {
    return { file, line: place.line, column: place.column, severity: 'error', message, hint };
  };
  if (judgements.length === 0) return [problem({ line: 1, column: 1 }, `${of} has no cases`, `Write ${of}.cases.json beside it.`)];
  return firingPlaces(rulebook, of).flatMap((place) => {
    const words = wordsFor(of, place.rule);
    const fires = judgements.filter(({ fired }) => fired.has(place.rule)).length;
    return [
      ...(fires === 0 ? [problem(place, `No case shows ${words.fires}`, `Add one to ${of}.cases.json.`)] : []),
      ...(fires === judgements.length ? [problem(place, `No case shows ${words.rests}`, `Add one to ${of}.cases.json.`)] : []),
    ];
  });
}

function wordsFor(of: string, rule: string | null): { fires: string; rests: string } {
  if (of.startsWith('segments/')) return { fires: 'a lead in the segment', rests: 'a lead outside the segment' };
  if (of.startsWith('journeys/')) return { fires: 'a touch that goes out', rests: 'a lead to whom nothing goes out' };
  const name = `"${String(rule)}"`;
  if (of === 'stages') return { fires: `a lead in the stage ${name}`, rests: `a lead outside the stage ${name}` };
  return { fires: `${name} giving points`, rests: `${name} giving none` };
}

/** Do all cases come out as expected although the rule was changed? */
function survives(mutant: Mutant, of: string, cases: readonly PlacedCase[], world: CaseWorld): boolean {
  const rulebook = mutant.rulebook();
  return cases.every(({ one }) => judgeCase(one, of, liveThrough(one, { ...world, rulebook })).passed);
}

function unneeded({ file, line, column, rule, leaf }: Mutant, of: string): Problem {
  const message = leaf ? `No case needs this: ${leafInWords(leaf)}` : `No case needs the rule "${String(rule)}"`;
  const change = leaf ? 'Turned into its opposite' : 'Without it';
  return { file, line, column, severity: 'error', message, hint: `${change}, every case of ${of} still passes: add one that it decides.` };
}

function proofsOf(mutants: readonly Mutant[], survivors: readonly Mutant[]): RuleProof[] {
  const rules = [...new Set(mutants.map(({ rule }) => rule))];
  return rules.map((rule) => {
    const places = mutants.filter((mutant) => mutant.rule === rule).length;
    return { rule, places, proven: places - survivors.filter((mutant) => mutant.rule === rule).length };
  });
}
