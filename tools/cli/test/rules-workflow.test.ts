import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { typed } from './typed.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MARKER = '<!-- tendril rules plan -->';
const SLOW = 240_000;

/** Stands for GitHub: writes down each call and answers what the test laid ready; without an answer it fails. */
const GH = `#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$GH_FOLDER/calls"
for word in "$@"; do
  case $word in
    body=@*) cat "\${word#body=@}" >"$GH_FOLDER/said" ;;
    body=*) printf '%s' "\${word#body=}" >"$GH_FOLDER/said" ;;
  esac
done
[ -e "$GH_FOLDER/answer" ] || { echo 'HTTP 403' >&2; exit 1; }
[[ " $* " == *' --jq '* ]] && cat "$GH_FOLDER/answer"
exit 0
`;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tendril-workflow-'));
  await mkdir(join(home, 'base'));
  for (const part of ['rules', '.github']) await cp(join(ROOT, part), join(home, 'base', part), { recursive: true });
  await mkdir(join(home, 'bin'));
  await writeFile(join(home, 'bin/gh'), GH);
  await chmod(join(home, 'bin/gh'), 0o755);
  await writeFile(join(home, 'base/package.json'), JSON.stringify({ scripts: { tendril: `node "${join(ROOT, 'tools/run/node22.mjs')}" tendril` } }));
  await git('base', 'init', '--quiet', '--initial-branch=main');
  await git('base', 'add', '--all');
  await git('base', 'commit', '--quiet', '--message', 'base');
});
afterAll(() => rm(home, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** Runs a program in a folder of `home`, with the gh of the test. */
function execute(folder: string, program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|GIT_|INIT_CWD|TENDRIL_|GITHUB_)/.test(name)));
  const PATH = `${join(home, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: join(home, folder), env: { ...inherited, PATH, GITHUB_REPOSITORY: 'larkfield/nurture', ...env } });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.on('error', reject).on('close', (code) => resolve({ code, out }));
  });
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const { code, out } = await execute(folder, 'git', ['-c', 'user.name=Larkfield', '-c', 'user.email=growth@larkfield.example', ...args]);
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${out}`);
  return out;
}

async function edit(folder: string, file: string, change: (text: string) => string): Promise<void> {
  const path = join(home, folder, 'rules', file);
  const text = await readFile(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`${file} is not as the test expects`);
  await writeFile(path, changed);
}

/** The points of looks-at-prices, from 8 to 12. */
const moreForPrices = (folder: string): Promise<void> => edit(folder, 'scoring/engagement.json', (text) => text.replace(/("name": "looks-at-prices",\s+"points": )8/, '$112'));

const fix = async (folder: string): Promise<number> => (await typed(['rules', 'fix'], join(home, folder))).code;

/** The cases say what the points now are, and versions and locks are right: what an author does in the end. */
async function mended(folder: string): Promise<void> {
  await moreForPrices(folder);
  await edit(folder, 'scoring/engagement.cases.json', (text) =>
    text
      .replace('"points": 14, "rules": { "looks-at-prices": 8 }', '"points": 18, "rules": { "looks-at-prices": 12 }')
      .replace('"points": 4, "rules": { "looks-at-prices": 4 }', '"points": 6, "rules": { "looks-at-prices": 6 }')
      .replace('"points": 42, "grade": "warm"', '"points": 46, "grade": "hot"')
      .replace('"points": 50, "grade": "hot"', '"points": 58, "grade": "hot"'),
  );
  expect(await fix(folder)).toBe(0);
}

interface Change {
  readonly change: (folder: string) => Promise<void>;
  /** What the main branch has beyond the sample. */
  readonly main?: (folder: string) => Promise<void>;
}

/** What the pull request's comment would be, for a branch with such a change. */
async function effectOf(branch: string, { change, main }: Change): Promise<{ code: number | null; comment: string; summary: string }> {
  await git('.', 'clone', '--quiet', 'base', branch);
  await main?.(branch);
  await git(branch, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'main');
  await git(branch, 'checkout', '--quiet', '-b', branch);
  await change(branch);
  await git(branch, 'commit', '--quiet', '--all', '--message', branch);
  const summary = join(home, `${branch}.summary`);
  const { code } = await execute(branch, '.github/rules-effect.sh', ['main', 'comment.md'], { GITHUB_STEP_SUMMARY: summary });
  return { code, comment: await readFile(join(home, branch, 'comment.md'), 'utf8'), summary: await readFile(summary, 'utf8') };
}

