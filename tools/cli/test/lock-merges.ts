import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, seededRandom } from '@tendril/kernel';

/** Where the locks of rules are kept: one sorted file with a line a rule, or each rule's in its own file. */
export type Layout = 'one file' | 'each its own';

/** What one pull request does to one rule. */
export interface Change {
  readonly rule: string;
  readonly does: 'change' | 'add' | 'remove';
}

/** The rules of a repository, by name, and the number that stands for each one's version and hash. */
type Rules = ReadonlyMap<string, number>;

/** Merging without a work tree came with git 2.38. */
export function gitCanMergeTrees(): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38);
}

/** How many of so many pairs of pull requests on different rules could not be merged by git. */
export interface Conflicts {
  readonly pairs: number;
  readonly conflicts: number;
}

/**
 * Makes `rules` rules in a real git repository, then random pairs of pull requests on different rules, and merges each pair
 * with `git merge-tree`. `pick` chooses the two changes.
 */
export function measureMerges(layout: Layout, rules: number, pairs: number, pick: (random: Random, names: readonly string[]) => [Change, Change]): Conflicts {
  const folder = mkdtempSync(join(tmpdir(), 'tendril-merges-'));
  try {
    const git = (args: readonly string[], input?: string): string => execFileSync('git', ['-C', folder, ...args], { input, encoding: 'utf8' });
    git(['init', '--quiet', '--bare']);
    const random = seededRandom(1);
    const base: Rules = new Map(Array.from({ length: rules }, (_, at) => [nameOf(at * 10), 0]));
    const commits: Rules[] = [base];
    for (let pair = 0; pair < pairs; pair++) {
      for (const change of pick(random, [...base.keys()])) commits.push(changed(base, change, commits.length));
    }
    git(['fast-import', '--quiet'], commits.map((state, at) => commit(at, filesOf(state, layout))).join(''));
    let conflicts = 0;
    for (let pair = 0; pair < pairs; pair++) conflicts += merges(git, 2 * pair + 1, 2 * pair + 2) ? 0 : 1;
    return { pairs, conflicts };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function merges(git: (args: readonly string[]) => string, ours: number, theirs: number): boolean {
  try {
    git(['merge-tree', '--write-tree', '--no-messages', `refs/heads/b${ours}`, `refs/heads/b${theirs}`]);
    return true;
  } catch (error) {
    if ((error as { status?: number }).status === 1) return false;
    throw error;
  }
}

/** Every name has room for nine new ones behind it. */
export function nameOf(at: number): string {
  return `segments/${String(at).padStart(6, '0')}`;
}

function changed(base: Rules, { rule, does }: Change, mark: number): Rules {
  const after = new Map(base);
  if (does === 'remove') after.delete(rule);
  else after.set(rule, mark);
  return after;
}

function filesOf(rules: Rules, layout: Layout): [path: string, text: string][] {
  const sorted = [...rules].sort(([a], [b]) => (a < b ? -1 : 1));
  const lock = (mark: number): string => `${mark + 1}-${String(mark * 7919).padStart(12, '0')}`;
  const own = sorted.map(([rule, mark]): [string, string] => [
    `${rule}.json`,
    `{\n  "id": "${rule}",\n${layout === 'one file' ? '' : `  "lock": "${lock(mark)}",\n`}  "value": ${mark}\n}\n`,
  ]);
  // A key stands for each line, without a comma at the end that the next line would change.
  const shared = sorted.map(([rule, mark]) => `"${rule}": "${lock(mark)}"\n`).join('');
  return layout === 'one file' ? [...own, ['rules.lock', shared]] : own;
}

function commit(at: number, files: readonly [path: string, text: string][]): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const blobs = files.map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join('');
  const parent = at === 0 ? '' : 'from refs/heads/b0\ndeleteall\n';
  return `commit refs/heads/b${at}\ncommitter Test <test@example.com> ${at} +0000\n${data(`b${at}`)}${parent}${blobs}\n`;
}

/** Two different rules changed, added or removed. `near`: neighbours in the sorted list, as two rules of one topic are by name. */
export function pickPair(does: readonly [Change['does'], Change['does']], near: boolean) {
  return (random: Random, names: readonly string[]): [Change, Change] => {
    const at = Math.floor(random() * (names.length - 1));
    const other = near ? at + 1 : (at + 1 + Math.floor(random() * (names.length - 1))) % names.length;
    const make = (place: number, what: Change['does'], offset: number): Change => ({ rule: nameOf(place * 10 + (what === 'add' ? offset : 0)), does: what });
    // A new rule that is a neighbour stands right behind the other one.
    return [make(at, does[0], 3), make(near && does[1] === 'add' ? at : other, does[1], 6)];
  };
}
