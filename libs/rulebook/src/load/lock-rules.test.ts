import { stableJson } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS } from '../../test/arbitraries.ts';
import { sampleSources } from '../../test/sample-rules.ts';
import { loadRulebook } from './load-rulebook.ts';
import { lockRules } from './lock-rules.ts';
import type { RuleSource } from '../language/types.ts';

/** The sample as `tendril rules fix` leaves it. */
const LOCKED = fixed(sampleSources());
const WITH_HEADER = LOCKED.filter(({ text }) => text.includes('"lock"')).map(({ path }) => path);

const SEGMENT = 'segments/healthcare.json';
const CONTENT = 'content/case-study/content.json';

function fixed(sources: readonly RuleSource[]): RuleSource[] {
  const { locked, problems } = lockRules(sources);
  expect(problems).toEqual([]);
  return sources.map((source) => locked.find(({ path }) => path === source.path) ?? source).map(({ path, text }) => ({ path, text }));
}

/** The locked sample with something else in one file. */
function edited(path: string, change: (file: Record<string, unknown>) => object): RuleSource[] {
  return LOCKED.map((source) => (source.path === path ? { path, text: JSON.stringify(change(JSON.parse(source.text) as Record<string, unknown>), null, 2) } : source));
}

const changes = (sources: readonly RuleSource[]) => lockRules(sources).locked.map(({ path, change }) => [path, change]);
const headerOf = (sources: readonly RuleSource[], path: string) =>
  JSON.parse(sources.find((source) => source.path === path)?.text ?? '') as { version: number; lock: string };

