import type { OwnedCondition } from './check-loops.ts';
import { problemAt } from './json-file.ts';
import type { Names } from '../language/names.ts';
import { dependencyOf, leavesOf } from '../evaluate/rule-graph.ts';
import type { Problem, RuleHeader } from '../language/types.ts';

/** Drafts are evaluated in shadow, so what they build on must have answers: live rules and other drafts have, retired ones do not. */
export function checkBuiltOnRetired(conditions: readonly OwnedCondition[], { segments, models }: Names): Problem[] {
  const known = (id: string): RuleHeader | null | undefined => segments.get(id) ?? models.get(id);
  return conditions
    .filter(({ rule }) => known(rule)?.status === 'draft')
    .flatMap(({ file, path, condition }) =>
      leavesOf(condition, path).flatMap((leaf) => {
        const id = dependencyOf(leaf);
        if (id === undefined || known(id)?.status !== 'retired') return [];
        return [problemAt(file, leaf.path, `"${id}" is retired, so a draft cannot build on it`, 'Ask for what it asked for, or retire this draft too.')];
      }),
    );
}
