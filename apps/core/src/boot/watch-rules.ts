import { createInterface } from 'node:readline/promises';
import { watch } from 'chokidar';
import { compileRulebook, planRulebook, type World } from '@tendril/flows';
import { planText } from '@tendril/plan';
import { readRuleFolder } from '@tendril/rulebook';
import { activeRulebook } from '@tendril/store';
import { PLAN_DAYS } from '../http/plan.controller.ts';
import { errorLines, paint, say } from './console.ts';
import { activateFiles } from './open-world.ts';

/** Milliseconds without a further save before a change is looked at: editors write several files at once. */
const QUIET_MS = 200;


/** What watching needs besides the world. */
export interface Watching {
  readonly folder: string;
  /** Asks a person; resolves to what was typed. Undefined where nobody can answer: then changes are shown, not applied. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Called after a change was applied. */
  readonly applied: () => void;
}

/** Watches the rules folder: each save prints who moves and what would be sent, and applies it on `y`. Returns how to stop. */
export function watchRules(world: World, watching: Watching): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  const watcher = watch(watching.folder, { ignoreInitial: true, ignored: (path) => /(^|[/\\])(schema|baseline|\.[^/\\]+)$/.test(path.slice(watching.folder.length)) });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(() => offerChange(world, watching));
    }, QUIET_MS);
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}

/** Looks at the folder as it is now, prints what it would change, and applies it if asked to. */
export async function offerChange(world: World, { folder, ask, applied }: Watching): Promise<void> {
  try {
    const next = compileRulebook({ files: await readRuleFolder(folder), gitRevision: null });
    const now = await activeRulebook(world.store.db);
    if (now?.hash === next.rulebook.hash) return;
    say();
    say(paint('bold', `The rules changed (${next.rulebook.hash.slice(0, 12)}).`));
    for (const line of planText(await planRulebook(world, next, PLAN_DAYS), 'rules')) say(line);
    if (!ask) return say('Nothing was applied: there is no terminal to answer on. Restart to apply it.');
    const answer = await ask('Apply this change? [y/N] ');
    if (answer.trim().toLowerCase() !== 'y') return say('Not applied.');
    await activateFiles(world, folder, 'rules folder');
    say(paint('green', 'Applied.'));
    applied();
  } catch (error) {
    say(paint('red', 'The rules changed, and cannot be used:'));
    for (const line of errorLines(error)) say(line);
  }
}

/** Asks on the terminal; undefined when there is none. */
export function terminal(): Watching['ask'] {
  if (!process.stdin.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
}
