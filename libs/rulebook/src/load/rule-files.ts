import { closest } from '@tendril/events';
import type { FileKind } from '../language/file-schemas.ts';
import type { Problem, RuleSource } from '../language/types.ts';

/** A source whose path says what it is. */
export interface SortedSource {
  readonly kind: FileKind | 'template';
  /** The path without its ending; for content and templates the folder. */
  readonly id: string;
  readonly source: RuleSource;
}

const SINGLE: Readonly<Record<string, FileKind>> = {
  'tracking-plan.json': 'tracking-plan',
  'policies.json': 'policies',
  'stages.json': 'stages',
  'connectors.json': 'connectors',
};

const FOLDERS: Readonly<Record<string, FileKind>> = {
  scoring: 'scoring',
  segments: 'segment',
  journeys: 'journey',
  content: 'content',
};

/** Files that must be there once, with the least that they can say. */
export const REQUIRED_FILES: readonly (readonly [path: string, minimum: string])[] = [
  ['tracking-plan.json', '{ "attributes": {}, "events": {} }'],
  ['policies.json', '{ "company": { "name": "…", "postalAddress": "…", "website": "…" }, "topics": {}, "holdout": { "share": 0, "salt": "…" } }'],
  ['stages.json', '{ "regression": "never", "stages": [ { "name": "awareness", "title": "Awareness" } ] }'],
  ['connectors.json', '{ "connectors": [] }'],
];

/** Folders under `rules/` that hold no rules: the editors' schemas, and the sample population of `rules plan`. */
const NO_RULES = ['schema/', 'baseline/'] as const;

/** Does the loader read it? READMEs, cases, schemas and the baseline are for people, tests, editors and `rules plan`. */
export function isRuleFile(path: string): boolean {
  if (NO_RULES.some((folder) => path.startsWith(folder))) return false;
  return (path.endsWith('.json') && !path.endsWith('.cases.json')) || path.endsWith('.hbs');
}

/** What a rule file is, by its path; a problem when nothing reads a file of that path. */
export function sortSource(source: RuleSource): SortedSource | Problem {
  const { path } = source;
  const single = Object.hasOwn(SINGLE, path) ? SINGLE[path] : undefined;
  if (single) return { kind: single, id: single, source };
  const [folder = '', ...parts] = path.split('/');
  const kind = Object.hasOwn(FOLDERS, folder) && parts.length > 0 ? FOLDERS[folder] : undefined;
  if (!kind) return misplaced(path, folder);
  const name = parts.at(-1) ?? '';
  const id = kind === 'content' ? path.slice(0, path.lastIndexOf('/')) : path.replace(/\.json$/, '');
  const template = path.endsWith('.hbs');
  if (template && kind !== 'content') return atTop(path, 'A template stands here', 'Move it into the folder of its content: content/<id>/email.hbs.');
  if (!/^[a-z]+(\/[a-z0-9][a-z0-9-]*)+$/.test(id)) {
    return atTop(path, `"${id}" cannot be an id`, 'Name folders and files with lower-case letters, digits and - only.');
  }
  if (template) return { kind: 'template', id, source };
  if (kind === 'content' && name !== 'content.json') {
    return atTop(path, 'Nothing reads this file', 'The metadata of a content stand in content/<id>/content.json.');
  }
  return { kind, id, source };
}

function misplaced(path: string, folder: string): Problem {
  const places = [...Object.keys(SINGLE), ...Object.keys(FOLDERS).map((name) => `${name}/<id>.json`)];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const meant = path.includes('/') && !Object.hasOwn(SINGLE, name) ? closest(folder, Object.keys(FOLDERS)) : closest(name, Object.keys(SINGLE));
  if (path.endsWith('.hbs')) return atTop(path, 'Nothing reads this template here', 'Templates lie beside a content.json: content/<id>/email.hbs.');
  const hint = meant === undefined ? `Rule files are ${places.join(', ')} (content/<id>/content.json).` : `Did you mean "${meant}"?`;
  return atTop(path, 'Nothing reads a file of this path', hint);
}

/** A problem about a file as a whole. */
export function atTop(file: string, message: string, hint: string): Problem {
  return { file, line: 1, column: 1, severity: 'error', message, hint };
}
