import { relative, resolve } from 'node:path';
import { AppError } from '@tendril/kernel';
import { loadRulebook, parseCases, type Problem, readRuleFolder } from '@tendril/rulebook';
import { caseWorld } from '@tendril/plan';
import { type PlacedCase, testableRules, testRule, type Tested } from './prove-rules.ts';
import { readCases } from './read-cases.ts';
import { countOf, sayProblems } from './say-problems.ts';
import type { World } from './world.ts';

/** What the command line may add to `rules test`. */
export interface TestOptions {
  readonly json?: boolean;
  /** Test this rule file only: `segments/x`, `stages`. */
  readonly only?: string;
}

/**
 * Runs all cases of a folder of rules, and proves that each live rule has a case in which it fires, one in which it does
 * not, and that each of its comparisons decides one. Answers 1 when a case fails or is missing, or a file is broken.
 */
export async function testRules(world: World, named: string | undefined, options: TestOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const { rulebook, problems } = loadRulebook(await readRuleFolder(folder));
  if (!rulebook) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    return report(world, shown, { broken: errors, tested: [] }, options);
  }
  const read = (await readCases(folder)).map((source) => parseCases(source, rulebook));
  const cases = read.flatMap(({ cases: one }) => one ?? []);
  const broken = read.flatMap((one) => one.problems);
  const live = testableRules(rulebook);
  const ids = chosen(options.only, [...new Set([...live, ...cases.map(({ of }) => of)])]);
  // A broken file may hold the very case that a rule seems to lack, so its rule waits until it is mended.
  const inBroken = new Set(broken.map(({ file }) => file.replace(/\.cases\.json$/, '')));
  const shared = caseWorld(rulebook);
  const tested: Tested[] = [];
  for (const of of ids.filter((id) => !inBroken.has(id))) {
    const own = cases.filter((one) => one.of === of).flatMap(({ file, cases: list }) => list.map((one): PlacedCase => ({ file, one })));
    tested.push(await testRule({ of, live: live.includes(of), cases: own }, shared));
  }
  return report(world, shown, { broken, tested }, options);
}

function chosen(only: string | undefined, ids: readonly string[]): readonly string[] {
  if (only === undefined) return ids;
  if (ids.includes(only)) return [only];
  throw new AppError('rule-unknown', `There is no rule file "${only}" that could be tested`, { field: 'only', hint: `There are: ${ids.join(', ')}.` });
}

interface Findings {
  /** What stands against the rule files, or against cases files. */
  readonly broken: readonly Problem[];
  readonly tested: readonly Tested[];
}

function report(world: World, folder: string, { broken, tested }: Findings, { json }: TestOptions): number {
  const failures = tested.flatMap((one) => one.failures);
  const problems = [...broken, ...tested.flatMap((one) => one.problems)];
  const ok = failures.length === 0 && problems.length === 0;
  if (json) {
    world.out(JSON.stringify({ ok, problems, failures, rules: tested.map(({ of, cases, proofs }) => ({ of, cases, proofs })) }));
    return ok ? 0 : 1;
  }
  for (const one of tested) sayTested(world, folder, one);
  sayProblems(world, folder, problems);
  const cases = tested.reduce((sum, one) => sum + one.cases, 0);
  world.out(`${countOf(cases, 'case')} of ${countOf(tested.length, 'rule file')}: ${countOf(failures.length, 'failure')}, ${countOf(problems.length, 'problem')}.`);
  return ok ? 0 : 1;
}

function sayTested(world: World, folder: string, { of, cases, failures, proofs }: Tested): void {
  const places = proofs.reduce((sum, one) => sum + one.places, 0);
  const proven = proofs.reduce((sum, one) => sum + one.proven, 0);
  const proof = places === 0 ? '' : `, ${proven} of ${countOf(places, 'place')} proven`;
  world.out(`${of}: ${cases - failures.length} of ${countOf(cases, 'case')} ${cases === 1 ? 'passes' : 'pass'}${proof}`);
  for (const { file, line, column, name, expected, got, trace } of failures) {
    world.out(`${folder}/${file}:${line}:${column}: failed: ${name}`);
    for (const text of [`expected: ${expected}`, `got:      ${got}`, ...trace]) world.out(`    ${text}`);
  }
}
