import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BASICS, type Files, JOURNEY, SEGMENT, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';
import { copyRule } from './rule-copy.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 20);

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function small(files: Files = {}): Promise<string> {
  const folder = await writeRules({ ...BASICS, ...files });
  folders.push(folder);
  await typed(['rules', 'fix'], folder);
  return folder;
}

/** A copy of the sample rulebook, to write in. */
async function sample(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tendril-rules-'));
  folders.push(folder);
  await cp(join(ROOT, 'rules'), join(folder, 'rules'), { recursive: true });
  return folder;
}

const create = (folder: string, ...args: string[]) => typed(['rules', 'new', ...args], folder);
const json = async (folder: string, path: string) => JSON.parse(await readFile(join(folder, 'rules', path), 'utf8')) as Record<string, unknown>;

interface Proof {
  readonly cases: number;
  readonly proofs: readonly { readonly places: number; readonly proven: number }[];
}

/** All commands are content with the folder, and the named rules' cases prove every place. */
async function expectAllWell(folder: string, proven: readonly string[]): Promise<void> {
  expect(await typed(['rules', 'check'], folder)).toMatchObject({ code: 0 });
  expect(await typed(['rules', 'fix', '--check'], folder)).toMatchObject({ code: 0 });
  for (const id of proven) {
    const { code, out } = await typed(['rules', 'test', '--json', '--only', id], folder);
    expect([id, code]).toEqual([id, 0]);
    const { rules } = JSON.parse(out[0] ?? '{}') as { rules: readonly Proof[] };
    expect(rules[0]?.cases).toBeGreaterThan(1);
    for (const { places, proven: shown } of rules[0]?.proofs ?? []) expect(shown).toBe(places);
  }
}

