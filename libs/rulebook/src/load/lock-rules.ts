import { type JsonFile, parseJsonFile, problemAt, replaceIn } from './json-file.ts';
import { lockedVersion, lockOf, lowerVersionHint } from './rule-lock.ts';
import { sortSource } from './rule-files.ts';
import type { ContentRule, Problem, RuleSource } from '../language/types.ts';

/** A rule whose version or lock is to be another one. */
export interface Relocked extends RuleSource {
  /** What happens to it, in words: `version 3 becomes 4`. */
  readonly change: string;
}

const WITH_HEADER: readonly string[] = ['segment', 'scoring', 'journey', 'content'];

/**
 * Brings versions and locks in line with what the rules mean: a rule that means something else than its lock says gets the
 * next version, unless its author raised it already; a rule without a lock gets one. Answers the files that change, with
 * their new texts; layout is for whoever writes them. Any JSON may be among the sources: what cannot be read, and a version
 * below the locked one, are problems.
 */
export function lockRules(sources: readonly RuleSource[]): { locked: Relocked[]; problems: Problem[] } {
  const locked: Relocked[] = [];
  const problems: Problem[] = [];
  for (const source of sources.filter(({ path }) => path.endsWith('.json'))) {
    const { file, problems: broken } = parseJsonFile(source);
    problems.push(...broken);
    const sorted = sortSource(source);
    if (!file || !('kind' in sorted) || !WITH_HEADER.includes(sorted.kind) || source.path.endsWith('.cases.json')) continue;
    const answer = lockRule(file, sorted.kind === 'content' ? templatesOf(sorted.id, sources) : undefined);
    if (answer && 'change' in answer) locked.push(answer);
    else if (answer) problems.push(answer);
  }
  return { locked, problems };
}

function templatesOf(id: string, sources: readonly RuleSource[]): ContentRule['templates'] {
  const own = sources.filter(({ path }) => path.startsWith(`${id}/`) && path.endsWith('.hbs'));
  return Object.fromEntries(own.map(({ path, text }) => [path.slice(id.length + 1), text]));
}

/** Null when all is well, and when the header is not of the form that the loader asks for: then the loader says so. */
function lockRule(file: JsonFile, templates: ContentRule['templates'] | undefined): Relocked | Problem | null {
  const { version, lock } = Object(file.value) as { readonly version?: unknown; readonly lock?: unknown };
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return null;
  const before = lockedVersion(lock);
  if (lock !== undefined && before === null) return problemAt(file, ['lock'], 'This is no lock', 'Remove it; tendril rules fix writes it.');
  if (before !== null && version < before) {
    return problemAt(file, ['version'], `Version ${version} is below ${before}, which was locked`, lowerVersionHint(before));
  }
  const value = Object(file.value) as object;
  if (lock === lockOf(version, value, templates)) return null;
  const raised = before === version ? version + 1 : version;
  const text = replaceIn(file, [
    [['version'], String(raised)],
    [['lock'], JSON.stringify(lockOf(raised, value, templates))],
  ]);
  return { path: file.path, text, change: raised === version ? `version ${version} is locked` : `version ${version} becomes ${raised}` };
}
