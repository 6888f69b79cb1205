import { relative, resolve } from 'node:path';
import { contentProblems } from '@tendril/content';
import { loadRulebook, type Problem, readRuleFolder, type RuleSource } from '@tendril/rulebook';
import { countOf, sayProblems } from './say-problems.ts';
import type { World } from './world.ts';

/** Prints what is wrong in a folder of rules, as file:line:column with the remedy. Answers 1 when something must be mended. */
export async function checkRules(world: World, named: string | undefined, options: { readonly json?: boolean }): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const { sources, problems, ok } = await checkFolder(folder);
  if (options.json) world.out(JSON.stringify({ ok, problems }));
  else say(world, relative(world.folder, folder) || '.', sources.length, problems);
  return ok ? 0 : 1;
}

/** Reads a folder of rules and finds what is wrong in it. `ok`: no errors, though there may be warnings. */
export async function checkFolder(folder: string): Promise<{ sources: readonly RuleSource[]; problems: readonly Problem[]; ok: boolean }> {
  const sources = await readRuleFolder(folder);
  const { rulebook, problems: found } = loadRulebook(sources);
  const problems = [...found, ...(rulebook ? contentProblems(rulebook.content, rulebook.trackingPlan) : [])];
  return { sources, problems, ok: problems.every(({ severity }) => severity !== 'error') };
}

function say(world: World, folder: string, files: number, problems: readonly Problem[]): void {
  sayProblems(world, folder, problems);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  world.out(`${files} files in ${folder}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}.`);
}
