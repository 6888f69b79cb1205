import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRulebook, NO_TOUCHES, readRuleFolder, type RuleSource } from '@tendril/rulebook';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BASICS, type Files, JOURNEY, SEGMENT, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';
import { fixSources } from './fix-rules.ts';
import { formatRule } from './format-rule.ts';
import { readCases } from './read-cases.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 50);

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder of small rules, one file of which may be replaced; `fix` and `read` work in it. */
async function small(files: Files = {}) {
  const folder = await writeRules({ ...BASICS, ...SEGMENT, ...JOURNEY, ...files });
  folders.push(folder);
  return {
    fix: async (...options: string[]) => typed(['rules', 'fix', ...options], folder),
    read: (path: string) => readFile(join(folder, 'rules', path), 'utf8'),
    write: (path: string, text: string) => writeFile(join(folder, 'rules', path), text),
  };
}

const SHOPS = 'segments/shops.json';

describe('tendril rules fix', () => {
  it('finds nothing to mend in the sample rulebook', async () => {
    expect(await typed(['rules', 'fix', '--check'], ROOT)).toMatchObject({ code: 0, out: ['Versions, locks and layout are right.'] });
  });

  it('locks and lays out, says what it did, and has nothing left to do', async () => {
    const { fix, read, write } = await small();
    expect((await fix()).out).toContain('rules/segments/shops.json: version 1 is locked, layout');
    expect(await fix()).toMatchObject({ code: 0, out: ['Versions, locks and layout are right.'] });
    await write(SHOPS, (await read(SHOPS)).replace('"7d"', '"6d"'));
    expect(await fix()).toMatchObject({ code: 0, out: ['rules/segments/shops.json: version 1 becomes 2', '1 file mended.'] });
    expect(await read(SHOPS)).toMatch(/^ {2}"version": 2,\n {2}"lock": "2-[0-9a-f]{12}",$/m);
  });

  it('with --check writes nothing, names each file and why, and answers 1', async () => {
    const { fix, read } = await small();
    const before = await read(SHOPS);
    const { code, out } = await fix('--check');
    expect([code, out.at(-1)]).toEqual([1, '10 files to mend: run tendril rules fix.']);
    expect(out).toContain('rules/stages.json: layout');
    expect(await read(SHOPS)).toBe(before);
  });

  it('never touches a template, and raises the version of content whose words change', async () => {
    const { fix, read, write } = await small();
    await fix();
    const words = 'Good day {{lead.firstName}}!\r\n   Reply   STOP to opt out.';
    await write('content/hello/sms.hbs', words);
    expect((await fix()).out[0]).toBe('rules/content/hello/content.json: version 1 becomes 2');
    expect(await read('content/hello/sms.hbs')).toBe(words);
  });

  it.each<[string, Files, string]>([
    ['broken JSON', { 'segments/visitors.cases.json': '{\n  "of": "x",\n}' }, 'rules/segments/visitors.cases.json:2:12: error: A comma stands before a closing bracket'],
    ['a version that went back', { [SHOPS]: { ...(SEGMENT[SHOPS] as object), lock: '3-0123456789ab' } }, 'rules/segments/shops.json:3:14: error: Version 1 is below 3, which was locked'],
  ])('refuses %s and writes nothing at all', async (_what, files, message) => {
    const { fix, read } = await small(files);
    const before = await read('journeys/hello.json');
    const { code, out } = await fix();
    expect([code, out[0], out.at(-1)]).toEqual([1, message, '1 problem: nothing was written.']);
    expect(await read('journeys/hello.json')).toBe(before);
  });

  it('prints one JSON object for machines', async () => {
    const { fix } = await small();
    await fix();
    expect((await fix('--json')).out.map((line) => JSON.parse(line) as unknown)).toEqual([{ ok: true, problems: [], files: [] }]);
  });
});

const SAMPLE: readonly RuleSource[] = [...(await readRuleFolder(join(ROOT, 'rules'))), ...(await readCases(join(ROOT, 'rules')))];
const JSON_FILES = SAMPLE.filter(({ path }) => path.endsWith('.json'));

