import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BASICS, JOURNEY, SEGMENT, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function small() {
  const folder = await writeRules({ ...BASICS, ...SEGMENT, ...JOURNEY });
  folders.push(folder);
  await typed(['rules', 'fix'], folder);
  return { folder, retire: (...args: string[]) => typed(['rules', 'retire', ...args], folder), read: (path: string) => readFile(join(folder, 'rules', path), 'utf8') };
}

describe('tendril rules retire', () => {
  it('keeps id, day and reason, deletes the cases, and leaves the folder in order', async () => {
    const { folder, retire, read } = await small();
    expect(await retire('segments/shops', '--reason', 'Nobody was in it')).toMatchObject({
      code: 0,
      out: ['rules/segments/shops.json: retired', 'rules/segments/shops.cases.json: deleted'],
    });
    const file = await read('segments/shops.json');
    expect(JSON.parse(file)).toMatchObject({ id: 'segments/shops', version: 2, status: 'retired', retired: { on: '2026-03-10', reason: 'Nobody was in it' } });
    await expect(access(join(folder, 'rules/segments/shops.cases.json'))).rejects.toThrow('ENOENT');
    for (const command of [['check'], ['fix', '--check']]) expect(await typed(['rules', ...command], folder)).toMatchObject({ code: 0 });
    expect((await typed(['rules', 'new', 'segment', 'shops'], folder)).err).toContain('in the way, retired on 2026-03-10: Nobody was in it');
    expect(await retire('segments/shops', '--reason', 'Again')).toMatchObject({ code: 1, err: '"segments/shops" was retired on 2026-03-10\nThe reason: Nobody was in it' });
  });

  it('refuses while something live builds on the rule, and writes nothing', async () => {
    const { retire, read } = await small();
    const before = await read('content/hello/content.json');
    const { code, out } = await retire('content/hello', '--reason', 'x');
    expect([code, out[0]]).toEqual([1, expect.stringMatching(/^rules\/journeys\/hello\.json:\d+:\d+: error: The content "content\/hello" was retired on 2026-03-10$/)]);
    expect(out.at(-1)).toBe('1 problem: nothing was written.');
    expect(await read('content/hello/content.json')).toBe(before);
  });

  it('ends content when the journey that sends it has ended', async () => {
    const { retire } = await small();
    for (const id of ['journeys/hello', 'content/hello']) expect(await retire(id, '--reason', 'x')).toMatchObject({ code: 0 });
  });

  it('says to machines what it wrote and deleted, or what stands against it', async () => {
    const { retire } = await small();
    const refused = await retire('content/hello', '--reason', 'x', '--json');
    expect([refused.code, JSON.parse(refused.out.join(''))]).toEqual([1, { ok: false, problems: [expect.objectContaining({ file: 'journeys/hello.json' })], files: [], deleted: [] }]);
    const done = await retire('segments/shops', '--reason', 'x', '--json');
    expect([done.code, JSON.parse(done.out.join(''))]).toEqual([0, { ok: true, problems: [], files: ['segments/shops.json'], deleted: ['segments/shops.cases.json'] }]);
  });

  it.each([
    [['segments/shop', '--reason', 'x'], 1, 'There is no rule "segments/shop"\nDid you mean "segments/shops"?'],
    [['stages', '--reason', 'x'], 1, 'There is no rule "stages"'],
    [['segments/shops'], 2, 'required option'],
  ])('refuses %j', async (args, code, message) => {
    const { retire } = await small();
    const seen = await retire(...args);
    expect([seen.code, seen.err]).toEqual([code, expect.stringContaining(message)]);
  });
});
