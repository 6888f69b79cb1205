import { AppError, messageOf } from '@tendril/kernel';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isRuleFile } from './rule-files.ts';
import type { RuleSource } from '../language/types.ts';

/**
 * Reads all rule files of a folder, sorted by path. The only function of this room that touches the disk.
 *
 * @throws AppError `rules-unreadable` when the folder is missing or cannot be read.
 */
export async function readRuleFolder(folder: string): Promise<RuleSource[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new AppError('rules-unreadable', `The rules cannot be read from ${folder}: ${messageOf(error)}`, {
      hint: 'Name a folder that holds tracking-plan.json, policies.json, stages.json and connectors.json.',
      cause: error,
    });
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => isRuleFile(path) && !path.split('/').some((part) => part.startsWith('.')))
    .sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })));
}
