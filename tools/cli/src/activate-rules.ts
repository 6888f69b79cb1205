import { execFile } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@tendril/kernel';
import { z } from 'zod';
import { checkFolder } from './check-rules.ts';
import { connectToCore } from './core-client.ts';
import { countOf, sayProblems } from './say-problems.ts';
import type { World } from './world.ts';

/** What the core answers to POST /v1/rulebook and to a rollback. */
const Activated = z.object({
  hash: z.string(),
  gitRevision: z.string().nullable(),
  activated: z.boolean(),
  previous: z.string().nullable(),
  due: z.number(),
});

/** What the command line may add to `rules activate`. */
export interface ActivateOptions {
  readonly url?: string;
  readonly json?: boolean;
  /** Send files that no commit has. */
  readonly dirty?: boolean;
  readonly expect?: string;
  readonly reason?: string;
}

/** Checks a folder of rules, and makes it the rulebook of a running core. Answers 1, and sends nothing, when something must be mended. */
export async function activateRules(world: World, named: string | undefined, options: ActivateOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const { sources, problems, ok } = await checkFolder(folder);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!ok) {
    if (options.json) world.out(JSON.stringify({ ok, problems: errors }));
    else {
      sayProblems(world, shown, errors);
      world.out(`Nothing was sent: ${countOf(errors.length, 'error')} in ${shown}.`);
    }
    return 1;
  }
  const gitRevision = options.dirty ? null : await cleanRevision(folder, shown);
  const core = await connectToCore(world, options.url);
  const { expect, reason } = options;
  const body = { files: sources, gitRevision, ...(expect === undefined ? {} : { expect }), ...(reason === undefined ? {} : { reason }) };
  say(world, await core.post('/v1/rulebook', body, Activated), options.json);
  return 0;
}

/** What the command line may add to `rules rollback`. */
export interface RollbackOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly expect?: string;
  readonly reason?: string;
}

/** Has a running core return to the rulebook before, or to another that was active once. */
export async function rollBackRules(world: World, { url, json, ...body }: RollbackOptions): Promise<number> {
  const core = await connectToCore(world, url);
  const answer = await core.post('/v1/rulebook/rollback', body, Activated);
  if (!body.dryRun || json) say(world, answer, json);
  else world.out(`Would return to ${nameOf(answer)}. Active is ${short(answer.previous)}.`);
  return 0;
}

function say(world: World, answer: z.output<typeof Activated>, json: boolean | undefined): void {
  if (json) return world.out(JSON.stringify(answer));
  if (!answer.activated) return world.out(`Nothing changes: ${nameOf(answer)} is active already.`);
  const before = answer.previous === null ? 'There was none before' : `Before: ${short(answer.previous)}`;
  world.out(`Active: ${nameOf(answer)}. ${before}. ${countOf(answer.due, 'lead')} to evaluate anew.`);
}

const short = (hash: string | null): string => hash?.slice(0, 12) ?? 'none';

function nameOf({ hash, gitRevision }: { readonly hash: string; readonly gitRevision: string | null }): string {
  return `${short(hash)} (${gitRevision === null ? 'no git revision' : `git revision ${gitRevision.slice(0, 12)}`})`;
}

/** The commit that the folder is at. @throws AppError when the files are not those of a commit */
async function cleanRevision(folder: string, shown: string): Promise<string> {
  const hint = 'Commit first, so that every message can name the revision it follows from; or send it without one: --dirty.';
  const git = (...args: string[]) => promisify(execFile)('git', ['-C', folder, ...args]).then(({ stdout }) => stdout.trimEnd());
  const [revision, changes] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain', '--', '.')]).catch((cause: unknown) => {
    throw new AppError('revision-unknown', `${shown} is in no git repository that has a commit`, { hint, cause });
  });
  if (changes === '') return revision;
  const files = changes.split('\n').map((line) => line.slice(3));
  throw new AppError('rules-not-committed', `${shown} differs from its commit: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ' …' : ''}`, { hint });
}
