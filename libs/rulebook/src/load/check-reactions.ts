import type { Names } from '../language/names.ts';
import type { Problem, ScoringModel } from '../language/types.ts';
import { dependencyOf, leavesOf } from '../evaluate/rule-graph.ts';
import { type TransitionRead, transitionRead, transitionsScored } from '../evaluate/transition-reads.ts';
import type { OwnedCondition } from './check-loops.ts';
import { type JsonFile, type JsonPath, problemAt } from './json-file.ts';
import type { Placed } from './parse-rules.ts';

/** One rule asks about another: about what it answers now, about what it did before, or how many leads of the account it holds for. */
interface Asks {
  readonly from: string;
  readonly to: string;
  readonly how: 'now' | 'before' | 'account';
  readonly file: JsonFile;
  readonly path: JsonPath;
}

/**
 * Rules that react to transitions which they have a say in. One lead alone may chase itself: it reads the state before, and a tick
 * ends, but the answer may flap with each look, which is said as a warning. Where a count of the account's leads is part of
 * the circle, the leads of an account would push each other: refused.
 */
export function checkReactions(conditions: readonly OwnedCondition[], models: readonly Placed<ScoringModel>[], names: Names): Problem[] {
  const asks = asksOf(conditions, models, names);
  const next = new Map<string, string[]>();
  for (const { from, to } of asks) next.set(from, [...(next.get(from) ?? []), to]);
  const reaches = (from: string, to: string): boolean => reachable(from, next).has(to);
  const circles = asks.filter(({ from, to, how }) => how !== 'now' && reaches(to, from));
  const reactions = onePerPlace(circles.filter(({ how }) => how === 'before'));
  return reactions.map(({ from, to, file, path }) => {
    const counted = circles.find((one) => one.how === 'account' && reaches(to, one.from) && reaches(one.to, from));
    if (counted) {
      const message = `"${from}" reacts to "${to}", which depends on how many leads of the account are in "${counted.to}", and that on "${from}": leads would push each other for ever`;
      return problemAt(file, path, message, 'Remove one of the references; name the facts themselves instead.');
    }
    const what = from === to ? 'its own changes' : `changes of "${to}", which depend on it`;
    return problemAt(file, path, `"${from}" reacts to ${what}, so its answer may change with each look`, 'Check with a case that it settles; ask for what led to the change where you can.', 'warning');
  });
}

function asksOf(conditions: readonly OwnedCondition[], models: readonly Placed<ScoringModel>[], names: Names): Asks[] {
  const subjects = (read: TransitionRead): readonly string[] => read.subjects ?? [...(read.type.startsWith('segment_') ? names.segments : names.models).keys()];
  const asked = conditions.flatMap(({ rule: from, file, path, condition }) =>
    leavesOf(condition, path).flatMap((found): Asks[] => {
      const leaf = 'fact' in found.condition ? found.condition : undefined;
      const read = leaf && transitionRead(leaf);
      const place = { from, file, path: found.path };
      if (read) return subjects(read).map((to) => ({ ...place, to, how: 'before' }));
      const to = dependencyOf(found);
      return to === undefined ? [] : [{ ...place, to, how: leaf?.fact === 'accountCount' ? 'account' : 'now' }];
    }),
  );
  const scored = models.flatMap(({ rule, file }) =>
    transitionsScored(rule).flatMap(({ read, at }) => subjects(read).map((to): Asks => ({ from: rule.id, to, how: 'before', file, path: ['rules', at, 'per'] }))),
  );
  return [...asked, ...scored];
}

function reachable(from: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([from]);
  // A set hands out what is added while it is walked.
  for (const id of found) for (const to of next.get(id) ?? []) found.add(to);
  return found;
}

function onePerPlace(asks: readonly Asks[]): Asks[] {
  const first = new Map<string, Asks>();
  for (const ask of asks) {
    const key = `${ask.file.path} ${ask.path.join('/')}`;
    if (!first.has(key)) first.set(key, ask);
  }
  return [...first.values()];
}
