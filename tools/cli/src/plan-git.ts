import { spawn } from 'node:child_process';
import { AppError } from '@tendril/kernel';
import { isRuleFile, type RuleSource } from '@tendril/rulebook';

/** The main branch under its usual names; the merge base with the first that exists is what a change is compared with. */
const MAIN_BRANCHES = ['origin/main', 'main'];

/** Rule files as they are in a git revision. */
export interface RulesAtRef {
  readonly commit: string;
  /** Null when the folder does not exist there. */
  readonly sources: readonly RuleSource[] | null;
}

/**
 * Reads the rule files that a folder has in a git revision, from the repository that holds the folder, wherever it lies in
 * it. Without a revision: where the work branched off from the main branch.
 *
 * @throws AppError when there is no git, no repository, or no such revision
 */
export async function rulesAtRef(folder: string, ref: string | undefined): Promise<RulesAtRef> {
  const git = gitIn(folder);
  const prefix = text(await git(['rev-parse', '--show-prefix'])).trimEnd();
  const commit = ref === undefined ? await mergeBase(git) : await commitOf(git, ref);
  const listed = text(await git(['ls-tree', '-r', '-z', '--full-tree', commit, '--', prefix === '' ? '.' : prefix]));
  const files = listed.split('\0').flatMap((line): { readonly blob: string; readonly path: string }[] => {
    const [, kind, blob, full] = /^\d+ (\w+) (\w+)\t([^]*)$/.exec(line) ?? [];
    const path = full?.slice(prefix.length);
    return kind === 'blob' && blob && path && isRead(path) ? [{ blob, path }] : [];
  });
  if (files.length === 0) return { commit, sources: null };
  const texts = await readBlobs(git, files.map(({ blob }) => blob));
  return { commit, sources: files.map(({ path }, at) => ({ path, text: texts[at] ?? '' })) };
}

/** As the folder is read: no hidden files. */
function isRead(path: string): boolean {
  return isRuleFile(path) && !path.split('/').some((part) => part.startsWith('.'));
}

type Git = (args: readonly string[], input?: string) => Promise<Buffer>;

async function mergeBase(git: Git): Promise<string> {
  for (const branch of MAIN_BRANCHES) {
    const found = await git(['merge-base', 'HEAD', branch]).then(text, (error: unknown) => refused(error));
    if (found !== undefined) return found.trim();
  }
  throw new AppError('ref-missing', `There is nothing to compare with: neither ${MAIN_BRANCHES.join(' nor ')} shares a commit with this branch`, {
    hint: 'Name a git revision: --against HEAD. A clone that was made with a depth lacks the older commits: git fetch --unshallow.',
  });
}

/** Undefined for what git refused; anything else is thrown on. */
function refused(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'git-refused') return undefined;
  throw error;
}

async function commitOf(git: Git, ref: string): Promise<string> {
  const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).then(text, (error: unknown) => refused(error));
  if (found !== undefined) return found.trim();
  throw new AppError('ref-unknown', `There is no git revision "${ref}" here`, {
    field: 'against',
    hint: 'Name a branch, a tag or a commit; "git fetch" brings those of others.',
  });
}

/** All files in one call of git: its answers are "<blob> blob <bytes>", a line end, the bytes, a line end. */
async function readBlobs(git: Git, blobs: readonly string[]): Promise<string[]> {
  const answer = await git(['cat-file', '--batch'], blobs.map((blob) => `${blob}\n`).join(''));
  const texts: string[] = [];
  for (let at = 0; texts.length < blobs.length; ) {
    const end = answer.indexOf('\n', at);
    const bytes = Number(answer.toString('utf8', at, end).split(' ')[2]);
    if (end < 0 || !Number.isInteger(bytes)) throw new AppError('git-not-understood', 'git cat-file answered what cannot be read', { hint: 'Run "git fsck": an object may be missing.' });
    texts.push(answer.toString('utf8', end + 1, end + 1 + bytes));
    at = end + 1 + bytes + 1;
  }
  return texts;
}

function text(bytes: Buffer): string {
  return bytes.toString('utf8');
}

function gitIn(folder: string): Git {
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn('git', ['-C', folder, ...args], { stdio: 'pipe' });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (part: Buffer) => out.push(part));
      child.stderr.on('data', (part: Buffer) => err.push(part));
      child.on('error', (cause) => reject(notStarted(cause)));
      child.on('close', (code) => (code === 0 ? resolve(Buffer.concat(out)) : reject(gitError(folder, text(Buffer.concat(err))))));
      // git may end before it has read everything; what it says then is told by its exit code.
      child.stdin.on('error', () => undefined).end(input);
    });
}

function notStarted(cause: Error): AppError {
  return new AppError('git-missing', `git cannot be started: ${cause.message}`, {
    hint: 'Install git, or compare with what a running core has loaded: --url.',
    cause,
  });
}

function gitError(folder: string, said: string): AppError {
  if (said.includes('not a git repository')) {
    return new AppError('git-no-repository', `The folder ${folder} is in no git repository`, {
      hint: 'A plan compares with a git revision. Or compare with what a running core has loaded: --url.',
    });
  }
  return new AppError('git-refused', `git says: ${said.trim() || 'nothing, and failed'}`);
}
