import { rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { closest } from '@tendril/events';
import { AppError, type JsonObject } from '@tendril/kernel';
import { loadRulebook, type Problem, readRuleFolder, type RuleSource } from '@tendril/rulebook';
import { fixSources } from './fix-rules.ts';
import { readCases } from './read-cases.ts';
import { FOLDERS, pathOf } from './rule-draft.ts';
import { idsIn } from './rule-copy.ts';
import { countOf, sayProblems } from './say-problems.ts';
import type { World } from './world.ts';

/** What the command line says of a rule that ends. */
export interface RetireOptions {
  readonly reason: string;
  readonly json?: boolean;
}

/**
 * Retires a rule: its file stays with the day and the reason, so that its id is never used again, and its cases go.
 * Refused while something live builds on it; then nothing is written.
 */
export async function retireRule(world: World, id: string, named: string | undefined, { reason, json }: RetireOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const sources = [...(await readRuleFolder(folder)), ...(await readCases(folder))];
  const path = pathOf(id);
  const casesPath = `${id}.cases.json`;
  const changed = retired(ruleFile(id, sources), { on: world.clock.now().toISOString().slice(0, 10), reason });
  const after = sources.flatMap((source) => (source.path === path ? { path, text: JSON.stringify(changed) } : source.path === casesPath ? [] : source));
  const errors = loadRulebook(after).problems.filter(({ severity }) => severity === 'error');
  const own = after.filter((source) => source.path === path || (source.path.startsWith(`${id}/`) && source.path.endsWith('.hbs')));
  const { fixed, problems } = errors.length > 0 ? { fixed: [], problems: errors } : await fixSources(own);
  const ok = problems.length === 0;
  const deleted = ok ? sources.filter((source) => source.path === casesPath).map((source) => source.path) : [];
  for (const file of fixed) await writeFile(join(folder, file.path), file.text);
  for (const file of deleted) await rm(join(folder, file));
  if (json) world.out(JSON.stringify({ ok, problems, files: fixed.map((file) => file.path), deleted }));
  else say(world, shown, { path, deleted, problems });
  return ok ? 0 : 1;
}

function say(world: World, shown: string, { path, deleted, problems }: { path: string; deleted: readonly string[]; problems: readonly Problem[] }): void {
  sayProblems(world, shown, problems);
  if (problems.length > 0) return world.out(`${countOf(problems.length, 'problem')}: nothing was written.`);
  world.out(`${shown}/${path}: retired`);
  for (const file of deleted) world.out(`${shown}/${file}: deleted`);
}

function ruleFile(id: string, sources: readonly RuleSource[]): JsonObject {
  const ids = Object.values(FOLDERS).flatMap((folder) => idsIn(folder, sources));
  if (!ids.includes(id)) {
    const meant = closest(id, ids);
    throw new AppError('rule-unknown', `There is no rule "${id}"`, { field: 'id', hint: meant ? `Did you mean "${meant}"?` : 'Write it with its folder: "segments/x".' });
  }
  return JSON.parse(sources.find(({ path }) => path === pathOf(id))?.text ?? '{}') as JsonObject;
}

function retired(file: JsonObject, end: JsonObject): JsonObject {
  if (file['status'] === 'retired') {
    const { on = '', reason = '' } = Object(file['retired']) as JsonObject;
    throw new AppError('retired-already', `"${String(file['id'])}" was retired on ${String(on)}`, { hint: `The reason: ${String(reason)}` });
  }
  const entries = Object.entries(file).flatMap(([key, value]) => (key === 'status' ? [['status', 'retired'] as const, ['retired', end] as const] : [[key, value] as const]));
  return Object.fromEntries(entries);
}
