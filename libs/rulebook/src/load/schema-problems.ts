import { closest } from '@tendril/events';
import type { z } from 'zod';
import { CONDITION_ISSUE, CONDITION_KEYS } from '../language/condition-schema.ts';
import { hasPath, type JsonFile, type JsonPath, problemAt, problemAtKey, valueAt } from './json-file.ts';
import { CAP_ISSUE } from '../language/policies-schema.ts';
import { LINE_ISSUE, MODEL_ISSUE } from '../language/scoring-schema.ts';
import type { Problem } from '../language/types.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** Checks a file's form; on success its value with defaults filled in, else what is wrong, where, and what to write. */
export function checkForm<Schema extends z.ZodType>(schema: Schema, file: JsonFile): { value: z.output<Schema> | null; problems: Problem[] } {
  const parsed = schema.safeParse(file.value, { error: sentence });
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { value: null, problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, file, [])) };
}

function problemsOf(issue: Issue, file: JsonFile, above: JsonPath): Problem[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.message === CONDITION_ISSUE) return conditionProblems(issue, file, path);
  if (issue.message === LINE_ISSUE) return lineProblems(issue, file, path);
  if (issue.message === CAP_ISSUE) return capProblems(issue, file, path);
  if (issue.message === MODEL_ISSUE) return branchProblems(issue, file, path, 'axes');
  const [message = '', hint] = issue.message.split('\n');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const [, known = ''] = issue.message.split('\n');
      return problemAtKey(file, [...path, key], `There is no key "${key}" here`, guess(key, known.split(' ')));
    });
  }
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues;
    return [problemAtKey(file, path, `"${String(path.at(-1))}" cannot be a name here`, inner?.message)];
  }
  if (!hasPath(file, path)) return [problemAt(file, path, `"${String(path.at(-1))}" is missing`, hint)];
  if (issue.code === 'invalid_format') return [problemAt(file, path, `"${String(valueAt(file, path))}" does not fit here`, issue.message)];
  return [problemAt(file, path, message, hint)];
}

/** A failed union hides why; the key that is present says which kind was meant. */
function conditionProblems(issue: Issue, file: JsonFile, path: JsonPath): Problem[] {
  const value = valueAt(file, path);
  if (value === undefined) return [problemAt(file, path, `"${String(path.at(-1))}" is missing`, EXAMPLE)];
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [problemAt(file, path, 'This is no condition', EXAMPLE)];
  const present = Object.keys(value).filter((key) => CONDITION_KEYS.some((one) => one === key));
  const [key, second] = present;
  if (key === undefined) {
    const near = Object.keys(value).map((name) => [name, closest(name, CONDITION_KEYS)] as const).find(([, meant]) => meant !== undefined);
    if (near) return [problemAtKey(file, [...path, near[0]], `There is no key "${near[0]}" here`, `Did you mean "${String(near[1])}"?`)];
    return [problemAt(file, path, 'This is no condition', EXAMPLE)];
  }
  if (second !== undefined) {
    const hint = 'Keep one, and nest the other inside it: { "all": [ …, { "any": [ … ] } ] }.';
    return [problemAtKey(file, [...path, second], `"${key}" and "${second}" stand in one condition, and one would be ignored`, hint)];
  }
  const branches = issue.code === 'invalid_union' ? issue.errors : [];
  const branch = branches[CONDITION_KEYS.findIndex((one) => one === key)];
  if (!branch) return [problemAt(file, path, 'The top of "conditions" must be all, any, not or condition', 'Write { "all": [ … ] } around it.')];
  return branch.flatMap((inner) => problemsOf(inner, file, path));
}

/** `per` or `conditions` says which kind of line was meant; with neither, conditions are what is missing. */
function lineProblems(issue: Issue, file: JsonFile, path: JsonPath): Problem[] {
  const per = hasPath(file, [...path, 'per']);
  if (per && hasPath(file, [...path, 'conditions'])) {
    const hint = 'Keep "per" for points for each event, or "conditions" for points while something holds.';
    return [problemAtKey(file, [...path, 'conditions'], '"per" and "conditions" stand in one rule', hint)];
  }
  return branchProblems(issue, file, path, 'per');
}

