import { type Decision, NEVER_EVALUATED, wakeOf } from '@tendril/decisions';
import { advance, type LeadChanges, type LeadSnapshot } from '@tendril/programmes';
import { gate, type Verdict } from '@tendril/touchpoints';
import { AccountCounts } from './account-counts.ts';
import { gateKnowledge, type GateKnowledge, gateSnapshot, type Ruling } from './gate-snapshot.ts';
import type { Population } from './population.ts';
import { plan, seeTransitions, seeUntil, snapshotOf, type TypesRead, typesRead, type VirtualLead, virtualLead, type Waiting } from './virtual-lead.ts';

/** What the gate said about one touch of one lead. */
export interface Gated {
  readonly one: VirtualLead;
  readonly waiting: Waiting;
  readonly verdict: Verdict;
}

/** Where leads stand: a state that advance answered. */
export type Standing = Pick<Decision, 'state'>;

/** The leads of a population under one rulebook, evaluated and gated as production does it, without its database. */
export class VirtualWorld {
  readonly leads: readonly VirtualLead[];
  readonly #ruling: Ruling;
  readonly #knowledge: GateKnowledge;
  readonly #counts: AccountCounts;
  readonly #types: TypesRead;
  readonly #transitionsRead: ReadonlySet<string>;

  /** `standing`: in the order of the population. */
  constructor(population: Population, ruling: Ruling, { standing, days }: { readonly standing: readonly Standing[]; readonly days: number }) {
    this.#ruling = ruling;
    this.#knowledge = gateKnowledge(ruling.rulebook);
    const types = typesRead(ruling.rulebook.eventTypes);
    this.#types = types;
    this.#transitionsRead = new Set(ruling.rulebook.reads.transitions);
    this.#counts = countsOf(population, ruling, standing);
    this.leads = standing.map(({ state }, index) => ({
      ...virtualLead(population, index, { types, days }),
      state,
      nextAt: state.nextAt?.getTime() ?? Infinity,
    }));
  }

  /** What the rules may ask about a lead as it stands. */
  snapshot(one: VirtualLead): LeadSnapshot {
    return snapshotOf(one, this.#counts.of(one.index));
  }

  /**
   * Evaluates leads, keeps where they stand now, and puts the touches that follow on their way. Wakes whom production wakes:
   * leads of an account whose members some rule counts, leads with new touches where some rule asks about touches, and leads with
   * transitions that some rule reads.
   */
  evaluate(leads: readonly VirtualLead[], now: Date): { readonly changes: LeadChanges[]; readonly woken: readonly VirtualLead[] } {
    const { rulebook } = this.#ruling;
    const changes = advance(leads.map((one) => this.snapshot(one)), rulebook, now);
    const woken = new Set<number>();
    changes.forEach(({ decision, enrolments, touches }, index) => {
      const one = leads[index];
      if (!one) return;
      if (decision.changed) one.state = decision.state;
      one.nextAt = decision.state.nextAt?.getTime() ?? Infinity;
      one.enrolments.push(...enrolments);
      for (const touch of touches) plan(one, touch, now);
      for (const colleague of this.#counts.move(one.index, decision.transitions)) woken.add(colleague);
      if (rulebook.reads.touchpoints && touches.length > 0) woken.add(one.index);
      if (this.#react(one, decision)) woken.add(one.index);
    });
    return { changes, woken: this.#wake(woken, now) };
  }

  /** Do rules read what was decided, so that the lead must be looked at again? */
  #react(one: VirtualLead, decision: Decision): boolean {
    if (this.#transitionsRead.size === 0) return false;
    seeTransitions(one, decision, this.#types);
    const wake = wakeOf(decision, one.chain, this.#transitionsRead);
    one.chain = wake?.after ?? [];
    return wake !== null;
  }

  #wake(leads: Iterable<number>, now: Date): VirtualLead[] {
    return [...leads].flatMap((lead) => {
      const one = this.leads[lead];
      if (one) one.nextAt = Math.min(one.nextAt, now.getTime());
      return one ?? [];
    });
  }

  /** Asks the gate about every touch of these leads that is due, all touches of a lead together. */
  dispatch(leads: readonly VirtualLead[], now: Date): Gated[] {
    const gated = leads.flatMap((one) => {
      const due = one.waiting.filter(({ until }) => until <= now.getTime());
      if (due.length === 0) return [];
      const { lead, touchpoints } = one;
      const snapshot = gateSnapshot({ lead, touchpoints, due: due.map(({ touch }) => touch) }, this.#ruling, this.#knowledge);
      return gate([snapshot], { now, stopped: false, policies: this.#ruling.rulebook.policies }).flatMap((verdict): Gated[] => {
        const waiting = due[Number(verdict.touchpoint)];
        return waiting ? [{ one, waiting, verdict }] : [];
      });
    });
    for (const one of gated) settle(one, now);
    if (this.#ruling.rulebook.reads.touchpoints) this.#wake(gated.map(({ one }) => one.index), now);
    return gated;
  }

  /** Lets the clock come to a moment for leads that are due: evaluates those to whom something happened, then asks the gate. */
  move(leads: readonly VirtualLead[], now: Date): { readonly gated: readonly Gated[]; readonly woken: readonly VirtualLead[] } {
    const due = leads.filter((one) => seeUntil(one, now.getTime()) || one.nextAt <= now.getTime());
    const woken = due.length > 0 ? this.evaluate(due, now).woken : [];
    return { gated: this.dispatch(leads, now), woken };
  }
}

/** Writes down what the gate said. */
function settle({ one, waiting, verdict }: Gated, now: Date): void {
  const { channel, content } = waiting.touch;
  const before = one.touchpoints[waiting.at]?.at ?? now;
  if (verdict.go === 'hold') {
    waiting.until = verdict.until.getTime();
    waiting.held = verdict.reason;
    one.touchpoints[waiting.at] = { channel, content, state: 'held', at: before };
    return;
  }
  one.waiting = one.waiting.filter((other) => other !== waiting);
  one.touchpoints[waiting.at] = verdict.go === 'send' ? { channel, content, state: 'accepted', at: now } : { channel, content, state: verdict.state, at: before };
}

/** What a rulebook reads of a lead when the population is read, if the lead stood in this stage before. */
export function snapshotThen({ rulebook }: Pick<Ruling, 'rulebook'>, population: Population, lead: number, { stage, counts }: { readonly stage: string | null; readonly counts: AccountCounts }): LeadSnapshot {
  const types = typesRead(rulebook.eventTypes);
  return snapshotOf({ ...virtualLead(population, lead, { types, days: 0 }), state: { ...NEVER_EVALUATED, stage }, nextAt: Infinity }, counts.of(lead));
}

/** Where leads stand under a rulebook when the population is read, if each stood in its recorded stage before. */
export function standingUnder(ruling: Ruling, population: Population, leads: readonly number[], counts: AccountCounts): Standing[] {
  const snapshots = leads.map((lead) => snapshotThen(ruling, population, lead, { stage: population.leads[lead]?.stage ?? null, counts }));
  return advance(snapshots, ruling.rulebook, population.takenAt).map(({ decision }) => decision);
}

/** The counts of leads that stand so. */
export function countsOf(population: Population, { rulebook }: Pick<Ruling, 'rulebook'>, standing: readonly Standing[]): AccountCounts {
  const counts = new AccountCounts(population, rulebook.reads.accountCounts);
  standing.forEach(({ state }, lead) => counts.add(lead, Object.keys(state.segments)));
  return counts;
}
