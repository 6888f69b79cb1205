import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { BASICS, type Files, JOURNEY, SEGMENT, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function test(files: Files, ...options: string[]): Promise<{ code: number; text: string; out: readonly string[] }> {
  const folder = await writeRules({ ...BASICS, ...files });
  folders.push(folder);
  const { code, out, err } = await typed(['rules', 'test', ...options], folder);
  return { code, out, text: [...out, err].join('\n') };
}

interface CasesFile {
  readonly of: string;
  readonly cases: readonly object[];
}
const CASES = SEGMENT['segments/shops.cases.json'] as CasesFile;
const withCases = (change: (cases: readonly object[]) => readonly object[]): Files => ({
  ...SEGMENT,
  'segments/shops.cases.json': { ...CASES, cases: change(CASES.cases) },
});

describe('tendril rules test', () => {
  it('finds the sample rulebook proven: every rule fires and rests, every place decides a case', async () => {
    const { code, out } = await typed(['rules', 'test'], ROOT);
    expect([code, out.at(-1)]).toEqual([0, expect.stringMatching(/^1\d\d cases of \d+ rule files: no failures, no problems\.$/)]);
  });

  it('answers 0 when all is proven', async () => {
    const { code, out } = await test(SEGMENT);
    expect([code, out]).toEqual([0, ['segments/shops: 3 of 3 cases pass, 3 of 3 places proven', '3 cases of 1 rule file: no failures, no problems.']]);
  });

  it('shows a failing case with what was expected, what came, and each comparison with what it found', async () => {
    const { code, text } = await test(withCases(([first, ...rest]) => [{ ...first, zone: 'Europe/Berlin', expect: false }, ...rest]));
    expect(code).toBe(1);
    expect(text).toContain(
      [
        'segments/shops: 2 of 3 cases pass',
        'rules/segments/shops.cases.json:4:5: failed: a visit this week',
        '    expected: not in the segment',
        '    got:      in the segment',
        '    at 2026-03-02T09:00 Europe/Berlin:',
        '    yes segments/shops',
        '      yes all of',
        '        yes lead $.industry equal "shop": found "shop"',
        '        yes any of',
        '          yes eventCount {"event":"visited","within":"7d"} atLeast 1: found 1',
        '          no  eventCount {"event":"visited","within":"30d"} atLeast 2: found 1',
      ].join('\n'),
    );
  });

  it('names the comparison that no case needs, with its place', async () => {
    const unproven = await test(withCases((cases) => [cases[0] ?? {}, cases[2] ?? {}]));
    expect(unproven.code).toBe(1);
    expect(unproven.text).toContain(
      'rules/segments/shops.json:26:11: error: No case needs this: eventCount {"event":"visited","within":"30d"} atLeast 2\n' +
        '    Turned into its opposite, every case of segments/shops still passes: add one that it decides.',
    );
    expect(unproven.text).toContain('2 of 2 cases pass, 2 of 3 places proven');
  });

  it('holds references to other segments to the same', async () => {
    const segment = (id: string, ...all: object[]) => ({ ...(SEGMENT['segments/shops.json'] as object), id, conditions: { all } });
    const trade = { fact: 'lead', path: '$.industry', operator: 'equal', value: 'farm' };
    const cases = (of: string, ...wanted: [industry: string, expect: boolean][]) => ({
      of,
      cases: wanted.map(([industry, expected]) => ({ name: industry, lead: { industry }, expect: expected })),
    });
    const files: Files = {
      'segments/farms.json': segment('segments/farms', trade),
      'segments/farms.cases.json': cases('segments/farms', ['farm', true], ['mill', false]),
      'segments/rural.json': segment('segments/rural', { any: [{ condition: 'segments/farms' }, { ...trade, value: 'mill' }] }),
    };
    const proven = await test({ ...files, 'segments/rural.cases.json': cases('segments/rural', ['farm', true], ['bank', false]) });
    expect([proven.code, proven.out[1]]).toEqual([0, 'segments/rural: 2 of 2 cases pass, 2 of 2 places proven']);
    const unproven = await test({ ...files, 'segments/rural.cases.json': cases('segments/rural', ['mill', true]) });
    expect(unproven.text).toContain('No case needs this: segments/farms');
  });

  it('wants every scoring rule proven, those without comparisons too', async () => {
    const scored = (...cases: object[]): Files => ({
      'scoring/visits.json': {
        ...{ id: 'scoring/visits', version: 1, status: 'live', owner: 'growth', title: 'Visits', scale: { min: 0, max: 100 } },
        rules: [
          { name: 'visits', points: 4, max: 8, halfLife: '2d', per: { event: 'visited' } },
          { name: 'calls', points: 9, per: { event: 'called' } },
        ],
        grades: { A: 5, B: 0 },
      },
      'scoring/visits.cases.json': { of: 'scoring/visits', cases },
    });
    const visit = { name: 'a visit', timeline: [{ at: '2026-03-02T09:00', event: 'visited' }], now: '2026-03-04T09:00' };
    const call = { name: 'a call', timeline: [{ at: '2026-03-02T09:00', event: 'called' }], expect: { grade: 'A', rules: { visits: false } } };
    const proven = await test(scored({ ...visit, expect: { points: 2, rules: { visits: 2 } } }, call));
    expect([proven.code, proven.out[0]]).toEqual([0, 'scoring/visits: 2 of 2 cases pass, 2 of 2 places proven']);
    const unproven = await test(scored({ ...visit, expect: { grade: 'B' } }));
    expect(unproven.text).toContain('rules/scoring/visits.json:12:5: error: No case needs the rule "visits"\n    Without it, every case');
    expect(unproven.text).toContain('error: No case shows "calls" giving points');
    expect(unproven.text).toContain('error: No case shows "visits" giving none');
    const failing = await test(scored({ ...visit, expect: { points: 4 } }, call));
    expect(failing.text).toContain('    expected: points 4\n    got:      points 2\n    at 2026-03-04T09:00 UTC:\n    2 visits');
    expect(failing.text).toContain('\n      2 for the one of 2026-03-02T09:00:00.000Z\n    0 calls');
  });

  it('runs the cases of a grade of two models, which need none', async () => {
    const letters = (id: string, trade: string, grades: object) => ({
      ...{ id, version: 1, status: 'draft', owner: 'growth', title: id, scale: { min: 0, max: 9 }, grades },
      rules: [{ name: 'trade', points: 5, conditions: { all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: trade }] } }],
    });
    const files: Files = {
      'scoring/first.json': letters('scoring/first', 'shop', { A: 5, B: 0 }),
      'scoring/second.json': letters('scoring/second', 'shop', { 1: 5, 2: 0 }),
      'scoring/both.json': { id: 'scoring/both', version: 1, status: 'draft', owner: 'growth', title: 'Both', axes: ['scoring/first', 'scoring/second'] },
    };
    const cases = (grade: string) => ({ of: 'scoring/both', cases: [{ name: 'a shop', lead: { industry: 'shop' }, expect: { grade } }] });
    expect(await test({ ...files, 'scoring/both.cases.json': cases('A1') })).toMatchObject({ code: 0, out: ['scoring/both: 1 of 1 case passes', expect.anything()] });
    const failing = await test({ ...files, 'scoring/both.cases.json': cases('B1') });
    expect(failing.text).toContain('got:      grade A1\n    at 2026-01-01T00:00 UTC:\n    grade A by scoring/first\n    grade 1 by scoring/second');
    expect((await test({ ...files, 'scoring/both.cases.json': cases('A3') })).text).toContain('There is no grade "A3"');
  });

  it.each([
    ['fires', (cases: readonly object[]) => cases.slice(1), 'No case shows a lead in the segment'],
    ['rests', (cases: readonly object[]) => cases.slice(0, 1), 'No case shows a lead outside the segment'],
  ])('misses the case in which a rule %s', async (_what, change, message) => {
    const { code, text } = await test(withCases(change));
    expect([code, text]).toEqual([1, expect.stringContaining(`rules/segments/shops.json:1:1: error: ${message}\n    Add one to segments/shops.cases.json.`)]);
  });

  it('misses the cases of a live rule, but not of a draft', async () => {
    const alone = { 'segments/shops.json': SEGMENT['segments/shops.json'] };
    expect(await test(alone)).toMatchObject({ code: 1, text: expect.stringContaining('rules/segments/shops.json:1:1: error: segments/shops has no cases') });
    const draft = { 'segments/shops.json': { ...(SEGMENT['segments/shops.json'] as object), status: 'draft' } };
    expect(await test(draft)).toMatchObject({ code: 0 });
    expect(await test({ ...SEGMENT, ...draft })).toMatchObject({ code: 0, text: expect.stringContaining('3 of 3 cases pass') });
  });

  it('shows what is wrong in a cases file, and does not hold missing cases against its rule', async () => {
    const { code, out } = await test({ ...SEGMENT, 'segments/shops.cases.json': '{ "of": "segments/shops",\n  "cases": [ ], }' });
    expect(code).toBe(1);
    expect(out).toEqual([
      'rules/segments/shops.cases.json:2:15: error: A comma stands before a closing bracket',
      '    Remove the comma.',
      'no cases of no rule files: no failures, 1 problem.',
    ]);
  });

  it('shows what is wrong in the rules themselves', async () => {
    const { code, text } = await test({ ...SEGMENT, 'segments/shops.json': '{}' });
    expect([code, text]).toEqual([1, expect.stringContaining('rules/segments/shops.json:1:1: error:')]);
  });

  it('tests one rule file when asked, and guesses no other', async () => {
    expect(await test({ ...SEGMENT, ...JOURNEY }, '--only', 'segments/shops')).toMatchObject({ code: 0, out: [expect.anything(), '3 cases of 1 rule file: no failures, no problems.'] });
    expect(await test(SEGMENT, '--only', 'segments/shop')).toMatchObject({ code: 1, text: expect.stringContaining('There are: segments/shops.') });
  });

  it('prints one JSON object for machines', async () => {
    const { code, out } = await test(withCases((cases) => cases.slice(0, 2)), '--json');
    expect([code, out.map((line) => JSON.parse(line) as unknown)]).toEqual([
      0,
      [{ ok: true, problems: [], failures: [], rules: [{ of: 'segments/shops', cases: 2, proofs: [{ rule: null, places: 3, proven: 3 }] }] }],
    ]);
  });
});
