import { factKey } from '../load/check-guards.ts';
import type { Test } from './clash-values.ts';
import { type Family, familyOf, type Grounds } from './fact-families.ts';
import type { Literal } from './normal-form.ts';

/** Knows which comparisons cannot hold together, on the given grounds. Answers are kept: rules ask the same few things. */
export class Judge {
  readonly #grounds: Grounds;
  readonly #families = new Map<number, Family | null>();
  readonly #tests = new Map<number, Test>();
  /** Literals of one key, as numbers → those that cannot hold together; null for none. */
  readonly #verdicts = new Map<string, readonly number[] | null>();

  /** One judge serves the atoms of one `NormalForms`. */
  constructor(grounds: Grounds) {
    this.#grounds = grounds;
  }

  /** Null where nothing is known about the fact. */
  familyOf({ atom, asked }: Literal): Family | null {
    const known = this.#families.get(atom);
    if (known !== undefined) return known;
    const family = 'fact' in asked ? familyOf(asked, this.#grounds) : null;
    this.#families.set(atom, family);
    return family;
  }

  /** Literals of one key have to do with each other. */
  keyOf(literal: Literal): string {
    return this.familyOf(literal)?.key ?? `#${literal.atom}`;
  }

  /** Which of the literals of one key cannot all hold, none of which can be missed; null when nothing speaks against it. */
  clash<Some extends Literal>(literals: readonly Some[]): readonly Some[] | null {
    const numbers = [...new Set(literals.map(signed))].sort((a, b) => a - b);
    const key = numbers.join(' ');
    let verdict = this.#verdicts.get(key);
    if (verdict === undefined) this.#verdicts.set(key, (verdict = this.#judged(literals, numbers)));
    if (verdict === null) return null;
    const firsts = new Set(verdict.map((number) => literals.find((literal) => signed(literal) === number)));
    return literals.filter((literal) => firsts.has(literal));
  }

  #judged(literals: readonly Literal[], numbers: readonly number[]): readonly number[] | null {
    const opposite = numbers.find((number) => number >= 0 && numbers.includes(-1 - number));
    if (opposite !== undefined) return [opposite, -1 - opposite];
    const [first] = literals;
    const family = first && this.familyOf(first);
    if (!family) return null;
    const byNumber = new Map(literals.map((literal) => [signed(literal), literal]));
    const clashes = (some: readonly number[]): boolean => family.clash(some.flatMap((number) => this.#testOf(byNumber.get(number), number)));
    if (!clashes(numbers)) return null;
    return numbers.reduce((left, number) => {
      const fewer = left.filter((one) => one !== number);
      return clashes(fewer) ? fewer : left;
    }, numbers);
  }

  #testOf(literal: Literal | undefined, number: number): Test[] {
    if (!literal || !('fact' in literal.asked)) return [];
    const test = this.#tests.get(number) ?? { leaf: literal.asked, wanted: literal.wanted, key: factKey(literal.asked) };
    this.#tests.set(number, test);
    return [test];
  }
}

/** A number for a comparison and what is wanted of it. */
function signed({ atom, wanted }: Literal): number {
  return wanted ? atom : -1 - atom;
}
