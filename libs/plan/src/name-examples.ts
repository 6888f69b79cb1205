import type { LeadChanges } from '@tendril/programmes';
import { explainLead } from '@tendril/rulebook';
import type { AccountCounts } from './account-counts.ts';
import type { BothExplanations, Reason } from './compare-explanations.ts';
import type { Ruling } from './gate-snapshot.ts';
import { type Example, MOST_EXAMPLES } from './plan.ts';
import type { Sample } from './tally.ts';
import { countsOf, snapshotThen, type Standing } from './virtual-world.ts';

/** How many leads of a kind of change are explained, to choose among: the engine needs milliseconds for each. */
const CANDIDATES = 6;

/** Says of a lead what changes for it and why. */
export type Telling = (both: BothExplanations, lead: number) => Reason;

/** Names leads with reasons, the most typical first. */
export type NameExamples = (leads: readonly number[], tell: Telling) => Promise<Example[]>;

/** What examples are drawn from. */
export interface Examined {
  readonly sample: Sample;
  readonly before: Ruling;
  readonly after: Ruling;
  /** What the change does to each lead, in the order of the population. */
  readonly changes: readonly LeadChanges[];
  readonly standing: readonly Standing[];
}

/**
 * Typical is a lead to whom little else happens, and whose value lies near the one that was changed. Which leads are named
 * follows from the population alone, so the same plan names the same. `pause` is called after each explanation.
 */
export function exampleNamer(examined: Examined, pause: () => Promise<void>): NameExamples {
  const counts = { before: countsOf(examined.sample.population, examined.before, examined.standing), after: countsOf(examined.sample.population, examined.after, examined.standing) };
  const explained = new Map<number, Promise<BothExplanations>>();
  const explain = (lead: number): Promise<BothExplanations> => {
    const known = explained.get(lead) ?? explainBoth(lead, examined, counts);
    explained.set(lead, known);
    return known;
  };
  return async (leads, tell) => {
    const candidates = [...leads].sort((a, b) => upheaval(examined, a) - upheaval(examined, b) || a - b).slice(0, CANDIDATES);
    const told = [];
    for (const lead of candidates) {
      told.push({ lead, ...tell(await explain(lead), lead) });
      await pause();
    }
    return told
      .sort((a, b) => a.distance - b.distance || a.lead - b.lead)
      .slice(0, MOST_EXAMPLES)
      .map(({ lead, words }) => ({ lead: examined.sample.population.leads[lead]?.id ?? '', sentence: words }));
  };
}

/** How much happens to a lead at once. */
function upheaval({ changes }: Examined, lead: number): number {
  const change = changes[lead];
  return change ? change.decision.transitions.filter(({ kind }) => kind !== 'score').length + change.decision.changedScores.length + change.touches.length : Infinity;
}

type BothAccountCounts = Readonly<Record<'before' | 'after', AccountCounts>>;

async function explainBoth(lead: number, { before, after, sample: { population }, standing }: Examined, counts: BothAccountCounts): Promise<BothExplanations> {
  const factsBefore = snapshotThen(before, population, lead, { stage: population.leads[lead]?.stage ?? null, counts: counts.before }).facts;
  const factsAfter = snapshotThen(after, population, lead, { stage: standing[lead]?.state.stage ?? null, counts: counts.after }).facts;
  return {
    before: await explainLead(before.rulebook, factsBefore, population.takenAt),
    after: await explainLead(after.rulebook, factsAfter, population.takenAt),
  };
}
