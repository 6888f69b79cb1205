import { AppError } from '@tendril/kernel';
import type { Reads } from '@tendril/rulebook';
import {
  addDueColleagues,
  addMerges,
  addShadowDueColleagues,
  type Db,
  grantedWishes,
  holdRulebook,
  lockLeads,
  type Merge,
  type MergeEffect,
  type MergeView,
  readLead,
  readMergeEffect,
  readMerges,
  takeMergeTurn,
  undoMerge,
} from '@tendril/store';
import type { Active } from './active-rulebook.ts';
import type { LeadIntake } from './intake.ts';
import type { World } from './world.ts';

/**
 * The merges that new events bring about: a visitor whom nobody knew by name turned out to be a lead that somebody knows. When
 * there are some, the transaction has the turn to merge from here on, and the caller takes the locks of their leads next.
 */
export async function mergesOf(db: Db, news: readonly LeadIntake[]): Promise<readonly Merge[]> {
  const wishes = news.flatMap(({ lead, other, event: { source, key } }) => (other === undefined ? [] : [{ lead: other, into: lead, source, key }]));
  // Asked before the turn is taken as well: two known people who share a browser wish it with each event, and never get it.
  if ((await grantedWishes(db, wishes)).length === 0) return [];
  await takeMergeTurn(db);
  return grantedWishes(db, wishes);
}

/** Makes them, and the leads of their accounts due where rules count these. The caller holds the locks of the leads. */
export async function saveMerges(db: Db, active: Active | undefined, merges: readonly Merge[], now: Date): Promise<void> {
  if (merges.length === 0) return;
  await addMerges(db, merges, now);
  await wakeAround(db, active, merges.flatMap(({ lead, into }) => [lead, into]), now);
}

async function wakeAround(db: Db, active: Active | undefined, leads: readonly string[], now: Date): Promise<void> {
  const counts = (reads: Reads | undefined): boolean => (reads?.accountCounts.length ?? 0) > 0;
  if (counts(active?.rulebook.reads)) await addDueColleagues(db, leads.map((lead) => ({ lead, after: null })), 'account');
  else if (counts(active?.shadow?.rulebook.reads)) await addShadowDueColleagues(db, leads, now);
}

/** A person's word that two leads are one. */
export interface MergeOrder {
  /** The lead that becomes part of the other. */
  readonly lead: string;
  /** The lead that both are from then on; a lead that is part of another stands for that one. */
  readonly into: string;
  readonly reason: string;
  readonly by: string;
  /** Only say what would follow. */
  readonly dryRun: boolean;
}

/** What a merge did, or would do. */
export interface Merged extends MergeEffect {
  readonly lead: string;
  readonly into: string;
  readonly dryRun: boolean;
}

/**
 * Makes a lead part of another, whatever names both have. Touchpoints that were planned for it are cancelled; what it did,
 * allowed and received counts for the other from now on.
 *
 * @throws AppError `lead-unknown`, `lead-merged` when it is part of another already, `leads-same`
 */
export async function mergeLeads(world: World, { lead, into, reason, by, dryRun }: MergeOrder): Promise<Merged> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    if (!dryRun) await takeMergeTurn(db);
    const own = await rootOf(db, lead, 'id');
    const root = await rootOf(db, into, 'into');
    if (own === root) throw new AppError('leads-same', `The leads "${lead}" and "${into}" are one lead already`, { status: 409, field: 'into', hint: 'GET /v1/leads/:id tells its merges.' });
    if (own !== lead) {
      throw new AppError('lead-merged', `The lead "${lead}" is part of "${own}"`, { status: 409, hint: `Merge "${own}", or unmerge "${lead}" first.` });
    }
    if (!dryRun) await lockLeads(db, [lead, root]);
    const effect = await readMergeEffect(db, lead);
    if (!dryRun) await saveMerges(db, await world.rulebook.read(db), [{ lead, into: root, source: null, key: null, by, reason }], world.clock.now());
    return { lead, into: root, dryRun, ...effect };
  });
}

async function rootOf(db: Db, id: string, field: string): Promise<string> {
  const found = await readLead(db, id);
  if (found) return found.id;
  throw new AppError('lead-unknown', `There is no lead "${id}"`, { status: 404, field, hint: 'POST /v1/leads/search finds leads by e-mail address or own id.' });
}

/** A person's word that a lead is not part of another. */
export type UnmergeOrder = Omit<MergeOrder, 'into'>;

/** Which merge was undone, or would be. */
export interface Unmerged {
  readonly lead: string;
  /** The lead that it is no longer part of. */
  readonly from: string;
  readonly merge: MergeView;
  readonly dryRun: boolean;
}

/**
 * Undoes the newest merge of a lead: its names lead to it again, and what was recorded for it is its own. What was told while it
 * was part of the other one stays with that one. Events never merge the two again: a person has said that they are not the same.
 *
 * @throws AppError `lead-unknown`, `lead-not-merged`
 */
export async function unmergeLead(world: World, { lead, reason, by, dryRun }: UnmergeOrder): Promise<Unmerged> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    if (!dryRun) await takeMergeTurn(db);
    await rootOf(db, lead, 'id');
    const merges = await readMerges(db, lead);
    const merge = merges.find((one) => one.lead === lead && one.undoneAt === null);
    if (!merge) throw notMerged(lead, merges);
    const answer = { lead, from: merge.root, merge, dryRun };
    if (dryRun) return answer;
    await lockLeads(db, [lead, merge.root]);
    const at = world.clock.now();
    await undoMerge(db, merge, { by, reason, at });
    await wakeAround(db, await world.rulebook.read(db), [lead, merge.root], at);
    return answer;
  });
}

function notMerged(lead: string, merges: readonly MergeView[]): AppError {
  const parts = merges.filter(({ into, undoneAt }) => into === lead && undoneAt === null).map((merge) => merge.lead);
  const hint = parts.length > 0 ? `Name the lead that is to stand alone again: ${parts.join(' or ')}.` : 'GET /v1/leads/:id tells its merges.';
  return new AppError('lead-not-merged', `The lead "${lead}" is part of no other`, { status: 409, hint });
}