describe.concurrent('rules-effect.sh', () => {
  it('says which cases fail, asks for mending, and shows the plan all the same', async ({ expect }) => {
    const { code, comment, summary } = await effectOf('unmended', { change: moreForPrices });
    expect([code, comment.startsWith(`${MARKER}\n\n### Cases fail, or something has no case\n\n    `)]).toEqual([1, true]);
    expect(comment).toMatch(/^ {4}rules\/scoring\/engagement\.cases\.json:\d+:\d+: failed: a look at the prices$/m);
    expect(comment).toContain('### Versions, locks or layout want mending\n\n    rules/scoring/engagement.json: ');
    expect(comment).toContain('\n\nAnswer `/fix`, and what can be mended is mended by a commit.\n\n');
    expect(comment).toContain('### At once: points');
    expect(comment.split(MARKER)).toHaveLength(2);
    expect(summary).toBe(comment);
  }, SLOW);

  it('is content with what was mended, and shows the plan only', async ({ expect }) => {
    const { code, comment } = await effectOf('mended', { change: mended });
    expect([code, comment]).toEqual([0, expect.stringMatching(new RegExp(`^${MARKER}\\n+\\*\\*\\d+ of .* leads change at once.*\\*\\*\\n`))]);
    expect(comment).not.toMatch(/want mending|Cases fail|Too much/);
    expect(comment).toMatch(/\| changed \| rules\/scoring\/engagement\.json:\d+ \| looks-at-prices: points 8 → 12 \|/);
    expect(comment).toContain('### At once: points');
  }, SLOW);

  it('shows mistakes with their places, and no plan', async ({ expect }) => {
    const { code, comment } = await effectOf('broken', { change: (folder) => edit(folder, 'segments/new-leads.json', (text) => text.replace('"version"', '"versoin"')) });
    expect([code, comment.startsWith(`${MARKER}\n\n### The rule files have mistakes\n\n    `)]).toEqual([1, true]);
    expect(comment).toMatch(/^ {4}rules\/segments\/new-leads\.json:\d+:\d+: error: .*versoin/m);
    expect(comment).toContain('What the change does is shown when the mistakes are mended.');
  }, SLOW);

  it('fails when a limit of the main branch is exceeded, and names it', async ({ expect }) => {
    const main = async (folder: string): Promise<void> => edit(folder, 'policies.json', (text) => text.replace('"entering": 0.2', '"entering": 0.01'));
    const { code, comment } = await effectOf('blast', { change: mended, main });
    expect([code, comment]).toEqual([1, expect.stringContaining('> **Too much at once.** blastLimits.entering: ')]);
    expect(comment).not.toMatch(/want mending|Cases fail/);
  }, SLOW);
});

/** A GitHub that answers so; without an answer every call fails. */
async function github(name: string, answer?: string) {
  const folder = join(home, `${name}.github`);
  await mkdir(folder, { recursive: true });
  if (answer !== undefined) await writeFile(join(folder, 'answer'), answer);
  return {
    env: { GH_FOLDER: folder },
    calls: async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n').map((call) => call.replace(/ --jq .*| --(raw-)?field .*/, '')),
    filters: async () => readFile(join(folder, 'calls'), 'utf8'),
    said: async () => readFile(join(folder, 'said'), 'utf8'),
  };
}

describe('post-comment.sh', () => {
  const comments = 'repos/larkfield/nurture/issues/7/comments';
  async function post(name: string, answer?: string) {
    await writeFile(join(home, 'comment.md'), `${MARKER}\n\n**@everyone**\n`);
    const hub = await github(name, answer);
    return { ...hub, ran: await execute('.', join(ROOT, '.github/post-comment.sh'), ['7', 'comment.md'], hub.env) };
  }

  it('writes a comment the first time', async () => {
    const { ran, calls, said, filters } = await post('first', '');
    expect([ran, await calls()]).toEqual([{ code: 0, out: '' }, [`api --paginate ${comments}`, `api ${comments}`]]);
    expect(await said()).toBe(`${MARKER}\n\n**@everyone**\n`);
    expect(await filters()).toContain(`.user.type == "Bot" and (.body | startswith("${MARKER}"))`);
  });

  it('replaces it the second time', async () => {
    const { ran, calls } = await post('second', '4711\n4712\n');
    expect([ran.code, await calls()]).toEqual([0, [`api --paginate ${comments}`, 'api --method PATCH repos/larkfield/nurture/issues/comments/4711']]);
  });

  it('only warns when it may not', async () => {
    const { ran, calls } = await post('forbidden');
    expect([ran.code, await calls()]).toEqual([0, [`api --paginate ${comments}`]]);
    expect(ran.out).toContain('::warning::The comment could not be posted');
  });
});

