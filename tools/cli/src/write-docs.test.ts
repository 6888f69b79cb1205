import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRulebook, readRuleFolder } from '@tendril/rulebook';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BASICS, type Files, JOURNEY, SEGMENT, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';
import { allRules, ruleLinks } from './docs/rule-links.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 30);

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** The page of small rules, some files replaced. */
async function page(files: Files = {}): Promise<string> {
  const folder = await writeRules({ ...BASICS, ...SEGMENT, ...JOURNEY, ...files });
  folders.push(folder);
  expect(await typed(['rules', 'docs'], folder)).toMatchObject({ code: 0, out: ['rulebook.html is written: open it in a browser.'] });
  return readFile(join(folder, 'rulebook.html'), 'utf8');
}

async function samplePage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tendril-docs-'));
  folders.push(folder);
  const out = join(folder, 'page.html');
  expect(await typed(['rules', 'docs', join(ROOT, 'rules'), '--out', out], folder)).toMatchObject({ code: 0 });
  return readFile(out, 'utf8');
}

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);
const shops = (more: object): Files => ({ 'segments/shops.json': { ...(SEGMENT['segments/shops.json'] as object), ...more } });

/** Small rules that have the text wherever an author may write what he likes. */
function everywhere(text: string): Files {
  const plan = BASICS['tracking-plan.json'] as { events: object };
  const content = JOURNEY['content/hello/content.json'] as object;
  const retired = { ...(SEGMENT['segments/shops.json'] as object), id: 'segments/old', status: 'retired', retired: { on: '2026-03-01', reason: text } };
  const header = { version: 1, status: 'live', owner: text, title: text, why: text, wrongWhen: [text] };
  const leaf = { fact: 'lead', path: '$.industry', operator: 'equal', value: text };
  const name = { ...leaf, path: '$.firstName' };
  return {
    'segments/shops.json': { id: 'segments/shops', ...header, conditions: { all: [leaf, { not: { any: [{ ...name, operator: 'startsWith' }, name] } }, { ...name, operator: 'isSet', value: true }] } },
    'segments/shops.cases.json': undefined,
    'segments/old.json': retired,
    'scoring/points.json': {
      ...{ id: 'scoring/points', ...header, scale: { min: 0, max: 9 }, groups: { [text]: { max: 5 } }, grades: { [text]: 0 } },
      rules: [{ name: text, points: 5, group: text, per: { event: 'called' }, wrongWhen: [text] }],
    },
    'content/hello/content.json': { ...content, callToAction: { label: text, url: 'https://example.com/"><b>' } },
    'policies.json': { ...(BASICS['policies.json'] as object), company: { name: text, postalAddress: text, website: text }, topics: { news: { title: text } } },
    'stages.json': { regression: 'never', stages: [{ name: 'open', title: text }] },
    'tracking-plan.json': { ...plan, attributes: { industry: { type: 'string', meaning: text }, firstName: { type: 'string', meaning: text, values: [text, 'another'] } } },
  };
}

