import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { lockRules, type Problem, readRuleFolder, type RuleSource } from '@tendril/rulebook';
import { formatRule } from './format-rule.ts';
import { readCases } from './read-cases.ts';
import { countOf, sayProblems } from './say-problems.ts';
import type { World } from './world.ts';

/** What the command line may add to `rules fix`. */
export interface FixOptions {
  /** Write nothing; answer 1 when there was something to write. */
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A file that is to be written, and why. */
interface Fixed extends RuleSource {
  readonly why: readonly string[];
}

/**
 * Mends versions, locks and layout of a folder's rule files and cases; templates are never touched. Nothing is written
 * while one file cannot be read or a version went back. Answers 1 then, and with `check` when a file is to be mended.
 */
export async function fixRules(world: World, named: string | undefined, { check = false, json }: FixOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const sources = [...(await readRuleFolder(folder)), ...(await readCases(folder))];
  const { fixed, problems } = await fixSources(sources);
  const ok = problems.length === 0 && !(check && fixed.length > 0);
  if (!check) for (const { path, text } of fixed) await writeFile(join(folder, path), text);
  if (json) {
    world.out(JSON.stringify({ ok, problems, files: fixed.map(({ path, why }) => ({ file: path, why })) }));
    return ok ? 0 : 1;
  }
  sayProblems(world, shown, problems);
  for (const { path, why } of fixed) world.out(`${shown}/${path}: ${why.join(', ')}`);
  world.out(summary(fixed.length, problems.length, check));
  return ok ? 0 : 1;
}

/** The files that are to be written, sorted by path; none while there are problems. */
export async function fixSources(sources: readonly RuleSource[]): Promise<{ fixed: Fixed[]; problems: Problem[] }> {
  const { locked, problems } = lockRules(sources.map(withPlainLines));
  if (problems.length > 0) return { fixed: [], problems };
  const changes = new Map(locked.map((one) => [one.path, one]));
  const files = sources.filter(({ path }) => path.endsWith('.json')).sort((a, b) => (a.path < b.path ? -1 : 1));
  const fixed: Fixed[] = [];
  for (const { path, text } of files) {
    const change = changes.get(path);
    const layout = (await formatRule(withPlainLines({ path, text }).text)) !== text;
    if (change || layout) {
      fixed.push({ path, text: await formatRule(change?.text ?? withPlainLines({ path, text }).text), why: [...(change ? [change.change] : []), ...(layout ? ['layout'] : [])] });
    }
  }
  return { fixed, problems };
}

/** Line ends of Windows and a byte order mark are layout, too: other readers refuse them. */
function withPlainLines({ path, text }: RuleSource): RuleSource {
  return { path, text: text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n') };
}

function summary(files: number, problems: number, check: boolean): string {
  if (problems > 0) return `${countOf(problems, 'problem')}: nothing was written.`;
  if (files === 0) return 'Versions, locks and layout are right.';
  return check ? `${countOf(files, 'file')} to mend: run tendril rules fix.` : `${countOf(files, 'file')} mended.`;
}
