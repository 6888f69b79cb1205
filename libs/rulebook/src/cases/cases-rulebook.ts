import type { Json } from '@tendril/kernel';
import { compileRules } from '../evaluate/compile.ts';
import { type JsonPath, parseJsonFile, problemAt } from '../load/json-file.ts';
import { liveRules, neededBy, openDrafts, readsOf } from '../evaluate/live-rules.ts';
import type { Condition, Rulebook } from '../language/types.ts';

/**
 * The rulebook as the cases of one file need it, compiled without what has no say in them: for `segments/…`, `scoring/…` and
 * `stages`, the rules that they build on; for journeys, and for rules that ask about touches, everything. Cases of a draft see drafts as if they were live.
 * Each rule of a tested scoring model also stands alone, as the model {@link aloneId}.
 */
export function rulebookForCases(rulebook: Rulebook, of: string): Rulebook {
  const open = withDrafts(rulebook, of);
  if (of.startsWith('journeys/')) return open === rulebook ? rulebook : compiled(open);
  const small = part(open, neededBy([of === 'stages' ? 'stage' : of], open));
  const { models, ...rest } = readsOf(liveRules(small)).touchpoints ? open : small;
  const tested = models.find(({ id }) => id === of);
  const alone = (tested?.rules ?? []).map((rule) => {
    const { group: _group, ...ungrouped } = rule;
    return { id: aloneId(of, rule.name), version: 1, status: 'live' as const, owner: '', title: '', scale: UNBOUNDED, groups: {}, rules: [ungrouped] };
  });
  return compiled({ ...rest, models: [...models, ...alone] });
}

function compiled(rules: Rulebook): Rulebook {
  const live = liveRules(rules);
  return { ...rules, reads: readsOf(live), evaluate: compileRules(live) };
}

function part(rules: Rulebook, needed: ReadonlySet<string>): Rulebook {
  return {
    ...rules,
    models: rules.models.filter(({ id }) => needed.has(id)),
    segments: rules.segments.filter(({ id }) => needed.has(id)),
    stages: needed.has('stage') ? rules.stages : rules.stages.map(({ name, title }) => ({ name, title })),
    journeys: [],
  };
}

/** Far beyond what the points of one rule can be. */
const UNBOUNDED = { min: -1e9, max: 1e9 };

/** The model that scores by one rule of a tested model alone, without groups and scale. No file can have this id. */
export function aloneId(model: string, rule: string): string {
  return `${model}#${rule}`;
}

function withDrafts(rulebook: Rulebook, of: string): Rulebook {
  const { segments, models, journeys } = rulebook;
  const draft = [...segments, ...models, ...journeys].some(({ id, status }) => id === of && status === 'draft');
  return draft ? openDrafts(rulebook) : rulebook;
}

/** One change to a rule file that its cases must notice, or they prove nothing about that place. */
export interface Mutant {
  /** Path under `rules/` of the rule file, and where the place begins, from 1. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Name of the scoring rule or the stage; null where the file is one rule. */
  readonly rule: string | null;
  /** The comparison or reference that is negated; null for a scoring rule without any, which is left out. */
  readonly leaf: Condition | null;
  /** The changed rulebook, ready for the cases. Compiled anew with each call. */
  rulebook(): Rulebook;
}

/** Each comparison and each reference of a rule file, negated, and each scoring rule without any, left out. */
export function mutantsOf(rulebook: Rulebook, of: string): Mutant[] {
  const source = rulebook.sources.find(({ path }) => path === `${of}.json`);
  const file = source && parseJsonFile(source).file;
  if (!file) return [];
  const mutant = (path: JsonPath, leaf: Condition | null): Mutant => {
    const { line, column } = problemAt(file, path, '');
    const changed = (): Rulebook => rulebookForCases(changeRule(rulebook, of, path, leaf && { not: leaf }), of);
    return { file: file.path, line, column, rule: ruleAt(file.value, path), leaf, rulebook: changed };
  };
  const leaves = conditionsIn(file.value, []).map(({ path, leaf }) => mutant(path, leaf));
  const lines = listIn(file.value, 'rules').flatMap((line, at) => (conditionsIn(line, []).length === 0 ? [mutant(['rules', at], null)] : []));
  return [...leaves, ...lines];
}

/** Where the rules and stages of a file that can fire stand, by name; a file that is one rule is at its beginning, by null. */
export function firingPlaces(rulebook: Rulebook, of: string): { rule: string | null; line: number; column: number }[] {
  const source = rulebook.sources.find(({ path }) => path === `${of}.json`);
  const file = source && parseJsonFile(source).file;
  if (!file) return [];
  const place = (path: JsonPath) => {
    const { line, column } = problemAt(file, path, '');
    return { rule: ruleAt(file.value, path), line, column };
  };
  if (of.startsWith('scoring/')) return listIn(file.value, 'rules').map((_, at) => place(['rules', at]));
  if (of !== 'stages') return [place([])];
  return listIn(file.value, 'stages').flatMap((stage, at) => (conditionsIn(stage, []).length > 0 ? [place(['stages', at])] : []));
}

/** By their shape, so that whatever file has conditions is covered, wherever they stand in it. */
function conditionsIn(value: unknown, path: JsonPath): { path: JsonPath; leaf: Condition }[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => conditionsIn(item, [...path, at]));
  if (value === null || typeof value !== 'object') return [];
  const comparison = 'fact' in value && 'operator' in value;
  const reference = 'condition' in value && typeof value.condition === 'string' && Object.keys(value).length === 1;
  if (comparison || reference) return [{ path, leaf: value as Condition }];
  return Object.entries(value).flatMap(([key, inner]) => conditionsIn(inner, [...path, key]));
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list = value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  return Array.isArray(list) ? list : [];
}

function ruleAt(value: unknown, [list, at]: JsonPath): string | null {
  if (list !== 'rules' && list !== 'stages') return null;
  const rule = listIn(value, list)[Number(at)];
  return rule !== null && typeof rule === 'object' && 'name' in rule ? String(rule.name) : null;
}

/** What the rulebook has of a file lies as in the file, so a path in one is a path in the other. */
function changeRule(rulebook: Rulebook, of: string, path: JsonPath, node: Json | Condition | null): Rulebook {
  if (of === 'stages') return { ...rulebook, ...changed({ stages: rulebook.stages, regression: rulebook.regression }, path, node) };
  const one = <Rule extends { readonly id: string }>(rule: Rule): Rule => (rule.id === of ? changed(rule, path, node) : rule);
  return { ...rulebook, segments: rulebook.segments.map(one), models: rulebook.models.map(one), journeys: rulebook.journeys.map(one) };
}

/** A copy with the node at the path replaced, or with its list item left out for null. */
function changed<Value>(value: Value, path: JsonPath, node: unknown): Value {
  const [key, ...rest] = path;
  if (key === undefined) return node as Value;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (rest.length === 0 && node === null) return items.filter((_, at) => at !== key) as Value;
    return items.map((item, at) => (at === key ? changed(item, rest, node) : item)) as Value;
  }
  return { ...value, [key]: changed((value as Readonly<Record<string, unknown>>)[key], rest, node) };
}
