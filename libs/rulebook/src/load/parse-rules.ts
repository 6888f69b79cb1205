import type { TrackingPlan } from '@tendril/events';
import { checkText } from './check-text.ts';
import { FILE_SCHEMAS, type FileKind, type FileOf } from '../language/file-schemas.ts';
import { type JsonFile, parseJsonFile, problemAt } from './json-file.ts';
import type { Names } from '../language/names.ts';
import { atTop, REQUIRED_FILES, type SortedSource, sortSource } from './rule-files.ts';
import { checkForm } from './schema-problems.ts';
import type { ContentRule, Policies, Problem, RuleSource } from '../language/types.ts';

/** A rule, and the file that it was read from. */
export interface Placed<Rule> {
  readonly rule: Rule;
  readonly file: JsonFile;
}

/** All files of the right form; null and gaps where a file has none. */
export interface ParsedRules {
  readonly plan: Placed<TrackingPlan> | null;
  readonly policies: Placed<Policies> | null;
  readonly stages: Placed<Rule<'stages'>> | null;
  readonly connectors: Placed<Rule<'connectors'>> | null;
  readonly models: readonly Placed<Rule<'scoring'>>[];
  readonly segments: readonly Placed<Rule<'segment'>>[];
  readonly journeys: readonly Placed<Rule<'journey'>>[];
  readonly content: readonly Placed<ContentRule>[];
  readonly names: Names;
  readonly problems: readonly Problem[];
}

type Rule<Kind extends FileKind> = Omit<FileOf<Kind>, '$schema'>;

/** Reads every file by itself: place, JSON, form, id. What the rules say about each other is checked afterwards. */
export function parseRules(sources: readonly RuleSource[]): ParsedRules {
  const problems: Problem[] = [];
  const sorted: SortedSource[] = [];
  for (const source of sources) {
    const found = sortSource(source);
    if ('kind' in found) sorted.push(found);
    else problems.push(found);
  }
  for (const [path, minimum] of REQUIRED_FILES) {
    if (!sources.some((source) => source.path === path)) problems.push(atTop(path, 'The file is missing', `Write at least ${minimum}`));
  }
  const read = <Kind extends FileKind>(kind: Kind): Read<Kind>[] =>
    sorted.filter((one) => one.kind === kind).map((one) => readFile(kind, one, problems));

  const plan = read('tracking-plan');
  const policies = read('policies');
  const stages = read('stages');
  const models = read('scoring');
  const segments = read('segment');
  const journeys = read('journey');
  const content = withTemplates(read('content'), sorted, problems);
  const files = {
    plan: placed(plan)[0] ?? null,
    policies: placed(policies)[0] ?? null,
    stages: placed(stages)[0] ?? null,
    connectors: placed(read('connectors'))[0] ?? null,
    models: placed(models),
    segments: placed(segments),
    journeys: placed(journeys),
    content: placed(content),
  };
  const names: Names = {
    plan: files.plan?.rule ?? null,
    policies: files.policies?.rule ?? null,
    stages: files.stages?.rule.stages ?? null,
    models: byId(models),
    segments: byId(segments),
    journeys: byId(journeys),
    content: byId(content),
  };
  return { ...files, names, problems };
}

interface Read<Kind extends FileKind, Value = Rule<Kind>> {
  readonly id: string;
  readonly rule: Value | null;
  readonly file: JsonFile | null;
}

function readFile<Kind extends FileKind>(kind: Kind, { id, source }: SortedSource, problems: Problem[]): Read<Kind> {
  const { file, problems: broken } = parseJsonFile(source);
  problems.push(...broken);
  if (!file) return { id, rule: null, file };
  const form = checkForm(FILE_SCHEMAS[kind], file);
  problems.push(...form.problems);
  if (form.value === null) return { id, rule: null, file };
  const { $schema, ...rule } = form.value as FileOf<Kind>;
  problems.push(...idProblems(rule, id, file), ...editorProblems($schema, kind, file));
  return { id, rule, file };
}

function idProblems(rule: object, id: string, file: JsonFile): Problem[] {
  if (!('id' in rule) || rule.id === id) return [];
  return [problemAt(file, ['id'], `The id "${String(rule.id)}" is not the path of this file`, `Write "${id}", or move the file.`)];
}

/** Without `$schema`, editors neither complete nor check a file. */
function editorProblems($schema: string | undefined, kind: FileKind, file: JsonFile): Problem[] {
  const wanted = `${'../'.repeat(file.path.split('/').length - 1) || './'}schema/${kind}.json`;
  if ($schema === wanted) return [];
  return [problemAt(file, ['$schema'], 'Editors cannot check this file', `Begin it with "$schema": "${wanted}".`, 'warning')];
}

function withTemplates(content: readonly Read<'content'>[], sorted: readonly SortedSource[], problems: Problem[]): Read<'content', ContentRule>[] {
  const templates = sorted.filter(({ kind }) => kind === 'template');
  for (const { id, source } of templates) {
    problems.push(...checkText(source));
    if (content.some((one) => one.id === id)) continue;
    problems.push(atTop(source.path, 'This template belongs to no content', `Write ${id}/content.json beside it.`));
  }
  const named = (id: string): Record<string, string> =>
    Object.fromEntries(templates.filter((one) => one.id === id).map(({ source }) => [source.path.slice(id.length + 1), source.text]));
  return content.map(({ id, rule, file }) => ({ id, rule: rule && { ...rule, templates: named(id) }, file }));
}

function placed<Value>(read: readonly Read<FileKind, Value>[]): Placed<Value>[] {
  return read.flatMap(({ rule, file }) => (rule !== null && file ? [{ rule, file }] : []));
}

function byId<Value>(read: readonly Read<FileKind, Value>[]): ReadonlyMap<string, Value | null> {
  return new Map(read.map(({ id, rule }) => [id, rule]));
}
