import { checkDuplicates } from './check-duplicates.ts';
import { factKey } from '../load/check-guards.ts';
import type { OwnedCondition } from '../load/check-loops.ts';
import { checkPassedStages } from './check-passed-stages.ts';
import { type Finding, findDead, type Judges } from './find-dead.ts';
import { type JsonPath, problemAt } from '../load/json-file.ts';
import { Judge } from './judge.ts';
import { NormalForms } from './normal-form.ts';
import type { Placed, ParsedRules } from '../load/parse-rules.ts';
import { type Deciding, sayDead } from './say-dead.ts';
import type { Condition, Problem } from '../language/types.ts';

/** For all files together, so that the check ends soon whatever is written; 300 random segments with references take 12,000. */
const MOST_STEPS = 65_536;

/**
 * Rules that never hold, rules that always hold, comparisons that change nothing, and rules that are written twice: only what
 * is proven, and only about files in which nothing else is wrong. `found` are the errors that are known already.
 */
export function checkDead(parsed: ParsedRules, conditions: readonly OwnedCondition[], found: readonly Problem[]): Problem[] {
  const sound = withoutErrors(parsed, found);
  const forms = new NormalForms(new Map(sound.segments.map(({ rule }) => [rule.id, rule.conditions])));
  const judges: Judges = { strict: new Judge({ names: sound.names, byPlan: false }), byPlan: new Judge({ names: sound.names, byPlan: true }) };
  const budget = { steps: MOST_STEPS };
  const retired = new Set([...parsed.segments, ...parsed.models].flatMap(({ rule }) => (rule.status === 'retired' ? [rule.id] : [])));
  const broken = filesWithErrors(found);
  const looked = conditions
    .filter(({ rule, file, condition }) => !('fact' in condition) && !retired.has(rule) && !broken.has(file.path))
    .map((owned) => {
      const form = forms.of(owned.condition, owned.path);
      return { owned, form, findings: findDead(form, judges, budget).filter((finding) => !isMeant(finding, owned.condition)) };
    });
  const told = new Set(looked.flatMap(({ owned, findings }) => (findings.some(isWhole) ? [owned.rule] : [])));
  const problems = looked.flatMap(({ owned, findings }) =>
    findings.flatMap((finding) => (isTold(finding, told) ? [] : [problemOf(finding, owned, judges)])),
  );
  const stages = looked.filter(({ owned, findings }) => owned.rule === 'stage' && !(findings.some(isWhole) && owned.path.at(-1) === 'conditions'));
  return [...problems, ...checkPassedStages(stages, parsed.names.stages ?? [], { judge: judges.strict, budget }), ...checkDuplicates(sound, forms)];
}

/** Is it about the whole tree? */
function isWhole({ kind }: Finding): boolean {
  return kind === 'dead' || kind === 'always';
}

function problemOf(finding: Finding, { rule, file, path }: OwnedCondition, { strict, byPlan }: Judges): Problem {
  const said = sayDead(finding, decidedBy(rule, path), finding.byPlan ? byPlan : strict);
  return problemAt(file, said.path, said.message, said.hint, said.severity);
}

function decidedBy(rule: string, path: JsonPath): Deciding {
  if (rule !== 'stage') return rule.startsWith('segments/') ? 'segment' : 'points';
  if (path.at(-1) !== 'conditions') return 'guard';
  return path[1] === 0 ? 'first stage' : 'stage';
}

/** What is wrong with a segment is said once, in its own file, and not of everything that builds on it. */
function isTold({ cores }: Finding, told: ReadonlySet<string>): boolean {
  return cores.every((core) => {
    const [via = null] = core.map(({ written }) => written.via);
    return via !== null && told.has(via) && core.every(({ written }) => written.via === via);
  });
}

/** "Known or unknown" of one fact says on purpose that everybody is meant: nobody writes it by accident. */
function isMeant({ kind }: Finding, condition: Condition): boolean {
  if (kind !== 'always' || !('any' in condition)) return false;
  const leaves = condition.any.flatMap((one) => ('fact' in one ? [one] : []));
  const [first, second] = leaves;
  if (!first || !second || condition.any.length !== 2 || factKey(first) !== factKey(second)) return false;
  return leaves.some(({ operator }) => operator === 'isSet') && leaves.some(({ operator }) => operator === 'isNotSet');
}

function filesWithErrors(problems: readonly Problem[]): ReadonlySet<string> {
  return new Set(problems.flatMap(({ file, severity }) => (severity === 'error' ? [file] : [])));
}

/** A rule whose file has errors is as good as unknown: nothing is concluded from what it may not have meant. */
function withoutErrors(parsed: ParsedRules, found: readonly Problem[]): ParsedRules {
  const broken = filesWithErrors(found);
  const intact = <Rule>(rules: readonly Placed<Rule>[]): Placed<Rule>[] => rules.filter(({ file }) => !broken.has(file.path));
  const byId = <Rule extends { readonly id: string }>(rules: readonly Placed<Rule>[]): Map<string, Rule> => new Map(rules.map(({ rule }) => [rule.id, rule]));
  const [segments, models, journeys] = [intact(parsed.segments), intact(parsed.models), intact(parsed.journeys)];
  const names = {
    ...parsed.names,
    plan: broken.has('tracking-plan.json') ? null : parsed.names.plan,
    stages: broken.has('stages.json') ? null : parsed.names.stages,
    segments: byId(segments),
    models: byId(models),
  };
  return { ...parsed, segments, models, journeys, names };
}
