import { stableJson } from '@tendril/kernel';

/** Keys and indexes from the top of a JSON value to one of its parts; items that have a name go by it. */
export interface JsonChange {
  /** Names for people: `rules`, `looks-at-prices`, `points`. */
  readonly names: readonly string[];
  /** The way in the value after, or for what was removed, in the one before. */
  readonly path: readonly (string | number)[];
  /** Absent for what was added. */
  readonly before?: unknown;
  /** Absent for what was removed. */
  readonly after?: unknown;
}

/** How deep a change is looked for; `whole` says what is told as one change. */
export type IsWhole = (names: readonly string[], value: unknown) => boolean;

/** What differs between two JSON values, in the order of the second. Items of lists are paired by their `name` or `id`, else by what they say. */
export function jsonChanges(before: unknown, after: unknown, isWhole: IsWhole = () => false): JsonChange[] {
  return compare({ names: [], path: [], before, after }, isWhole);
}

function compare(change: JsonChange, isWhole: IsWhole): JsonChange[] {
  const { before, after, names } = change;
  if (stableJson(before) === stableJson(after)) return [];
  if (!('before' in change) || !('after' in change) || isWhole(names, after) || isWhole(names, before)) return [change];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(change, before, after, isWhole);
  if (isObject(before) && isObject(after)) return objectChanges(change, before, after, isWhole);
  return [change];
}

function objectChanges({ names, path }: JsonChange, before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>, isWhole: IsWhole): JsonChange[] {
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].flatMap((key) => {
    const change = { names: [...names, key], path: [...path, key] };
    return compare({ ...change, ...(before[key] !== undefined && { before: before[key] }), ...(after[key] !== undefined && { after: after[key] }) }, isWhole);
  });
}

function listChanges({ names, path }: JsonChange, before: readonly unknown[], after: readonly unknown[], isWhole: IsWhole): JsonChange[] {
  const key = (item: unknown): string => nameOf(item) ?? stableJson(item);
  const old = new Map(before.map((item, at) => [key(item), at]));
  const kept = new Set<string>();
  const changes = after.flatMap((item, at) => {
    const partner = old.get(key(item));
    const change = { names: [...names, nameOf(item) ?? String(at)], path: [...path, at] };
    if (partner === undefined) return [{ ...change, after: item }];
    kept.add(key(item));
    return compare({ ...change, before: before[partner], after: item }, isWhole);
  });
  const removed = before.flatMap((item, at) => (kept.has(key(item)) ? [] : [{ names: [...names, nameOf(item) ?? String(at)], path: [...path, at], before: item }]));
  const all = [...changes, ...removed];
  return all.length > 0 ? all : [{ names: [...names, 'order'], path, before: before.map(key).join(', '), after: after.map(key).join(', ') }];
}

function nameOf(item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  const name = item['name'] ?? item['id'];
  return typeof name === 'string' ? name : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
