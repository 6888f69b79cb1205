import type { Transition } from '@tendril/decisions';
import type { Population } from './population.ts';

/**
 * How many leads of each account are in the segments that rules count. Accounts are drawn whole, so a sample counts as the
 * database would. Kept from change to change: leads see the counts of the state before an evaluation.
 */
export class AccountCounts {
  readonly #segments: readonly string[];
  readonly #accountOf: readonly (string | null)[];
  readonly #members = new Map<string, number[]>();
  readonly #counts = new Map<string, Record<string, number>>();

  /** `segments`: ids whose members are counted. */
  constructor(population: Population, segments: readonly string[]) {
    this.#segments = segments;
    this.#accountOf = segments.length === 0 ? [] : population.leads.map(({ account }) => account?.id ?? null);
    this.#accountOf.forEach((account, lead) => {
      if (account !== null) this.#members.set(account, this.#members.get(account) ?? []).get(account)?.push(lead);
    });
  }

  /** Segment id → members among the leads of this lead's account; empty where nothing is counted. */
  of(lead: number): Readonly<Record<string, number>> {
    return this.#counts.get(this.#accountOf[lead] ?? '') ?? {};
  }

  /** Counts a lead in or out of its segments. Answers the leads of its account, itself among them, when a count changed. */
  move(lead: number, transitions: readonly Transition[]): readonly number[] {
    const account = this.#accountOf[lead] ?? null;
    const moves = transitions.filter(({ kind, subject }) => kind === 'segment' && this.#segments.includes(subject));
    if (account === null || moves.length === 0) return [];
    const counts = { ...this.#counts.get(account) };
    for (const { subject, to } of moves) counts[subject] = (counts[subject] ?? 0) + (to === null ? -1 : 1);
    this.#counts.set(account, counts);
    return this.#members.get(account) ?? [];
  }

  /** Counts leads that are in these segments already. */
  add(lead: number, segments: Iterable<string>): void {
    this.move(lead, [...segments].map((subject): Transition => ({ kind: 'segment', subject, from: null, to: subject })));
  }
}
