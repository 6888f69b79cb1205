import {
  addDue,
  addDueColleagues,
  addDueInAccounts,
  addShadowDue,
  addShadowDueColleagues,
  addShadowDueInAccounts,
  type Db,
  type JoinedAccounts,
} from '@tendril/store';
import { chainAfter, type Decision, inChain, type Transition, type Wake, wakeOf } from '@tendril/decisions';
import type { LeadChanges } from '@tendril/programmes';
import type { Reads } from '@tendril/rulebook';
import type { Active } from './active-rulebook.ts';
import type { World } from './world.ts';

// Where drafts alone ask, the leads become due for the drafts alone, so that drafts change nothing that is live, not even a why.

/** Makes leads due whose touchpoints are new or in another state, if some rule asks about touchpoints. Part of the caller's transaction. */
export async function wakeForTouches(db: Db, world: World, leads: readonly string[]): Promise<void> {
  if (leads.length === 0) return;
  const active = await world.rulebook.read(db);
  const touched = [...new Set(leads)];
  if (active?.rulebook.reads.touchpoints) await addDue(db, touched.map((lead) => ({ lead, cause: 'touchpoint' })));
  else if (active?.shadow?.rulebook.reads.touchpoints) await addShadowDue(db, touched, world.clock.now());
}

/**
 * Makes all leads of an account due when one of them enters or leaves a segment whose members some rule counts; that one too,
 * because counts are of the state before an evaluation. The rule has no say in the segment (loops are refused), so this ends.
 */
export async function wakeColleagues(db: Db, { rulebook, shadow }: Active, changes: readonly LeadChanges[], { now, chains }: Look): Promise<void> {
  const movedIn = ({ accountCounts }: Reads): Decision[] =>
    changes.flatMap(({ decision }) => {
      const chain = chains.get(decision.lead) ?? [];
      const news = ({ kind, subject, ...rest }: Transition): boolean =>
        kind === 'segment' && accountCounts.includes(subject) && !chain.includes(inChain(decision.lead, { kind, subject, ...rest }));
      return decision.transitions.some(news) ? [decision] : [];
    });
  const moved = movedIn(rulebook.reads);
  // Without rules that react to transitions no lead can come back to itself, and chains need not be kept.
  const afterOf = (decision: Decision) => (rulebook.reads.transitions.length > 0 ? chainAfter(decision, chains.get(decision.lead) ?? []) : null);
  await addDueColleagues(db, moved.map((decision) => ({ lead: decision.lead, after: afterOf(decision) })), 'account');
  if (shadow) await addShadowDueColleagues(db, without(leadsOf(moved), leadsOf(movedIn(shadow.rulebook.reads))), now);
}

const leadsOf = (decisions: readonly Decision[]): string[] => decisions.map(({ lead }) => lead);

/** When a batch was looked at, and lead → the chain of causes that led to it. */
export interface Look {
  readonly now: Date;
  readonly chains: ReadonlyMap<string, readonly string[]>;
}

/**
 * Makes leads due again whose new transitions some rule reads as events. A transition that stands in the chain already wakes
 * nobody, so chains end; rules see it at the next look.
 */
export async function wakeForTransitions(db: Db, { rulebook, shadow }: Active, changes: readonly LeadChanges[], { now, chains }: Look): Promise<void> {
  const wokenBy = ({ transitions }: Reads, ofChain: Look['chains']): (Wake & { readonly lead: string })[] => {
    if (transitions.length === 0) return [];
    const read = new Set(transitions);
    return changes.flatMap(({ decision }) => {
      const wake = wakeOf(decision, ofChain.get(decision.lead) ?? [], read);
      return wake ? [{ ...wake, lead: decision.lead }] : [];
    });
  };
  const woken = wokenBy(rulebook.reads, chains);
  await addDue(db, woken.flatMap(({ lead, causes, after }) => causes.map((cause) => ({ lead, cause, after }))));
  if (!shadow) return;
  // Drafts decide nothing, so nothing they are woken for comes back.
  const drafts = wokenBy(shadow.rulebook.reads, new Map());
  await addShadowDue(db, without(woken.map(({ lead }) => lead), drafts.map(({ lead }) => lead)), now);
}

/** Makes the leads of accounts due that have other attributes or other leads now, as far as rules ask about either. */
export async function wakeAccounts(db: Db, active: Active | undefined, joined: JoinedAccounts, now: Date): Promise<void> {
  if (!active) return;
  const live = concerned(active.rulebook.reads, joined);
  await addDueInAccounts(db, live.accounts, 'account');
  await addDue(db, live.leads.map((lead) => ({ lead, cause: 'account' })));
  if (!active.shadow) return;
  const drafts = concerned(active.shadow.rulebook.reads, joined);
  await addShadowDueInAccounts(db, without(live.accounts, drafts.accounts), now);
  await addShadowDue(db, without(live.leads, drafts.leads), now);
}

/** The accounts, and the leads one by one, for which rules that read this may answer otherwise. */
function concerned({ accounts, accountCounts }: Reads, { changed, moved }: JoinedAccounts): { readonly accounts: string[]; readonly leads: string[] } {
  const others = accountCounts.length > 0 ? moved.flatMap(({ from, to }) => [from ?? [], to].flat()) : [];
  const arrived = accounts && accountCounts.length === 0 ? moved.map(({ lead }) => lead) : [];
  return { accounts: [...new Set([...(accounts ? changed : []), ...others])], leads: arrived };
}

function without(some: readonly string[], all: readonly string[]): string[] {
  const known = new Set(some);
  return all.filter((one) => !known.has(one));
}