/** A cap has one window: rolling or of days. */
function capProblems(issue: Issue, file: JsonFile, path: JsonPath): Problem[] {
  const [within, days] = ['within', 'days'].map((key) => hasPath(file, [...path, key]));
  const hint = 'Write "within": "7d" for the last 168 hours, or "days": 7 for calendar days where the lead is.';
  if (within && days) return [problemAtKey(file, [...path, 'days'], '"within" and "days" stand in one cap', hint)];
  const value = valueAt(file, path);
  const open = value !== null && typeof value === 'object' && !Array.isArray(value) && !within && !days;
  const more = branchProblems(issue, file, path, 'days').filter(({ message }) => !open || message !== '"within" is missing');
  return open ? [...more, problemAt(file, path, 'This cap has no window', hint)] : more;
}

/** Of a union of two kinds, the problems of the second if its key is there, else of the first. */
function branchProblems(issue: Issue, file: JsonFile, path: JsonPath, key: string): Problem[] {
  const branches = issue.code === 'invalid_union' ? issue.errors : [];
  return (branches[hasPath(file, [...path, key]) ? 1 : 0] ?? []).flatMap((inner) => problemsOf(inner, file, path));
}

const EXAMPLE = 'Write { "all": [ { "fact": "lead", "path": "$.industry", "operator": "equal", "value": "healthcare" } ] }, for example.';

/** First line: what is wrong. Second line: what to write; for unknown keys, the known ones. */
function sentence(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown\n${knownKeys(issue.inst).join(' ')}`;
    case 'invalid_type':
      return `This must be ${kind(issue.expected)}\nWrite ${kind(issue.expected)}.`;
    case 'invalid_value':
      return choice(issue.input, issue.values.map(String));
    case 'invalid_union':
      return typeof issue.discriminator === 'string' ? choice(discriminated(issue), optionsOf(issue)) : undefined;
    case 'too_small':
      return issue.origin === 'number'
        ? `This must be at least ${String(issue.minimum)}\nWrite a larger number.`
        : 'This is empty\nWrite at least one, or remove it.';
    case 'too_big':
      return issue.origin === 'number'
        ? `This must be at most ${String(issue.maximum)}\nWrite a smaller number.`
        : `This may have ${String(issue.maximum)} at most\nRemove what is too much.`;
    default:
      return undefined;
  }
}

function choice(input: unknown, values: readonly string[]): string {
  const wanted = values.map((value) => `"${value}"`).join(', ');
  if (typeof input !== 'string') return `This must be one of ${wanted}\nWrite one of ${wanted}.`;
  return `There is no "${input}" here\n${guess(input, values)}`;
}

function guess(name: string, candidates: readonly string[]): string {
  const near = closest(name, candidates);
  return near === undefined ? `Known: ${candidates.join(', ')}.` : `Did you mean "${near}"?`;
}

function kind(expected: string): string {
  return KINDS[expected] ?? expected;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text in quotation marks',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ … ]',
  tuple: 'a list [ … ]',
  object: 'an object { … }',
  record: 'an object { … }',
};

function knownKeys(inst: RawIssue['inst']): string[] {
  const def = inst?._zod.def;
  return def && 'shape' in def && def.shape !== null && typeof def.shape === 'object' ? Object.keys(def.shape) : [];
}

function discriminated(issue: RawIssue): unknown {
  const { input, discriminator } = issue as { input?: unknown; discriminator?: unknown };
  if (input === null || typeof input !== 'object' || typeof discriminator !== 'string') return undefined;
  return (input as Readonly<Record<string, unknown>>)[discriminator];
}

function optionsOf({ options }: RawIssue): string[] {
  return Array.isArray(options) ? options.map(String) : [];
}
