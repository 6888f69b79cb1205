import type { Decision, Transition } from './types.ts';
import { transitionType } from './transition-events.ts';

/** Why a lead is to be looked at again because of its own transitions. */
export interface Wake {
  /** One for each transition that some rule reads, such as `segment_entered:segments/a`. */
  readonly causes: readonly string[];
  /** All causes of the chain that leads here, each with its lead. */
  readonly after: readonly string[];
}

/** What a transition is called as a cause: `segment_left:segments/a`, `stage_changed:customer`, `grade_changed:scoring/fit:B`. Finitely many in a rulebook. */
export function causeOf(transition: Transition): string {
  const { kind, subject, to } = transition;
  const type = transitionType(transition);
  if (kind === 'stage') return `${type}:${to ?? ''}`;
  return kind === 'grade' ? `${type}:${subject}:${to ?? ''}` : `${type}:${subject}`;
}

/**
 * Whether a lead must be looked at again because rules read what just became of it, and with which chain. A cause that stands in
 * the chain already wakes nobody: so a chain has at most as many looks as a rulebook has causes, however its rules chase
 * each other. What is not looked at again is seen at the next ordinary look.
 *
 * @param chain the causes that led to this decision; empty when something outside did
 * @param read what rules read: a type, or `type:subject`
 */
export function wakeOf({ lead, transitions }: Pick<Decision, 'lead' | 'transitions'>, chain: readonly string[], read: ReadonlySet<string>): Wake | null {
  const news = transitions.filter((transition) => isRead(transition, read) && !chain.includes(inChain(lead, transition)));
  if (news.length === 0) return null;
  return { causes: [...new Set(news.map(causeOf))], after: chainAfter({ lead, transitions }, chain) };
}

/** The chain of what follows from a decision. */
export function chainAfter({ lead, transitions }: Pick<Decision, 'lead' | 'transitions'>, chain: readonly string[]): string[] {
  return [...new Set([...chain, ...transitions.map((transition) => inChain(lead, transition))])];
}

/** How a chain names what happened to a lead: the leads of an account may pass chains to each other. */
export function inChain(lead: string, transition: Transition): string {
  return `${causeOf(transition)}@${lead}`;
}

function isRead(transition: Transition, read: ReadonlySet<string>): boolean {
  const type = transitionType(transition);
  return read.has(type) || read.has(`${type}:${transition.subject}`);
}
