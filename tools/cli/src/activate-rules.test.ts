import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeCore, playCore } from '../test/fake-core.ts';
import { typed } from '../test/typed.ts';

const HASH = 'a'.repeat(64);
const BEFORE = 'b'.repeat(64);

let folder: string;
let core: FakeCore;
let sent: { path: string; body: Record<string, unknown> }[];
let answer: object;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tendril-activate-'));
  await cp(join(import.meta.dirname, '../../../rules'), join(folder, 'rules'), { recursive: true });
  sent = [];
  answer = { hash: HASH, gitRevision: null, activated: true, previous: BEFORE, due: 400 };
  const hear = (path: string) => ({
    [`POST ${path}`]: ({ body }: { body: string }) => {
      sent.push({ path, body: JSON.parse(body) as Record<string, unknown> });
      return { status: 200, json: answer };
    },
  });
  core = await playCore({ ...hear('/v1/rulebook'), ...hear('/v1/rulebook/rollback') });
});
afterEach(async () => {
  await core.close();
  await rm(folder, { recursive: true });
});

const tendril = (...args: string[]) => typed(args, folder, { TENDRIL_KEY: 'secret', TENDRIL_URL: core.url });
const git = (...args: string[]): string => execFileSync('git', ['-C', folder, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();

function commit(): string {
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'rules');
  return git('rev-parse', 'HEAD');
}

describe('tendril rules activate', () => {
  it('sends the files and the revision of the commit, and says what was active before and how many leads are due', async () => {
    const revision = commit();
    answer = { ...answer, gitRevision: revision };
    const { code, out } = await tendril('rules', 'activate', '--expect', BEFORE, '--reason', 'release 12');
    expect([code, out]).toEqual([0, [`Active: aaaaaaaaaaaa (git revision ${revision.slice(0, 12)}). Before: bbbbbbbbbbbb. 400 leads to evaluate anew.`]]);
    expect(sent).toMatchObject([{ path: '/v1/rulebook', body: { gitRevision: revision, expect: BEFORE, reason: 'release 12' } }]);
    expect(sent[0]?.body['files']).toContainEqual({ path: 'stages.json', text: expect.stringContaining('"regression"') as string });
    expect((await tendril('rules', 'activate', 'rules', '--json')).out).toEqual([JSON.stringify(answer)]);
    expect(sent[1]?.body).not.toHaveProperty('expect');
  });

  it('of what is active already is no failure', async () => {
    commit();
    answer = { hash: HASH, gitRevision: 'abc', activated: false, previous: null, due: 0 };
    expect(await tendril('rules', 'activate')).toMatchObject({ code: 0, out: ['Nothing changes: aaaaaaaaaaaa (git revision abc) is active already.'] });
  });

  it('refuses files that no commit has, unless told to send them without a revision', async () => {
    expect(await tendril('rules', 'activate')).toMatchObject({ code: 1, err: expect.stringContaining('rules is in no git repository that has a commit') as string });
    commit();
    await writeFile(join(folder, 'elsewhere.txt'), 'not a rule');
    expect((await tendril('rules', 'activate')).code).toBe(0);
    await writeFile(join(folder, 'rules', 'README.md'), 'changed');
    const refused = await tendril('rules', 'activate');
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/^rules differs from its commit: rules\/README\.md\nCommit first/) as string });
    expect(sent).toHaveLength(1);
    expect((await tendril('rules', 'activate', '--dirty')).code).toBe(0);
    expect(sent[1]?.body).toMatchObject({ gitRevision: null });
  });

  it('checks first, and sends nothing that has an error', async () => {
    await writeFile(join(folder, 'rules', 'stages.json'), '{ "regression": "sometimes", "stages": [] }');
    commit();
    const { code, out } = await tendril('rules', 'activate');
    expect([code, out[0], out.at(-1)]).toEqual([1, expect.stringMatching(/^rules\/stages\.json:1:\d+: error: /), expect.stringMatching(/^Nothing was sent: \d errors in rules\.$/)]);
    expect(JSON.parse((await tendril('rules', 'activate', '--json')).out[0] ?? '')).toMatchObject({ ok: false, problems: [{ file: 'stages.json' }, {}] });
    expect(sent).toEqual([]);
  });

  it('passes on in words that somebody else was faster', async () => {
    commit();
    const problem = { status: 412, code: 'rulebook-changed', detail: 'Another rulebook was activated meanwhile', hint: 'Look at it.' };
    const other = await playCore({ 'POST /v1/rulebook': () => ({ status: 412, json: problem }) });
    const { code, err } = await tendril('rules', 'activate', '--url', other.url);
    await other.close();
    expect([code, err]).toEqual([1, 'Another rulebook was activated meanwhile\nLook at it.']);
  });
});

describe('tendril rules rollback', () => {
  it('has the core return, or says where it would', async () => {
    const { code, out } = await tendril('rules', 'rollback', '--reason', 'too many mails');
    expect([code, out]).toEqual([0, ['Active: aaaaaaaaaaaa (no git revision). Before: bbbbbbbbbbbb. 400 leads to evaluate anew.']]);
    answer = { ...answer, activated: false, due: 0 };
    expect((await tendril('rules', 'rollback', '--to', 'abc1234', '--dry-run')).out).toEqual(['Would return to aaaaaaaaaaaa (no git revision). Active is bbbbbbbbbbbb.']);
    expect(sent.map(({ body }) => body)).toEqual([{ reason: 'too many mails' }, { to: 'abc1234', dryRun: true }]);
  });
});
