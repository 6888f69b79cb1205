import { type Json, stableJson } from '@tendril/kernel';
import { type Condition, inWords, type Leaf, leavesOf, placeOf, type Rulebook } from '@tendril/rulebook';
import { type JsonChange, jsonChanges } from './json-changes.ts';
import { askedInWords, pairUp, subjectInWords, subjectKey, valueInWords } from './leaf-words.ts';
import type { RuleChange } from './plan.ts';

/** What a rule file says, without where it stands. */
export interface RuleFile {
  readonly id: string;
  /** Path under `rules/`. */
  readonly file: string;
  readonly version: number | null;
  /** What the rulebook has of it; it lies as in the file. */
  readonly says: unknown;
}

/** A rule file that differs, with both its texts. */
export interface FileChange extends RuleChange {
  readonly before: unknown;
  readonly after: unknown;
  /** A key whose change means something else to somebody: not the title, the owner, the reasons or the version itself. */
  readonly meaning: boolean;
}

/** Keys that say something about a rule, and change nothing that it does. */
const REMARKS: readonly string[] = ['version', 'title', 'why', 'owner', 'wrongWhen', 'review'];

/** Written by `rules fix`, and of no meaning to people. */
const WRITTEN: readonly string[] = ['lock'];

/** Every rule file of a rulebook, by id. */
export function ruleFilesOf({ models, segments, journeys, content, stages, regression, policies, connectors, trackingPlan }: Rulebook): Map<string, RuleFile> {
  const single = (id: string, says: unknown): RuleFile => ({ id, file: `${id}.json`, version: null, says });
  const files = [
    ...[...models, ...segments, ...journeys].map((rule): RuleFile => ({ id: rule.id, file: `${rule.id}.json`, version: rule.version, says: rule })),
    ...content.map((rule): RuleFile => ({ id: rule.id, file: `${rule.id}/content.json`, version: rule.version, says: rule })),
    single('stages', { regression, stages }),
    single('policies', policies),
    single('connectors', { connectors }),
    single('tracking-plan', trackingPlan),
  ];
  return new Map(files.map((file) => [file.id, file]));
}

/** What two rulebooks say differently, by file, in words. `before` is null where there was none. */
export function ruleChanges(before: Rulebook | null, after: Rulebook): FileChange[] {
  const [old, now] = [before ? ruleFilesOf(before) : new Map<string, RuleFile>(), ruleFilesOf(after)];
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort();
  return ids.flatMap((id): FileChange[] => {
    const [was, is] = [old.get(id), now.get(id)];
    if (was && is) return before ? changedFile(was, is, after) : [];
    const one = is ?? was;
    if (!one) return [];
    const version = { before: was?.version ?? null, after: is?.version ?? null };
    return [{ id, kind: is ? 'added' : 'removed', file: one.file, line: 1, version, changes: [titleOf(one.says)], before: was?.says, after: is?.says, meaning: true }];
  });
}

function titleOf(says: unknown): string {
  return says !== null && typeof says === 'object' && 'title' in says ? String(says.title) : '';
}

function changedFile(was: RuleFile, is: RuleFile, after: Rulebook): FileChange[] {
  const all = jsonChanges(was.says, is.says, (names) => names.at(-1) === 'conditions' || names[0] === 'templates');
  const found = all.filter(({ names }) => !WRITTEN.includes(names[0] ?? ''));
  const [first] = found;
  if (!first) return [];
  const told = found.filter(({ names }) => names[0] !== 'version');
  const source = after.sources.find(({ path }) => path === is.file);
  const { line } = source ? placeOf(source, (told[0] ?? first).path) : { line: 1 };
  const version = { before: was.version, after: is.version };
  const meaning = found.some(({ names }) => !names.some((name) => REMARKS.includes(name)));
  return [{ id: is.id, kind: 'changed', file: is.file, line, version, changes: told.flatMap(changeInWords), before: was.says, after: is.says, meaning }];
}

/** `rules`, `stages` and the like say nothing that the name after them does not say. */
const LISTS: readonly string[] = ['rules', 'stages', 'steps', 'connectors'];

function changeInWords(change: JsonChange): string[] {
  const names = change.names.filter((name, at) => !(at === 0 && LISTS.includes(name) && change.names.length > 1));
  const last = names.at(-1) ?? '';
  const where = names.slice(0, -1).join(' ');
  if (last === 'conditions') return conditionChanges(change).map((words) => (where === '' ? words : `${where}: ${words}`));
  if (change.names[0] === 'templates') return [`${last}: ${'before' in change ? ('after' in change ? 'other words' : 'removed') : 'added'}`];
  const prefix = where === '' ? '' : `${where}: `;
  if (!('before' in change)) return [`${prefix}${last} added${briefly(change.after)}`];
  if (!('after' in change)) return [`${prefix}${last} removed${briefly(change.before)}`];
  return [`${prefix}${last} ${short(change.before)} → ${short(change.after)}`];
}

/** Longer texts would bury the rest. */
const LONGEST = 60;

function short(value: unknown): string {
  const text = valueInWords(value as Json);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function briefly(value: unknown): string {
  if (value !== null && typeof value === 'object' && 'points' in value) return ` (${String(value.points)} points)`;
  return `: ${short(value)}`;
}

function conditionChanges({ before, after }: JsonChange): string[] {
  const pairs = pairUp(comparisonsIn(before as Condition | undefined), comparisonsIn(after as Condition | undefined), [stableJson, keyOf]);
  const words = pairs.flatMap(([was, is]) => {
    if (was && is) return stableJson(was) === stableJson(is) ? [] : [pairInWords(was, is)];
    return is ? [`asks anew: ${inWords(is)}`] : was ? [`asks no longer: ${inWords(was)}`] : [];
  });
  return words.length > 0 ? words : ['the same comparisons, put together otherwise'];
}

type Node = Leaf | { readonly condition: string };

function comparisonsIn(condition: Condition | undefined): Node[] {
  return condition ? leavesOf(condition).map((found) => found.condition) : [];
}

function keyOf(leaf: Node): string {
  return 'condition' in leaf ? leaf.condition : subjectKey(leaf);
}

function pairInWords(was: Node, is: Node): string {
  if ('condition' in was || 'condition' in is) return `${inWords(was)} → ${inWords(is)}`;
  if (subjectInWords(was) !== subjectInWords(is)) return `${inWords(was)} → ${inWords(is)}`;
  return `${subjectInWords(is)}: ${askedInWords(was)} → ${askedInWords(is)}`;
}
