import { grouped } from '../language/grouped.ts';
import type { Judge } from './judge.ts';
import type { Form, Literal } from './normal-form.ts';

/** A tree that is to hold; with `negated`, one that is not. */
export interface Goal {
  readonly form: Form;
  readonly negated: boolean;
}

/** What proofs may still do, so that checking stays fast whatever is written: one step for each conjunction begun. */
export interface Budget {
  steps: number;
}

/** A literal as a proof meets it. */
export interface Met extends Literal {
  /** It stands the other way round in its tree. */
  readonly flipped: boolean;
}

/** Comparisons that cannot all hold, as few as possible. */
export type Core = readonly Met[];

/** More conjunctions than this in one proof, and nothing is concluded. */
const MOST_CONJUNCTIONS = 512;

type Known = ReadonlyMap<string, readonly Met[]>;

/**
 * Proves that the goals cannot all hold: every way of making them hold comes to one of the answered cores. Null when there is
 * no proof. Their disjunctive normal form is walked, one conjunction after the other, and left at the first that nothing speaks
 * against; conjunctions that a part of them rules out already are never written out.
 * `without`: nodes that are taken as if they were not written.
 */
export function refute(goals: readonly Goal[], judge: Judge, { without, budget }: { readonly without: ReadonlySet<Form>; readonly budget: Budget }): Core[] | null {
  let left = Math.min(budget.steps, MOST_CONJUNCTIONS);
  const cores = search(goals, [], new Map());
  return cores && [...new Map(cores.map((core) => [nameOf(core), core])).values()];

  function search(open: readonly Goal[], choices: readonly (readonly Goal[])[], before: Known): Core[] | null {
    if (left <= 0) return null;
    left--;
    budget.steps--;
    const { literals, pending } = spread(open, without);
    const known = new Map(before);
    for (const [key, fresh] of grouped(literals, (literal) => judge.keyOf(literal))) {
      const together = [...(known.get(key) ?? []), ...fresh];
      known.set(key, together);
      const core = judge.clash(together);
      if (core) return [core];
    }
    const [next, ...rest] = [...choices, ...pending].sort((a, b) => a.length - b.length);
    return next ? choose(next, rest, known) : null;
  }

  /** Each alternative must be refuted; one that plays no part in its own refutation shows that all are. */
  function choose(alternatives: readonly Goal[], rest: readonly (readonly Goal[])[], known: Known): Core[] | null {
    const all: Core[] = [];
    for (const one of alternatives) {
      const cores = search([one], rest, known);
      if (!cores) return null;
      if (!cores.some((core) => core.some((literal) => isIn(literal, one.form)))) return cores;
      all.push(...cores);
    }
    return all;
  }
}

/** Goals as literals that must hold, and choices of which one must. */
function spread(open: readonly Goal[], without: ReadonlySet<Form>): { literals: Met[]; pending: Goal[][] } {
  const literals: Met[] = [];
  const pending: Goal[][] = [];
  const add = ({ form, negated }: Goal): void => {
    if (form.kind === 'literal') {
      literals.push({ ...form, wanted: form.wanted !== negated, flipped: negated });
      return;
    }
    const inner = form.nodes.filter((node) => !without.has(node)).map((node) => ({ form: node, negated }));
    if ((form.kind === 'all') !== negated || inner.length === 1) inner.forEach(add);
    else pending.push(inner);
  };
  open.forEach(add);
  return { literals, pending };
}

function isIn(literal: Met, form: Form): boolean {
  if (form.kind !== 'literal') return form.nodes.some((node) => isIn(literal, node));
  return form.atom === literal.atom && form.written === literal.written;
}

function nameOf(core: Core): string {
  return core.map(({ atom, wanted, written }) => `${atom} ${String(wanted)} ${written.at.join('.')}`).join('; ');
}
