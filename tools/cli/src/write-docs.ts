import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { AppError } from '@tendril/kernel';
import { loadRulebook, parseCases, readRuleFolder } from '@tendril/rulebook';
import { rulebookPage } from './docs/rulebook-page.ts';
import { readCases } from './read-cases.ts';
import { countOf } from './say-problems.ts';
import type { World } from './world.ts';

/** What the command line may add to `rules docs`. */
export interface DocsOptions {
  /** The file to write; `rulebook.html` where the person stands. */
  readonly out?: string;
  readonly json?: boolean;
}

/** Writes a folder of rules as one HTML page for people, over an earlier one. */
export async function writeDocs(world: World, named: string | undefined, { out = 'rulebook.html', json }: DocsOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const { rulebook, problems } = loadRulebook(await readRuleFolder(folder));
  if (!rulebook) {
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    throw new AppError('rules-broken', `The rules in ${shown} have ${countOf(errors, 'error')}, so there is no page of them`, { hint: 'See tendril rules check.' });
  }
  const cases = new Map<string, number>();
  for (const source of await readCases(folder)) {
    const read = parseCases(source, rulebook).cases;
    if (read) cases.set(read.of, read.cases.length);
  }
  const file = resolve(world.folder, out);
  const page = rulebookPage({ rulebook, cases, today: world.clock.now().toISOString().slice(0, 10) });
  await writeFile(file, page);
  const written = relative(world.folder, file);
  if (json) world.out(JSON.stringify({ ok: true, file: written, bytes: Buffer.byteLength(page) }));
  else world.out(`${written} is written: open it in a browser.`);
  return 0;
}
