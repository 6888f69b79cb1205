import { stableJson } from '@tendril/kernel';
import type { JsonPath } from '../load/json-file.ts';
import { type Leaf, leavesOf } from '../evaluate/rule-graph.ts';
import type { Condition } from '../language/types.ts';

/** Where a node of a normal form is written. */
export interface Written {
  /** The way to the element of the tree, its `not` included: what would be removed. */
  readonly path: JsonPath;
  /** The way to the comparison or reference itself. */
  readonly at: JsonPath;
  /** The segment that the tree refers to here, where the node is part of it; the paths are those of the reference then. */
  readonly via: string | null;
  /** The segment in whose file it stands: `via`, or one that `via` builds on. */
  readonly within: string | null;
}

/** A comparison that must hold, or must not hold. */
export interface Literal {
  readonly kind: 'literal';
  /** A segment that was not expanded is asked for by its id. */
  readonly asked: Leaf | { readonly condition: string };
  /** The same number for the same comparison. */
  readonly atom: number;
  readonly wanted: boolean;
  readonly written: Written;
}

/** A condition tree without `not`: its comparisons are wanted or not instead. References are replaced by what they refer to. */
export type Form = Literal | { readonly kind: 'all' | 'any'; readonly nodes: readonly Form[]; readonly written: Written };

/** Larger segments stay names: a proof about them would take long, and nobody would follow it. */
const MOST_COMPARISONS = 64;

/** Brings condition trees of one rulebook into normal form; equal comparisons get equal atoms. */
export class NormalForms {
  readonly #segments: ReadonlyMap<string, Condition>;
  readonly #atoms = new Map<string, number>();
  /** A segment is expanded wherever it is referred to; its comparisons are the same objects then. */
  readonly #known = new Map<Literal['asked'], number>();
  readonly #sizes = new Map<string, number>();

  /** The segments that references are replaced by. A reference to another one stays a name. */
  constructor(segments: ReadonlyMap<string, Condition>) {
    this.#segments = segments;
  }

  /** The path leads to the condition in its file. */
  of(condition: Condition, path: JsonPath): Form {
    return this.#form(condition, { path, at: path, via: null, within: null }, true);
  }

  #form(condition: Condition, written: Written, wanted: boolean): Form {
    const fixed = written.via !== null;
    const below = (...steps: JsonPath): JsonPath => (fixed ? written.at : [...written.at, ...steps]);
    if ('not' in condition) return this.#form(condition.not, { ...written, at: below('not') }, !wanted);
    if ('condition' in condition) return this.#reference(condition, written, wanted);
    if ('fact' in condition) return this.#literal(condition, written, wanted);
    const [key, inner] = 'all' in condition ? (['all', condition.all] as const) : (['any', condition.any] as const);
    const nodes = inner.map((one, at) => {
      const path = below(key, at);
      return this.#form(one, fixed ? written : { ...written, path, at: path }, wanted);
    });
    return { kind: (key === 'all') === wanted ? 'all' : 'any', nodes, written };
  }

  #reference(asked: { readonly condition: string }, written: Written, wanted: boolean): Form {
    const segment = this.#segments.get(asked.condition);
    if (!segment || this.#size(asked.condition) > MOST_COMPARISONS) return this.#literal(asked, written, wanted);
    return this.#form(segment, { ...written, via: written.via ?? asked.condition, within: asked.condition }, wanted);
  }

  #literal(asked: Literal['asked'], written: Written, wanted: boolean): Literal {
    const atom = this.#known.get(asked) ?? this.#atomOf(stableJson(asked));
    this.#known.set(asked, atom);
    return { kind: 'literal', asked, atom, wanted, written };
  }

  #atomOf(key: string): number {
    const atom = this.#atoms.get(key) ?? this.#atoms.size;
    this.#atoms.set(key, atom);
    return atom;
  }

  /** How many comparisons a segment has when everything in it is expanded; infinitely many in a loop. */
  #size(id: string): number {
    const known = this.#sizes.get(id);
    if (known !== undefined) return known;
    this.#sizes.set(id, Infinity);
    const segment = this.#segments.get(id);
    const leaves = segment ? leavesOf(segment) : [];
    const size = leaves.reduce((sum, { condition }) => sum + ('condition' in condition ? this.#size(condition.condition) : 1), 0);
    this.#sizes.set(id, size);
    return size;
  }
}