describe.concurrent('rules-fix.sh', () => {
  /** The main branch's program over a proposed checkout whose branch lies in `remote`. */
  async function mend(name: string, change: () => Promise<unknown>, head = `larkfield/nurture ${name}`) {
    await git('.', 'clone', '--quiet', '--bare', 'base', `${name}.remote`);
    await git('.', 'clone', '--quiet', `${name}.remote`, name);
    await change();
    await git(name, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'proposed');
    await git(name, 'push', '--quiet', 'origin', `HEAD:refs/heads/${name}`);
    await writeFile(join(home, name, 'package.json'), 'touched, and no rule');
    const hub = await github(name, head);
    const ran = await execute('base', '.github/rules-fix.sh', ['7', join('..', name)], hub.env);
    return { code: ran.code, said: await hub.said(), pushed: await git(`${name}.remote`, 'log', '--name-only', '--format=%an: %s', `main..${name}`) };
  }

  it('commits what it mended under rules/, and nothing else', async ({ expect }) => {
    const { code, said, pushed } = await mend('fixed', () => moreForPrices('fixed'));
    expect([code, said]).toEqual([0, expect.stringContaining('are mended by a commit')]);
    const [newest] = pushed.split('Larkfield: proposed');
    expect(newest?.trim().split(/\n+/)).toEqual(['github-actions[bot]: chore(rules): versions, locks and layout', 'rules/scoring/engagement.json']);
  }, SLOW);

  it('says what it cannot mend', async ({ expect }) => {
    const { code, said, pushed } = await mend('unreadable', () => edit('unreadable', 'stages.json', () => '{'));
    expect([code, said]).toEqual([1, expect.stringMatching(/^Nothing was mended:\n\n {4}.*rules\/stages\.json:1:\d+: error/)]);
    expect(pushed).not.toContain('chore(rules)');
  }, SLOW);

  it('says to a fork what to do there', async ({ expect }) => {
    const { code, said, pushed } = await mend('fork', () => moreForPrices('fork'), 'somebody/nurture fork');
    expect([code, said]).toEqual([0, expect.stringMatching(/^This branch is in a fork, .*`npm run tendril -- rules fix` there/)]);
    expect(pushed).not.toContain('chore(rules)');
  });
});

interface Job {
  readonly if: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, string | number | boolean>> }[];
}

describe('rules.yml', async () => {
  const { jobs, permissions } = parse(await readFile(join(ROOT, '.github/workflows/rules.yml'), 'utf8')) as { jobs: { effect: Job; fix: Job }; permissions: object };
  const runs = (job: Job): string[] => job.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));

  it('names scripts that are there and can be run', async () => {
    const scripts = [...runs(jobs.effect), ...runs(jobs.fix)].filter((run) => run !== 'npm ci').map((run) => run.split(' ')[0] ?? '');
    expect(scripts).toEqual(['.github/rules-effect.sh', '.github/post-comment.sh', '.github/rules-fix.sh']);
    for (const script of scripts) await access(join(ROOT, script), constants.X_OK);
  });

  it('gives the right to write to the main branch’s program only', () => {
    expect([permissions, jobs.effect.permissions['contents'], jobs.fix.permissions['contents']]).toEqual([{ contents: 'read' }, 'read', 'write']);
    const checkouts = jobs.fix.steps.flatMap((step, at) => (step.uses?.startsWith('actions/checkout@') ? [{ at, ...step.with }] : []));
    expect(checkouts).toEqual([
      { at: 0, ref: '${{ github.event.repository.default_branch }}', 'persist-credentials': false },
      { at: 3, ref: 'refs/pull/${{ github.event.issue.number }}/head', path: 'proposed' },
    ]);
    expect(runs(jobs.fix)).toEqual(['npm ci', '.github/rules-fix.sh "$PR" proposed']);
  });

  it('mends when somebody who may write answers /fix to a pull request, and on no other comment', () => {
    expect(jobs.effect.if).toBe("github.event_name == 'pull_request'");
    const parts = jobs.fix.if.trim().split(/\s*&&\s*/);
    expect(parts).toEqual([
      "github.event_name == 'issue_comment'",
      'github.event.issue.pull_request',
      "github.event.comment.body == '/fix'",
      `contains(fromJSON('["OWNER", "MEMBER", "COLLABORATOR"]'), github.event.comment.author_association)`,
    ]);
  });

  it('puts nothing that others wrote into a command', () => {
    for (const run of [...runs(jobs.effect), ...runs(jobs.fix)]) expect(run).not.toContain('${{');
  });
});
