import type { Judge } from './judge.ts';
import type { Form } from './normal-form.ts';
import { type Budget, type Core, type Goal, refute } from './refute.ts';

/** Something about a condition tree that is proven. */
export interface Finding {
  /**
   * `dead`: the tree never holds. `branch`: neither does a branch of an `any`, with what stands beside it. `always`: the tree
   * always holds. `implied`: what stands beside an element of an `all` holds only where it does. `covered`: a branch of an
   * `any` holds only where the others do.
   */
  readonly kind: 'dead' | 'branch' | 'always' | 'implied' | 'covered';
  /** What it is about; the tree itself for `dead` and `always`. */
  readonly form: Form;
  /** Never empty. */
  readonly cores: readonly Core[];
  /** True of leads as tracking-plan.json has them; an attribute that is older may be something else. */
  readonly byPlan: boolean;
}

/** Who knows about all leads, and who about leads as tracking-plan.json has them. */
export interface Judges {
  readonly strict: Judge;
  readonly byPlan: Judge;
}

/** All proofs about one tree together may take so many steps; of 300 random segments with references, none took more than 500. */
const MOST_STEPS = 4_096;

const goal = (form: Form): Goal => ({ form, negated: false });
const opposite = (form: Form): Goal => ({ form, negated: true });

/** What can be proven about a tree. All that is `implied` or `covered` may be removed together, and no answer changes. */
export function findDead(tree: Form, judges: Judges, budget: Budget): Finding[] {
  const own = { steps: Math.min(budget.steps, MOST_STEPS) };
  const before = own.steps;
  const findings = new Search(judges, own).about(tree);
  budget.steps -= before - own.steps;
  return findings;
}

class Search {
  readonly #judges: Judges;
  readonly #without = new Set<Form>();
  readonly #keys = new Map<Form, ReadonlySet<string>>();
  readonly #budget: Budget;

  constructor(judges: Judges, budget: Budget) {
    this.#judges = judges;
    this.#budget = budget;
  }

  about(tree: Form): Finding[] {
    const dead = this.#never('dead', tree, []);
    if (dead) return [dead];
    const cores = this.#refute([opposite(tree)], this.#judges.strict);
    if (cores) return [{ kind: 'always', form: tree, cores, byPlan: false }];
    return this.#below(tree, []);
  }

  /** What is refuted for all leads is refuted for those of the plan, so they are asked first. */
  #never(kind: 'dead' | 'branch', form: Form, beside: readonly Goal[]): Finding | null {
    const goals = [...beside, goal(form)];
    if (kind === 'branch' && !this.#hasToDoWith(form, beside)) return null;
    const byPlan = this.#refute(goals, this.#judges.byPlan);
    const cores = byPlan && this.#refute(goals, this.#judges.strict);
    return byPlan && { kind, form, cores: cores ?? byPlan, byPlan: cores === null };
  }

  /** `beside`: what holds wherever the form decides anything, from the nodes above it. */
  #below(form: Form, beside: readonly Goal[]): Finding[] {
    // A segment that is referred to is looked at in its own file.
    if (form.kind === 'literal' || form.written.via !== null) return [];
    const dead = form.kind === 'any' ? form.nodes.flatMap((node) => this.#never('branch', node, beside) ?? []) : [];
    const alive = form.nodes.filter((node) => !dead.some((finding) => finding.form === node));
    const needless = this.#needless(form.kind, alive, beside);
    const kept = alive.filter((node) => !this.#without.has(node));
    const inner = kept.flatMap((node) => {
      const others = form.kind === 'all' ? kept.filter((other) => other !== node).map(goal) : [];
      return this.#below(node, [...beside, ...others]);
    });
    return [...dead, ...needless, ...inner];
  }

  /** From the last to the first, so that of two equal comparisons the later one is named. */
  #needless(kind: 'all' | 'any', nodes: readonly Form[], beside: readonly Goal[]): Finding[] {
    return nodes.toReversed().flatMap((node): Finding[] => {
      const others = nodes.filter((other) => other !== node && !this.#without.has(other));
      if (kind === 'any' && others.length === 0) return [];
      const question = kind === 'all' ? [...others.map(goal), opposite(node)] : [goal(node), ...others.map(opposite)];
      const cores = this.#hasToDoWith(node, [...beside, ...others.map(goal)]) && this.#refute([...beside, ...question], this.#judges.strict);
      if (!cores) return [];
      this.#without.add(node);
      return [{ kind: kind === 'all' ? 'implied' : 'covered', form: node, cores, byPlan: false }];
    });
  }

  /** A comparison whose fact nothing else asks about cannot contradict or repeat anything, unless it does so by itself. */
  #hasToDoWith(form: Form, others: readonly Goal[]): boolean {
    if (form.kind !== 'literal') return true;
    const { strict, byPlan } = this.#judges;
    const key = strict.keyOf(form);
    if (others.some((other) => this.#keysOf(other.form).has(key))) return true;
    return [form, { ...form, wanted: !form.wanted }].some((literal) => byPlan.clash([literal]) !== null);
  }

  #keysOf(form: Form): ReadonlySet<string> {
    const known = this.#keys.get(form);
    if (known) return known;
    const keys = new Set(form.kind === 'literal' ? [this.#judges.strict.keyOf(form)] : form.nodes.flatMap((node) => [...this.#keysOf(node)]));
    this.#keys.set(form, keys);
    return keys;
  }

  #refute(goals: readonly Goal[], judge: Judge): Core[] | null {
    return refute(goals, judge, { without: this.#without, budget: this.#budget });
  }
}
