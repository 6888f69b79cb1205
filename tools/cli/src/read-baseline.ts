import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '@tendril/kernel';
import { BASELINE_FILES, parseBaseline, type ParsedBaseline } from '@tendril/plan';

/**
 * Reads the two files of a baseline from their folder. Problems name a file as it is called there.
 *
 * @throws AppError when neither file is there
 */
export async function readBaseline(folder: string): Promise<ParsedBaseline> {
  const files = await Promise.all(BASELINE_FILES.map(async (path) => ({ path, text: await readFile(join(folder, basename(path)), 'utf8').catch(absent) })));
  const there = files.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
  if (there.length === 0) {
    throw new AppError('baseline-missing', `There is no baseline in ${folder}: no leads to show anything for`, {
      field: 'baseline',
      hint: 'Draw one from your database with "tendril rules baseline", name its folder with --baseline, or ask a running core: --url, and a lead by e-mail address or id.',
    });
  }
  const read = parseBaseline(there);
  return read.population ? read : { ...read, problems: read.problems.map((problem) => ({ ...problem, file: basename(problem.file) })) };
}

function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