describe('tendril rules new', () => {
  it('makes a healthcare track like another one in one command', async () => {
    const folder = await sample();
    const { code, out } = await create(folder, 'track', 'healthcare', '--like', 'journeys/clinic-no-shows');
    expect([code, ...out.slice(0, 8)]).toEqual([
      0,
      'rules/journeys/healthcare.json',
      'rules/journeys/healthcare.cases.json',
      'rules/segments/healthcare.json',
      'rules/segments/healthcare.cases.json',
      'rules/content/healthcare/content.json',
      'rules/content/healthcare/email.hbs',
      'rules/content/healthcare/subject.hbs',
      '7 files made. Drafts reach nobody; their cases run all the same.',
    ]);
    expect(out.slice(8).map((line) => line.slice(0, 5))).toEqual(['Next:', '  1. ', '  2. ', '  3. ']);
    expect(await json(folder, 'journeys/healthcare.json')).toMatchObject({
      ...{ id: 'journeys/healthcare', version: 1, status: 'draft', title: 'Clinics: the guide to missed appointments (copy)' },
      entry: { segment: 'segments/healthcare' },
      steps: [{ touch: 'content/healthcare', channel: 'email' }],
    });
    expect(await json(folder, 'segments/healthcare.cases.json')).toMatchObject({ of: 'segments/healthcare' });
    await expectAllWell(folder, ['journeys/healthcare', 'segments/healthcare']);
  });

  it.each([
    ['segments/a', 'segment', 'a'],
    ['scoring/b', 'scoring', 'b'],
    ['', 'content', 'c'],
    ['segments/d', 'track', 'd'],
    ['journeys/e', 'journey', 'e'],
    ['segments/sales/f', 'segment', 'sales/f', '--like', 'sales-ready'],
    ['scoring/g', 'scoring', 'g', '--like', 'scoring/fit'],
    ['', 'content', 'h', '--like', 'sales-call'],
    ['journeys/i', 'journey', 'i', '--like', 'welcome'],
  ])('proves %s in the sample rulebook, made by %s %s', async (proven = '', ...args) => {
    const folder = await sample();
    expect(await create(folder, ...args)).toMatchObject({ code: 0, err: '' });
    await expectAllWell(folder, proven === '' ? [] : [proven]);
    if (proven === 'segments/sales/f') expect(await json(folder, 'segments/sales/f.json')).toMatchObject({ $schema: '../../schema/segment.json' });
  });

  it('fits whatever the tracking plan of a folder declares', async () => {
    const property = fc.record(
      {
        type: fc.constantFrom('string', 'number', 'boolean', 'date', 'strings'),
        personal: fc.boolean(),
        required: fc.boolean(),
        values: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      },
      { requiredKeys: ['type'] },
    );
    const declared = property.map(({ values, ...rest }) => ({ meaning: 'x', ...rest, ...(values && rest.type.startsWith('string') ? { values } : {}) }));
    const named = fc.dictionary(fc.constantFrom('firstName', 'path', 'size', 'lead'), declared);
    const event = fc.record({ meaning: fc.constant('x'), properties: named, outcome: fc.constant({ value: 1 }) }, { requiredKeys: ['meaning'] });
    const plan = fc.record({ attributes: named, events: fc.dictionary(fc.constantFrom('visited', 'won', 'called_us'), event) });
    await fc.assert(
      fc.asyncProperty(plan, async (trackingPlan) => {
        const folder = await small({ 'tracking-plan.json': trackingPlan });
        for (const args of [['track', 'a'], ['scoring', 'b']]) expect(await create(folder, ...args)).toMatchObject({ code: 0, err: '' });
        await expectAllWell(folder, ['segments/a', 'journeys/a', 'scoring/b']);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it('asks for no personal attribute', async () => {
    const folder = await small({ 'tracking-plan.json': { attributes: { a: { type: 'string', meaning: 'x', personal: true }, b: { type: 'boolean', meaning: 'x' } }, events: {} } });
    await create(folder, 'segment', 'a');
    expect(await json(folder, 'segments/a.json')).toMatchObject({ conditions: { all: [{ path: '$.b' }, { params: { event: 'message_clicked' } }] } });
  });

  it('copies the templates of a track, whatever channel they are for', async () => {
    const folder = await small({ ...SEGMENT, ...JOURNEY });
    expect((await create(folder, 'track', 'b', '--like', 'hello', '--json')).out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ok: true, files: ['journeys/b.json', 'segments/b.json', 'segments/b.cases.json', 'content/b/content.json', 'content/b/sms.hbs'], leftOut: [] },
    ]);
    expect(await typed(['rules', 'fix', '--check'], folder)).toMatchObject({ code: 0 });
  });

  it('names each content of a longer track after its model', () => {
    const touches = ['content/guide', 'content/offer', 'content/guide'].map((touch, at) => ({ id: `step-${at}`, touch }));
    const sources = [
      ['journeys/a.json', { id: 'journeys/a', entry: { segment: 'segments/a' }, steps: touches }],
      ...['guide', 'offer'].map((name): [string, object] => [`content/${name}/content.json`, { id: `content/${name}` }]),
    ].map(([path, file]) => ({ path: String(path), text: JSON.stringify(file) }));
    const copies = copyRule('track', 'b', 'a', [...sources, { path: 'segments/a.json', text: '{ "id": "segments/a" }' }]);
    expect(copies.map(({ id }) => id)).toEqual(['journeys/b', 'segments/b', 'content/b-guide', 'content/b-offer']);
    expect(copies[0]?.body).toMatchObject({ entry: { segment: 'segments/b' }, steps: [{ touch: 'content/b-guide' }, { touch: 'content/b-offer' }, { touch: 'content/b-guide' }] });
  });

  it('leaves out cases that do not hold for the copy, and says which', async () => {
    const cases = { ...(SEGMENT['segments/shops.cases.json'] as { of: string; cases: object[] }) };
    const [first, ...rest] = cases.cases;
    const folder = await small({ ...SEGMENT, 'segments/shops.cases.json': { ...cases, cases: [{ ...first, expect: false }, ...rest] } });
    const { code, out } = await create(folder, 'segment', 'b', '--like', 'shops');
    expect([code, out[2]]).toEqual([0, 'left out, because it does not hold for the copy: segments/b: a visit this week']);
    expect((await json(folder, 'segments/b.cases.json'))['cases']).toHaveLength(2);
  });

  it.each<[string, string[], string, string]>([
    ['an id that cannot be one', ['segment', 'Größe & Co'], '"Größe & Co" cannot be an id', 'Write lower-case letters, digits and - only: grosse-co'],
    ['a kind that there is not', ['segmnt', 'a'], 'There is no kind of rule "segmnt"', 'Did you mean "segment"?'],
    ['a model that there is not', ['segment', 'a', '--like', 'shop'], 'There is no "shop" in segments/ to make one like it', 'Did you mean "segments/shops"?'],
    ['a model of another kind', ['track', 'a', '--like', 'segments/shops'], 'There is no "segments/shops" in journeys/', 'There are: journeys/hello.'],
    ['a name that is taken', ['track', 'shops'], 'rules/segments/shops.json is in the way', 'Choose another id; nothing was written.'],
    ['part of a name that is taken', ['content', 'hello'], 'rules/content/hello/content.json is in the way', 'nothing was written'],
    ['the name of a retired rule', ['segment', 'old'], 'rules/segments/old.json is in the way, retired on 2026-03-01: nobody was in it', 'Choose another id'],
  ])('refuses %s', async (_what, args, message, hint) => {
    const old = { ...(SEGMENT['segments/shops.json'] as object), id: 'segments/old', status: 'retired', retired: { on: '2026-03-01', reason: 'nobody was in it' } };
    const folder = await small({ ...SEGMENT, ...JOURNEY, 'segments/old.json': old });
    const { code, err } = await create(folder, ...args);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
    expect(err).toContain(hint);
    expect(await typed(['rules', 'fix', '--check'], folder)).toMatchObject({ code: 0 });
  });

  it('says what a folder lacks for it', async () => {
    expect((await create(await small(), 'journey', 'a')).err).toContain('Make all of it at once: tendril rules new track a');
    const noTopic = { 'policies.json': { ...(BASICS['policies.json'] as object), topics: {} } };
    expect((await create(await small(noTopic), 'track', 'a')).err).toContain('policies.json has no topic yet');
    const broken = await create(await small({ ...SEGMENT, 'segments/b.json': '{}' }), 'segment', 'c');
    expect(broken.err).toMatch(/The rules in rules have \d+ errors, so nothing can be added to them\nSee tendril rules check\./);
  });
});
