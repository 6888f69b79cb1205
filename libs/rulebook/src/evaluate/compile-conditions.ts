import { stableJson } from '@tendril/kernel';
import { comparison, comparisonOfTwo } from './compile-comparison.ts';
import type { FactCode } from './compile-facts.ts';
import { type Leaf, otherSide } from './rule-graph.ts';
import type { Condition } from '../language/types.ts';

/** JavaScript for condition trees: a comparison that stands in several rules is computed once, the rest only when needed. */
export class ConditionCode {
  readonly #facts: FactCode;
  readonly #segment: (id: string) => string;
  readonly #comparisons = new Map<string, { readonly code: string; times: number; variable: string | null }>();
  #shared = 0;

  /** `comparisons`: all that will be asked for, as often as they are written. `segment`: the variable of a segment's answer. */
  constructor(facts: FactCode, comparisons: readonly Leaf[], segment: (id: string) => string) {
    this.#facts = facts;
    this.#segment = segment;
    for (const leaf of comparisons) this.#register(leaf);
  }

  /** An expression for the tree; statements that must stand before it are added to `before`. */
  expression(condition: Condition, before: string[]): string {
    if ('all' in condition) return `(${condition.all.map((inner) => this.expression(inner, before)).join(' && ')})`;
    if ('any' in condition) return `(${condition.any.map((inner) => this.expression(inner, before)).join(' || ')})`;
    if ('not' in condition) return `!${this.expression(condition.not, before)}`;
    if ('condition' in condition) return this.#segment(condition.condition);
    const known = this.#register(condition, 0);
    if (known.times < 2) return known.code;
    if (known.variable === null) {
      known.variable = `c${this.#shared++}`;
      before.push(`const ${known.variable} = ${known.code};`);
    }
    return known.variable;
  }

  #register(leaf: Leaf, times = 1): { readonly code: string; times: number; variable: string | null } {
    const { fact, params, path, operator, value } = leaf;
    const key = stableJson([fact, params ?? null, path ?? null, operator, value]);
    let known = this.#comparisons.get(key);
    if (!known) {
      const { name, numeric } = this.#facts.variable(leaf);
      const other = otherSide(leaf);
      const code = other ? comparisonOfTwo(operator, name, this.#facts.variable(other).name) : comparison(operator, name, value, numeric);
      known = { code, times: 0, variable: null };
      this.#comparisons.set(key, known);
    }
    known.times += times;
    return known;
  }
}
