import { closest } from '@tendril/events';
import { AppError, type Json, type JsonObject } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { FOLDERS, type NewKind, pathOf, type RuleDraft } from './rule-draft.ts';

/** A rule like another one: its files and cases with other ids, as a draft of version 1. For a track, the segment and content of the journey too. */
export function copyRule(kind: NewKind, id: string, like: string, sources: readonly RuleSource[]): RuleDraft[] {
  const model = modelFor(kind, like, sources);
  const ids = new Map([[model, `${FOLDERS[kind]}/${id}`], ...(kind === 'track' ? builtOn(model, id, sources) : [])]);
  return [...ids].flatMap(([from, to]) => copyFiles(from, to, ids, sources));
}

function modelFor(kind: NewKind, like: string, sources: readonly RuleSource[]): string {
  const folder = FOLDERS[kind];
  const ids = idsIn(folder, sources);
  const wanted = like.includes('/') ? like : `${folder}/${like}`;
  if (ids.includes(wanted)) return wanted;
  const meant = closest(wanted, ids);
  const hint = meant !== undefined ? `Did you mean "${meant}"?` : ids.length > 0 ? `There are: ${ids.join(', ')}.` : 'There is none yet: leave --like out.';
  throw new AppError('rule-unknown', `There is no "${like}" in ${folder}/ to make one like it`, { field: 'like', hint });
}

/** Ids of the rules in a folder of `rules/`, sorted as the sources are. */
export function idsIn(folder: string, sources: readonly RuleSource[]): string[] {
  const files = sources.filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith('.json') && !path.endsWith('.cases.json'));
  return files.map(({ path }) => path.replace(/(\/content)?\.json$/, ''));
}

/** Old id → new id of the segment through which leads enter a journey, and of all that its steps send. */
function builtOn(journey: string, id: string, sources: readonly RuleSource[]): [string, string][] {
  const file = jsonOf(pathOf(journey), sources);
  const { segment } = (file['entry'] ?? {}) as { readonly segment?: Json };
  const known = idsIn('content', sources);
  const content = [...new Set(textsIn(file))].filter((text) => known.includes(text));
  return [
    ...(typeof segment === 'string' ? [[segment, `segments/${id}`] satisfies [string, string]] : []),
    ...content.map((one): [string, string] => [one, content.length === 1 ? `content/${id}` : `content/${id}-${one.slice(one.lastIndexOf('/') + 1)}`]),
  ];
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap((one: Json) => textsIn(one)) : [];
}

function jsonOf(path: string, sources: readonly RuleSource[]): JsonObject {
  return JSON.parse(sources.find((source) => source.path === path)?.text ?? '{}') as JsonObject;
}

function copyFiles(from: string, to: string, ids: ReadonlyMap<string, string>, sources: readonly RuleSource[]): RuleDraft[] {
  const { lock: _lock, retired: _retired, review: _review, $schema: _schema, id: _id, version: _version, status: _status, ...said } = jsonOf(pathOf(from), sources);
  const { owner = '', title = '', why: _why, ...rest } = said;
  const header = { owner: String(owner), title: `${String(title)} (copy)`, why: `Copied from ${from}. Write what speaks for this one.` };
  const templates = sources.filter(({ path }) => path.startsWith(`${from}/`) && path.endsWith('.hbs'));
  const cases = sources.find(({ path }) => path === `${from}.cases.json`);
  return [
    {
      id: to,
      header,
      body: renamed(rest, ids) as JsonObject,
      templates: Object.fromEntries(templates.map(({ path, text }) => [path.slice(from.length + 1), text])),
      cases: cases ? (renamed((JSON.parse(cases.text) as { readonly cases: readonly Json[] }).cases, ids) as JsonObject[]) : [],
    },
  ];
}

/** Every text that is one of the old ids becomes the new one. */
function renamed(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one: Json) => renamed(one, ids));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner, ids)]));
}
