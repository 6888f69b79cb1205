import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readRuleFolder } from '@tendril/rulebook';
import { describe, expect, it } from 'vitest';
import { getLanguageService, type LanguageService, TextDocument } from 'vscode-json-languageservice';
import { z } from 'zod';

const ROOT = new URL('../../../', import.meta.url);
const Settings = z.object({ 'json.schemas': z.array(z.object({ fileMatch: z.array(z.string()), url: z.string() })) });
const associations = Settings.parse(JSON.parse(await readFile(new URL('.vscode/settings.json', ROOT), 'utf8')))['json.schemas'];

/** The part of VS Code that completes JSON and explains it, with the settings of this repository. */
const editor: LanguageService = getLanguageService({
  schemaRequestService: (uri) => readFile(fileURLToPath(uri), 'utf8'),
  workspaceContext: { resolveRelativePath: (path, resource) => new URL(path, resource).href },
});
editor.configure({
  validate: true,
  schemas: associations.map(({ fileMatch, url }) => ({ fileMatch: fileMatch.map((pattern) => pattern.replace(/^\//, '**/')), uri: new URL(url, ROOT).href })),
});

/** A file as it would be open; `▶` is the cursor. */
function opened(path: string, text: string) {
  const cursor = text.indexOf('▶');
  const document = TextDocument.create(new URL(path, ROOT).href, 'json', 1, text.replace('▶', ''));
  return { document, parsed: editor.parseJSONDocument(document), position: document.positionAt(Math.max(0, cursor)) };
}

async function completions(path: string, text: string): Promise<string[]> {
  const { document, parsed, position } = opened(path, text);
  return (await editor.doComplete(document, position, parsed))?.items.map(({ label }) => String(label)) ?? [];
}

async function hover(path: string, text: string): Promise<string> {
  const { document, parsed, position } = opened(path, text);
  return JSON.stringify((await editor.doHover(document, position, parsed))?.contents ?? '');
}

async function complaints(path: string, text: string): Promise<string[]> {
  const { document, parsed } = opened(path, text);
  return (await editor.doValidation(document, parsed)).map(({ message }) => (typeof message === 'string' ? message : message.value));
}

describe('VS Code, with the settings of this repository', () => {
  it('finds nothing wrong in the shipped rule files', async () => {
    const sources = await readRuleFolder(fileURLToPath(new URL('rules', ROOT)));
    for (const { path, text } of sources.filter((source) => source.path.endsWith('.json'))) {
      expect(await complaints(`rules/${path}`, text), path).toEqual([]);
    }
  });

  it.each(['segments/new.json', 'segments/clinics/new.json'])('completes a new file that does not name its schema yet: rules/%s', async (path) => {
    expect(await completions(`rules/${path}`, '{ ▶ }')).toEqual(expect.arrayContaining(['conditions', 'id', 'owner', 'status', 'title', 'version']));
  });

  it('completes operators, facts and kinds of decay', async () => {
    const segment = (leaf: string): string => `{ "$schema": "../schema/segment.json", "conditions": { "all": [ ${leaf} ] } }`;
    expect(await completions('rules/segments/x.json', segment('{ "fact": "eventCount", "operator": ▶ }'))).toEqual(expect.arrayContaining(['"atLeast"', '"equal"']));
    expect(await completions('rules/segments/x.json', segment('{ "fact": ▶ }'))).toEqual(expect.arrayContaining(['"eventCount"', '"lead"', '"score"']));
    const scoring = '{ "$schema": "../schema/scoring.json", "rules": [ { "name": "a", "points": 8, "per": { "event": "page_viewed" }, ▶ } ] }';
    expect(await completions('rules/scoring/x.json', scoring)).toEqual(expect.arrayContaining(['halfLife', 'max', 'group', 'wrongWhen']));
  });

  it('explains a key under the mouse', async () => {
    expect(await hover('rules/scoring/x.json', '{ "rules": [ { "name": "a", "points": 8, "▶halfLife": "14d", "per": { "event": "page_viewed" } } ] }')).toContain('halve');
    expect(await hover('rules/segments/x.json', '{ "▶status": "live" }')).toContain('live');
  });

  it('marks a misspelt key while it is typed', async () => {
    expect(await complaints('rules/scoring/x.json', '{ "scale": { "minn": 0, "max": 1 } }')).toEqual(expect.arrayContaining([expect.stringContaining('minn')]));
  });

  it('takes a cases file for one, not for the rule beside it', async () => {
    expect(await completions('rules/segments/x.cases.json', '{ ▶ }')).toEqual(expect.arrayContaining(['cases', 'of']));
    expect(await completions('rules/segments/x.cases.json', '{ ▶ }')).not.toContain('conditions');
  });
});
