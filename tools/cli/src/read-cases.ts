import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isCasesFile, type RuleSource } from '@tendril/rulebook';

/** Reads all `.cases.json` of a folder of rules, sorted by path. */
export async function readCases(folder: string): Promise<RuleSource[]> {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.map((path) => path.split(sep).join('/')).filter(isCasesFile).sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })));
}