describe('lockRules', () => {
  it('locks new rules at their version, and leaves files without a header alone', () => {
    expect(changes(sampleSources()).map(([path]) => path)).toEqual(WITH_HEADER);
    expect(WITH_HEADER).toHaveLength(6);
    expect(changes(sampleSources())[0]?.[1]).toBe('version 1 is locked');
    expect(headerOf(LOCKED, SEGMENT).lock).toMatch(/^1-[0-9a-f]{12}$/);
    expect(Object.keys(headerOf(LOCKED, SEGMENT)).slice(0, 4)).toEqual(['$schema', 'id', 'version', 'lock']);
  });

  it('touches nothing that means what its lock says', () => {
    expect(lockRules(LOCKED)).toEqual({ locked: [], problems: [] });
  });

  it('raises the version of a rule that means something else', () => {
    const after = edited(SEGMENT, (file) => ({ ...file, status: 'draft' }));
    expect(changes(after)).toEqual([[SEGMENT, 'version 1 becomes 2']]);
    expect(headerOf(fixed(after), SEGMENT)).toMatchObject({ version: 2, lock: expect.stringMatching(/^2-/) as unknown });
  });

  it('writes both where they stand, in whatever order, however long they become', () => {
    const ninth = fixed(edited(SEGMENT, (file) => ({ ...file, version: 9 })));
    const turned = ninth.map((source) => {
      const { path, text } = source;
      return path === SEGMENT ? { path, text: JSON.stringify(Object.fromEntries(Object.entries({ ...(JSON.parse(text) as object), status: 'draft' }).reverse())) } : source;
    });
    const after = fixed(turned);
    expect(headerOf(after, SEGMENT)).toMatchObject({ version: 10, lock: expect.stringMatching(/^10-/) as unknown, status: 'draft', id: 'segments/healthcare' });
    const straight = fixed(ninth.map((source) => (source.path === SEGMENT ? { ...source, text: source.text.replace('live', 'draft') } : source)));
    expect(headerOf(straight, SEGMENT)).toEqual(headerOf(after, SEGMENT));
  });

  it('keeps a version that the author raised', () => {
    const after = edited(SEGMENT, (file) => ({ ...file, status: 'draft', version: 7 }));
    expect(changes(after)).toEqual([[SEGMENT, 'version 7 is locked']]);
  });

  it.each<[string, (file: Record<string, unknown>) => object]>([
    ['its title', (file) => ({ ...file, title: 'Other', owner: 'sales', why: 'Because', review: '2026-12-31' })],
    ['its doubts', (file) => ({ ...file, wrongWhen: ['a student asks'] })],
    ['the order of its keys', (file) => Object.fromEntries(Object.entries(file).reverse())],
  ])('does not call it a change of meaning to change %s', (_what, change) => {
    expect(changes(edited(SEGMENT, change))).toEqual([]);
  });

  it('does not count the doubts of a scoring rule', () => {
    const after = edited('scoring/engagement.json', (file) => ({ ...file, rules: (file['rules'] as object[]).map((rule) => ({ ...rule, wrongWhen: ['x'] })) }));
    expect(changes(after)).toEqual([]);
  });

  it('counts the words of a template, but not its line ends', () => {
    const template = (text: string) => LOCKED.map((source) => (source.path === 'content/case-study/email.hbs' ? { ...source, text } : source));
    expect(changes(template('<p>Good day</p>'))).toEqual([[CONTENT, 'version 1 becomes 2']]);
    const [unix, dos] = ['<p>\nHello</p>', '<p>\r\nHello</p>'].map((text) => headerOf(fixed(template(text)), CONTENT).lock);
    expect(dos).toBe(unix);
  });

  it.each<[string, RuleSource[], object]>([
    ['a version below the locked one', edited(SEGMENT, (file) => ({ ...file, version: 3, lock: '4-0123456789ab' })), { file: SEGMENT, line: 4, column: 14, message: 'Version 3 is below 4, which was locked' }],
    ['a lock that is none', edited(SEGMENT, (file) => ({ ...file, lock: 'x' })), { file: SEGMENT, line: 5, column: 11, message: 'This is no lock' }],
    ['broken JSON, wherever', [{ path: 'segments/a.cases.json', text: '{\n  "of": }' }], { file: 'segments/a.cases.json', line: 2, column: 9, message: 'A value is missing here' }],
  ])('refuses %s, with its place', (_what, sources, problem) => {
    expect(lockRules(sources).problems).toMatchObject([problem]);
  });

  it('leaves a header of the wrong form to the loader', () => {
    expect(lockRules(edited(SEGMENT, (file) => ({ ...file, version: '1', lock: undefined })))).toEqual({ locked: [], problems: [] });
  });

  it('never changes what rules mean, and has nothing left to do after it', () => {
    const change = fc.constantFrom<(file: Record<string, unknown>) => object>(
      (file) => ({ ...file, status: 'draft' }),
      (file) => ({ ...file, version: Number(file['version']) + 1 }),
      (file) => ({ ...file, title: '"lock": "' }),
      (file) => Object.fromEntries(Object.entries(file).filter(([key]) => key !== 'lock')),
      (file) => Object.fromEntries(Object.entries(file).reverse()),
    );
    fc.assert(
      fc.property(fc.constantFrom(...WITH_HEADER), fc.array(change, { maxLength: 3 }), (path, all) => {
        const before = edited(path, (file) => all.reduce<Record<string, unknown>>((now, one) => one(now) as Record<string, unknown>, file));
        const after = fixed(before);
        expect(lockRules(after)).toEqual({ locked: [], problems: [] });
        const meaning = (sources: readonly RuleSource[]) => {
          return sources.map(({ text }) => (text.startsWith('{') ? stableJson({ ...(JSON.parse(text) as object), version: 0, lock: 0 }) : text));
        };
        expect(meaning(after)).toEqual(meaning(before));
        expect(after.filter(({ text }, at) => text !== before[at]?.text).map((one) => one.path)).toEqual(lockRules(before).locked.map((one) => one.path));
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });
});

/** What the loader says, but for the sample's one old warning. */
function loaded(sources: readonly RuleSource[]) {
  const { rulebook, problems } = loadRulebook(sources);
  return { rulebook, problems: problems.filter(({ message }) => message !== 'This is false for leads who never did it') };
}

describe('rules check', () => {
  it('accepts locked rules without a word', () => {
    expect(loaded(LOCKED).problems).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    ['changed', { status: 'draft', version: 1 }, 'Changed since version 1 was locked', 'Run tendril rules fix.'],
    ['raised', { version: 2 }, 'Version 2 is not locked; 1 is', 'Run tendril rules fix.'],
  ])('warns of a rule that was %s since', (_what, change, message, hint) => {
    const { rulebook, problems } = loaded(edited('journeys/welcome.json', (file) => ({ ...file, ...change })));
    expect(rulebook).not.toBeNull();
    expect(problems).toMatchObject([{ file: 'journeys/welcome.json', line: 5, column: 11, severity: 'warning', message, hint }]);
  });

  it('warns of a version that went back', () => {
    const { problems } = loaded(edited('journeys/welcome.json', (file) => ({ ...file, lock: '2-0123456789ab' })));
    expect(problems).toMatchObject([{ severity: 'warning', message: 'Version 1 is below 2, which was locked', hint: expect.stringContaining('"version": 2') as unknown }]);
  });

  it.each<[string, object, string]>([
    ['retired without a reason', { status: 'retired' }, 'This does not say when and why the rule was retired'],
    ['live with a reason', { retired: { on: '2026-03-01', reason: 'x' } }, '"retired" stands in a live rule'],
  ])('refuses a rule that is %s', (_what, change, message) => {
    const { rulebook, problems } = loaded(edited('journeys/welcome.json', (file) => ({ ...file, ...change, lock: undefined })));
    expect(rulebook).toBeNull();
    expect(problems).toMatchObject([{ file: 'journeys/welcome.json', severity: 'error', message }]);
  });

  it('says of a retired rule that something needs when and why it went', () => {
    const retired = { status: 'retired', lock: undefined, retired: { on: '2026-03-01', reason: 'Two tracks were one too many' } };
    const { problems } = loaded(edited('content/case-study/content.json', (file) => ({ ...file, ...retired })));
    expect(problems).toMatchObject([{ message: 'The content "content/case-study" was retired on 2026-03-01', hint: expect.stringContaining('one too many') as unknown }]);
  });
});
