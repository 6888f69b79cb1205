import { compileContent, contentProblems, type ContentLibrary } from '@tendril/content';
import { AppError } from '@tendril/kernel';
import { type FactPlan, factPlan, loadRulebook, type Rulebook, shadowRules, type ShadowRules } from '@tendril/rulebook';
import { activeRulebook, type Db, readRulebook, type StoredRulebook } from '@tendril/store';

/** A rulebook with its contents compiled, ready for ticks. */
export interface Active {
  readonly rulebook: Rulebook;
  readonly content: ContentLibrary;
  readonly gitRevision: string | null;
  /** The drafts, to be evaluated in shadow; null when there are none. */
  readonly shadow: ShadowRules | null;
  /** What live rules and drafts need of events. */
  readonly facts: FactPlan;
}

/** Compiles rule files. @throws AppError `rulebook-broken` with the problems, each with its place and remedy */
export function compileRulebook({ files, gitRevision }: Omit<StoredRulebook, 'hash'>): Active {
  const { rulebook, problems: found } = loadRulebook(files);
  const problems = [...found, ...(rulebook ? contentProblems(rulebook.content, rulebook.trackingPlan) : [])].filter(
    ({ severity }) => severity === 'error',
  );
  if (rulebook && problems.length === 0) {
    const shadow = shadowRules(rulebook);
    const facts = factPlan(rulebook, shadow);
    return { rulebook, content: compileContent(rulebook.content, rulebook.policies), gitRevision, shadow, facts };
  }
  const [first] = problems;
  const where = first ? `; the first is ${first.file}:${first.line}:${first.column}, ${first.message}` : '';
  throw new AppError('rulebook-broken', `The rule files have ${problems.length} problem${problems.length === 1 ? '' : 's'}${where}`, {
    status: 422,
    data: problems,
    hint: 'Mend them; "npm run tendril -- rules check" prints each with its line.',
  });
}

/**
 * The rulebook that decides now. Every process asks the database which one that is, so a change made by one process holds
 * for all at their next tick; compiling happens once per rulebook.
 */
export class ActiveRulebook {
  #compiled: Active | undefined;

  /** What `read` last found, for what may be a moment late. */
  get latest(): Active | undefined {
    return this.#compiled;
  }

  /** Undefined while none was activated yet. */
  async read(db: Db): Promise<Active | undefined> {
    const active = await activeRulebook(db);
    if (!active) return undefined;
    const { hash, gitRevision } = active;
    if (this.#compiled?.rulebook.hash === hash) {
      if (this.#compiled.gitRevision !== gitRevision) this.#compiled = { ...this.#compiled, gitRevision };
      return this.#compiled;
    }
    const stored = await readRulebook(db, hash);
    if (!stored) throw new AppError('rulebook-lost', `The active rulebook ${hash} is not stored`);
    this.#compiled = compileRulebook(stored);
    return this.#compiled;
  }

  /** The same, for callers that cannot go on without one. @throws AppError `no-rulebook` */
  async require(db: Db): Promise<Active> {
    const active = await this.read(db);
    if (active) return active;
    throw new AppError('no-rulebook', 'No rulebook is active yet', {
      status: 409,
      hint: 'Start the core with a rules/ folder, or POST /v1/rulebook.',
    });
  }
}