/** One of the sample's files with some numbers and texts replaced, keys dropped, laid out at random. */
const edited = fc
  .record({
    source: fc.constantFrom(...JSON_FILES),
    edits: fc.array(fc.record({ at: fc.nat(), value: fc.constantFrom<unknown>(0, 1, 3, 'draft', '7d', 'clinics', undefined) }), { maxLength: 3 }),
    indent: fc.constantFrom<string | number>('', 1, 4, '\t'),
    crlf: fc.boolean(),
  })
  .map(({ source, edits, indent, crlf }): RuleSource => {
    const file = JSON.parse(source.text) as object;
    for (const { at, value } of edits) replaceLeaf(file, at, value);
    const text = JSON.stringify(file, null, indent);
    return { path: source.path, text: crlf ? text.replaceAll('\n', '\r\n') : text };
  });

function replaceLeaf(file: object, at: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  JSON.stringify(file, function (this: Record<string, unknown>, key: string, inner: unknown) {
    if (typeof inner !== 'object' && key !== 'lock' && key !== 'version') places.push([this, key]);
    return inner;
  });
  const [object, key = ''] = places[at % places.length] ?? [];
  if (object) object[key] = value;
}

const inSample = (changed: readonly RuleSource[]): RuleSource[] => SAMPLE.map((source) => changed.find(({ path }) => path === source.path) ?? source);

/** What a folder of rules means: all that it loads to, and what it answers about a lead. */
function meaning(sources: readonly RuleSource[]): unknown {
  const { rulebook, problems } = loadRulebook(sources);
  if (!rulebook) return problems.filter(({ severity }) => severity === 'error').map(({ file, message }) => [file, message]);
  const { hash: _hash, sources: _sources, evaluate, ...rules } = rulebook;
  const events = [1, 2, 3, 9].map((day) => ({ type: 'page_viewed', at: new Date(Date.UTC(2026, 2, day)), properties: { path: '/pricing' } }));
  const lead = { id: 'a', attributes: { industry: 'clinics', role: 'operations' }, account: { employees: 80 }, events, stage: null, consents: {}, ...NO_TOUCHES };
  const text = JSON.stringify(rules, (key, value: unknown) => (key === 'version' || key === 'lock' ? undefined : value));
  return [JSON.parse(text), evaluate([lead], new Date('2026-03-10T09:00:00Z'))];
}

describe('fixSources', () => {
  it('mended twice is mended once, and means the same', async () => {
    const seen = { loads: 0, fails: 0 };
    await fc.assert(
      fc.asyncProperty(edited, async (file) => {
        // The loader refuses line ends of Windows, so the meaning is that of the file without them.
        const before = inSample([{ path: file.path, text: file.text.replaceAll('\r\n', '\n') }]);
        const own = inSample([file]).filter(({ path }) => path === file.path || path.endsWith('.hbs'));
        const { fixed, problems } = await fixSources(own);
        expect(problems).toEqual([]);
        const after = inSample([file]).map((source) => fixed.find(({ path }) => path === source.path) ?? source);
        expect((await fixSources(after.filter(({ path }) => path === file.path || path.endsWith('.hbs')))).fixed).toEqual([]);
        expect(meaning(after)).toEqual(meaning(before));
        seen[loadRulebook(after).rulebook ? 'loads' : 'fails'] += 1;
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(seen.loads, seen.fails)).toBeGreaterThan(RUNS / 20);
  }, 120_000);
});

describe('formatRule', () => {
  it('lays out by what a file says, however it was laid out before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom<string | number>('', 2, 7, '\t'), async (file, indent) => {
        const text = await formatRule(JSON.stringify(file));
        expect(await formatRule(JSON.stringify(file, null, indent))).toBe(text);
        expect(await formatRule(text)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(file)));
      }),
      { numRuns: RUNS * 3 },
    );
  }, 120_000);
});
