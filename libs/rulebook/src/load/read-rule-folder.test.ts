import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { sampleSources } from '../../test/sample-rules.ts';
import { loadRulebook } from './load-rulebook.ts';
import { readRuleFolder } from './read-rule-folder.ts';

const folders: string[] = [];

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tendril-rules-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

it('reads what the loader loads, and only that', async () => {
  const sources = sampleSources({ 'segments/deeper/one.json': 'x' });
  const others = { 'README.md': 'x', 'schema/segment.json': '{}', 'baseline/baseline.json': '{}', 'segments/a.cases.json': '{}', '.git/config.json': '{}' };
  const folder = await folderOf({ ...Object.fromEntries(sources.map(({ path, text }) => [path, text])), ...others });
  const read = await readRuleFolder(folder);
  expect(read).toEqual(sources.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  expect(loadRulebook(read).problems.find(({ severity }) => severity === 'error')?.file).toBe('segments/deeper/one.json');
});

it('names a folder that is not there', async () => {
  const reading = readRuleFolder(join(tmpdir(), 'no-such-rules'));
  await expect(reading).rejects.toMatchObject({ code: 'rules-unreadable', message: expect.stringContaining('no-such-rules') });
});