describe('tendril rules docs', () => {
  it('has a place for every rule, and no link that leads nowhere', async () => {
    const text = await samplePage();
    const places = all(text, / id="([^"]+)"/g);
    const { rulebook } = loadRulebook(await readRuleFolder(join(ROOT, 'rules')));
    if (!rulebook) throw new TypeError('the sample loads');
    for (const { id, title } of allRules(rulebook)) {
      expect(places).toContain(id);
      expect(text).toContain(`<h3>${title}</h3>`);
    }
    expect(new Set(places).size).toBe(places.length);
    for (const target of all(text, /href="#([^"]+)"/g)) expect(places).toContain(target);
  });

  it('needs nothing from elsewhere and runs nothing', async () => {
    const text = await samplePage();
    expect(text).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|href="(?!#)|url\(|@import|\son[a-z]+=/i);
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('draws every rule to the right of what it builds on', async () => {
    const text = await samplePage();
    const { rulebook } = loadRulebook(await readRuleFolder(join(ROOT, 'rules')));
    const picture = text.slice(text.indexOf('<svg class="graph"'), text.indexOf('</svg>'));
    const places = new Map([...picture.matchAll(/<title>([^:<]+)[^<]*<\/title><rect x="([\d.]+)"/g)].map(([, id = '', x]) => [id, Number(x)]));
    const place = (id: string): number => places.get(id.replace(/^event:/, '')) ?? NaN;
    const links = rulebook ? ruleLinks(rulebook) : [];
    expect(links.length).toBeGreaterThan(50);
    for (const { from, to } of links) expect([from, to, place(from) < place(to)]).toEqual([from, to, true]);
    expect(all(picture, /(class="edge)/g)).toHaveLength(links.length);
  });

  it('says conditions in words, who uses a rule, and how many cases show it', async () => {
    const text = await page();
    expect(text).toContain('<li>the lead’s industry is &quot;shop&quot;</li>');
    expect(text).toContain('<li><b>any of</b><ul><li>at least 1 visited in the last 7 days</li>');
    expect(text).toContain('· 3 cases</p>');
    expect(text).toContain('Used by <a href="#journeys/hello">journeys/hello</a>');
    expect(text).toContain('Sent by <a href="#journeys/hello">journeys/hello</a>');
    expect(text).toContain('A lead goes through it once. <a href="#content/hello">content/hello</a> goes out within 3 days, or not at all.');
    expect(text).toContain('Good day [firstName]! Reply STOP to opt out.');
  });

  it('says points, caps and how they fade, and shows the grades on the scale', async () => {
    const text = await samplePage();
    expect(text).toContain('<td class="number">+8</td><td><b>looks-at-prices</b><br>for each page_viewed (path begins with &quot;/pricing&quot;)');
    expect(text).toContain('<td class="number">−20</td>');
    for (const words of ['halve in 14 days', 'gone after 60 days', '100 % until 14 days, 50 % until 30 days, then none']) expect(text).toContain(words);
    expect(text).toContain('A group adds no more than its cap: web 40, content 25, message 20, product 35.');
    expect(text).toContain('aria-label="From 0 to 100 points: cold from 0, warm from 20, hot from 45"');
  });

  it('tells a review that is overdue from one that is not', async () => {
    expect(await page(shops({ review: '2026-03-09' }))).toContain('<span class="alarm">review overdue since 2026-03-09</span>');
    const due = await page(shops({ review: '2026-03-10' }));
    expect([due.includes('review by 2026-03-10'), due.includes('overdue')]).toEqual([true, false]);
  });

  it('lists what was retired with day and reason, and draws it no more', async () => {
    const text = await page({ ...shops({ status: 'retired', retired: { on: '2026-03-01', reason: 'nobody was in it' } }), 'segments/shops.cases.json': undefined });
    expect(text).toContain('<td>2026-03-01</td><td>nobody was in it</td>');
    expect(text).not.toContain('href="#segments/shops"');
  });

  it('shows a grade of two models', async () => {
    const model = (id: string, letter: string) => ({
      ...{ id, version: 1, status: 'live', owner: 'growth', title: id, scale: { min: 0, max: 9 }, grades: { [letter]: 0 } },
      rules: [{ name: 'calls', points: 5, per: { event: 'called' } }],
    });
    const both = { id: 'scoring/both', version: 1, status: 'live', owner: 'growth', title: 'Both', axes: ['scoring/a', 'scoring/b'] };
    const text = await page({ 'scoring/a.json': model('scoring/a', 'A'), 'scoring/b.json': model('scoring/b', '1'), 'scoring/both.json': both });
    expect(text).toContain('first that of <a href="#scoring/a">scoring/a</a>, then that of <a href="#scoring/b">scoring/b</a>');
    expect(text).toContain('<span class="soft">stay</span>');
  });

  it('escapes whatever an author writes', async () => {
    const hostile = fc.tuple(fc.string(), fc.constantFrom('<img src=x onerror=alert(1)>', '</title><script>', '"><b onload=1>', `' onclick='1`, '&lt;', '<!--')).map(([text, nasty]) => `x${text}${nasty}`);
    const signs = (html: string): number[] => ['<', '>', '"', "'"].map((sign) => html.split(sign).length);
    const plain = signs(await page(everywhere('harmless')));
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        expect(signs(await page(everywhere(text)))).toEqual(plain);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it('says to machines where the page is', async () => {
    const folder = await writeRules({ ...BASICS, ...SEGMENT });
    folders.push(folder);
    const { code, out } = await typed(['rules', 'docs', '--json'], folder);
    const { length } = await readFile(join(folder, 'rulebook.html'));
    expect([code, JSON.parse(out.join(''))]).toEqual([0, { ok: true, file: 'rulebook.html', bytes: length }]);
  });

  it('makes no page of rules that do not load', async () => {
    const folder = await writeRules({ ...BASICS, 'segments/a.json': '{}' });
    folders.push(folder);
    const { code, err } = await typed(['rules', 'docs'], folder);
    expect([code, err]).toEqual([1, expect.stringMatching(/^The rules in rules have \d+ errors, so there is no page of them\nSee tendril rules check\.$/)]);
  });
});
