import { sha256, stableJson } from '@tendril/kernel';
import { type JsonFile, problemAt } from './json-file.ts';
import type { ContentRule, Problem, RuleHeader } from '../language/types.ts';

/** What a file says about a rule, rather than what the rule does: whoever changes it changes no lead's answer. */
const ABOUT = new Set(['$schema', 'version', 'lock', 'title', 'owner', 'why', 'wrongWhen', 'review', 'retired']);

/** Version and hash of what was last locked: `3-9f3c1d2e4b5a`. */
export const LOCK = /^([1-9]\d{0,8})-([0-9a-f]{12})$/;

/**
 * The lock of a rule: its version, and the first 12 hex digits of SHA-256 over what it means. `file`: the file's JSON as
 * written, so that a later default in a schema changes no lock. Of content, the templates' texts are part of the meaning.
 */
export function lockOf(version: number, file: object, templates?: ContentRule['templates']): string {
  // Some editors and git settings write CRLF; a template means the same with it.
  const texts = templates && Object.fromEntries(Object.entries(templates).map(([name, text]) => [name, text.replaceAll('\r\n', '\n')]));
  const meaning = stableJson({ ...withoutNotes(file), ...(texts && { templates: texts }) });
  return `${version}-${sha256(meaning).slice(0, 12)}`;
}

function withoutNotes(file: object): object {
  const kept = Object.entries(file).filter(([key]) => !ABOUT.has(key));
  return Object.fromEntries(kept.map(([key, value]: [string, unknown]) => [key, key === 'rules' ? withoutDoubts(value) : value]));
}

/** A scoring rule's own `wrongWhen` is for its readers too. */
function withoutDoubts(rules: unknown): unknown {
  if (!Array.isArray(rules)) return rules;
  return rules.map((rule: unknown) =>
    rule !== null && typeof rule === 'object' ? Object.fromEntries(Object.entries(rule).filter(([key]) => key !== 'wrongWhen')) : rule,
  );
}

/** The version in a lock; null when it is no lock. */
export function lockedVersion(lock: unknown): number | null {
  const [, version] = (typeof lock === 'string' && LOCK.exec(lock)) || [];
  return version === undefined ? null : Number(version);
}

/** A rule that is not what its lock says: a warning, because it works, and one command mends it. */
export function checkLock(rule: RuleHeader & Partial<Pick<ContentRule, 'templates'>>, file: JsonFile): Problem[] {
  const { version, lock, templates } = rule;
  const locked = lockedVersion(lock);
  if (locked === null || lock === lockOf(version, Object(file.value) as object, templates)) return [];
  const said = version < locked ? `Version ${version} is below ${locked}, which was locked` : wrongLock(version, locked);
  return [problemAt(file, ['lock'], said, version < locked ? lowerVersionHint(locked) : 'Run tendril rules fix.', 'warning')];
}

function wrongLock(version: number, locked: number): string {
  return version === locked ? `Changed since version ${locked} was locked` : `Version ${version} is not locked; ${locked} is`;
}

/** What to write in place of a version that goes back. */
export function lowerVersionHint(locked: number): string {
  return `Write "version": ${locked}; tendril rules fix raises it when the rule means something else.`;
}
