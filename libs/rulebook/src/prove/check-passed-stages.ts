import type { OwnedCondition } from '../load/check-loops.ts';
import { problemAt } from '../load/json-file.ts';
import type { Judge } from './judge.ts';
import type { Form } from './normal-form.ts';
import { type Budget, refute } from './refute.ts';
import type { Problem, StageRule } from '../language/types.ts';

/** A tree of one stage; the path in the file is `stages`, its number, `conditions` or what else the stage asks for. */
interface StageTree {
  readonly owned: OwnedCondition;
  readonly form: Form;
}

/**
 * Stages that nobody stays in: whoever their conditions hold for, those of a later stage hold for, and the furthest counts.
 * A later stage that asks for more than its conditions lets some of them stay.
 */
export function checkPassedStages(trees: readonly StageTree[], stages: readonly StageRule[], { judge, budget }: { readonly judge: Judge; readonly budget: Budget }): Problem[] {
  const nameOf = ({ owned }: StageTree): string => stages[Number(owned.path[1])]?.name ?? '';
  const conditions = trees.filter(({ owned }) => owned.path.at(-1) === 'conditions');
  const open = conditions.filter(({ owned }) => trees.every((other) => other.owned.path[1] !== owned.path[1] || conditions.includes(other)));
  return conditions.flatMap((stage, at) => {
    const later = conditions
      .slice(at + 1)
      .filter((other) => open.includes(other))
      .find(({ form }) => refute([{ form: stage.form, negated: false }, { form, negated: true }], judge, { without: new Set(), budget }));
    if (!later) return [];
    const message = `Nobody stays in "${nameOf(stage)}": whoever these conditions hold for is in "${nameOf(later)}" at once`;
    const hint = `Ask for more in "${nameOf(later)}", or for less here.`;
    return [problemAt(stage.owned.file, stage.owned.path, message, hint, 'warning')];
  });
}
