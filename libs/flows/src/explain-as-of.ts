import { AppError } from '@tendril/kernel';
import { type Explanation, explainLead, type LeadFacts, type Rulebook, type RuleSource, whatWouldChange, type WhatWouldChange, withStageAsRead } from '@tendril/rulebook';
import { activeRulebookAt, type Db, eventsOf, findRulebooks, type LeadView, loadSnapshots, membersOf, readFactsAt, readGone, readRulebook } from '@tendril/store';
import { type Active, compileRulebook } from './active-rulebook.ts';
import { digestOf } from './digests.ts';
import type { World } from './world.ts';

/** As of when, and by which rulebook: by the one that decided then when neither is named. */
export interface AsOf {
  readonly at?: Date | undefined;
  /** The beginning of a hash or git revision that this core has stored. */
  readonly rulebook?: string | undefined;
  /** The files of a rulebook that need not be stored. */
  readonly files?: readonly RuleSource[] | undefined;
}

/** Why a lead had its scores, stage and segments at a moment. */
export interface AsOfExplanation {
  readonly lead: string;
  readonly at: Date;
  /** Hash of the rulebook that explains. */
  readonly rulebook: string;
  readonly gitRevision: string | null;
  /** Hash of the rulebook that decided then; null before the first one. */
  readonly decidedBy: string | null;
  /** What the reader must know about the answer, in sentences. */
  readonly notes: readonly string[];
  readonly explanation: Explanation;
  /** What would have given other answers at that moment. */
  readonly wouldChange: WhatWouldChange;
}

/**
 * Explains a lead as of any moment, by any rulebook. As of T means what was recorded by T: events that had happened and
 * arrived, consents that had been heard, the stage that had been decided. Under a rulebook other than the one that decided
 * then, scores, grades and segments are computed anew, and the stage is read as it was.
 * @throws AppError for a time in the future or before the lead was known, and for a rulebook that is unknown, ambiguous or broken
 */
export async function explainAsOf(world: World, lead: Pick<LeadView, 'id' | 'createdAt'>, asOf: AsOf): Promise<AsOfExplanation> {
  const { db } = world.store;
  const now = world.clock.now();
  const at = asOf.at ?? now;
  checkTime(at, now, lead);
  const decidedBy = (await activeRulebookAt(db, at)) ?? null;
  const { rulebook, gitRevision } = await rulesFor(world, asOf, decidedBy);
  const { facts: read, guessedEnds } = await factsAt(db, lead.id, rulebook, { at: asOf.at, now });
  const gone = (await readGone(db, [lead.id])).get(lead.id);
  const facts = gone === undefined ? read : { ...read, older: digestOf(gone).older };
  const same = rulebook.hash === decidedBy;
  const rules = same ? rulebook : withStageAsRead(rulebook, facts.stage);
  return {
    lead: lead.id,
    at,
    rulebook: rulebook.hash,
    gitRevision,
    decidedBy,
    notes: [...(same ? [] : [otherRulebook(decidedBy)]), ...(guessedEnds > 0 ? [guessed(guessedEnds)] : []), ...(gone === undefined ? [] : [DELETED])],
    explanation: await explainLead(rules, facts, at),
    wouldChange: whatWouldChange(rules, facts, at),
  };
}

function checkTime(at: Date, now: Date, { id, createdAt }: Pick<LeadView, 'id' | 'createdAt'>): void {
  if (at > now) {
    throw new AppError('time-in-future', `${at.toISOString()} has not come yet: it is ${now.toISOString()}`, {
      status: 422,
      field: 'at',
      hint: 'Ask about a past moment; without "at" it is now. The next change by time alone stands in "nextAt".',
    });
  }
  if (at >= createdAt) return;
  throw new AppError('lead-not-yet', `Nothing was known about the lead "${id}" at ${at.toISOString()}`, {
    status: 422,
    field: 'at',
    hint: `It was first heard of at ${createdAt.toISOString()}.`,
  });
}

async function factsAt(
  db: Db,
  lead: string,
  { eventTypes, reads }: Rulebook,
  { at, now }: { readonly at: Date | undefined; readonly now: Date },
): Promise<{ readonly facts: LeadFacts; readonly guessedEnds: number }> {
  const recorded = at && (await readFactsAt(db, lead, { eventTypes, reads, at }));
  if (recorded) return recorded;
  const events = await eventsOf(db, await membersOf(db, [lead]), { eventTypes, now });
  const [snapshot] = at ? [] : await loadSnapshots(db, [lead], { events, reads, now });
  if (snapshot) return { facts: snapshot.facts, guessedEnds: 0 };
  throw new AppError('lead-unknown', `There is no lead "${lead}"`, { status: 404, hint: 'POST /v1/leads/search finds leads by e-mail address or own id.' });
}

async function rulesFor(world: World, { rulebook: named, files }: AsOf, decidedBy: string | null): Promise<Omit<Active, 'content'>> {
  if (files) return compileRulebook({ files, gitRevision: null });
  const { db } = world.store;
  const hash = named === undefined ? decidedBy : await hashOf(db, named);
  if (hash === null) {
    throw new AppError('no-rulebook-then', 'No rulebook decided at that time', {
      status: 422,
      field: 'at',
      hint: 'Name one with "rulebook", or send its files.',
    });
  }
  const active = await world.rulebook.read(db);
  if (active?.rulebook.hash === hash) return active;
  const stored = await readRulebook(db, hash);
  if (stored) return compileRulebook(stored);
  throw new AppError('rulebook-lost', `The rulebook ${hash} is not stored`);
}

async function hashOf(db: Db, named: string): Promise<string> {
  const [found, ...others] = await findRulebooks(db, named);
  if (!found) {
    throw new AppError('rulebook-unknown', `No rulebook that was ever active has a hash or git revision beginning with "${named}"`, {
      status: 404,
      field: 'rulebook',
      hint: 'POST its files to the same address, or use "tendril rules explain --rules", which reads them from git.',
    });
  }
  if (others.length === 0) return found.hash;
  throw new AppError('rulebook-ambiguous', `"${named}" is the beginning of ${others.length + 1} rulebooks`, {
    status: 409,
    field: 'rulebook',
    data: [found, ...others],
    hint: `Write more of one of these hashes: ${[found, ...others].map(({ hash }) => hash.slice(0, 12)).join(', ')}.`,
  });
}

const DELETED =
  'Events of the lead were deleted when their time was over ("retention" in tracking-plan.json): counts and sums of all time still have them, whenever they happened; points of single events, topics, and windows that reach that far back are explained without them.';

function otherRulebook(decidedBy: string | null): string {
  const other = decidedBy === null ? 'No rulebook' : `Another rulebook (${decidedBy.slice(0, 12)})`;
  return `${other} decided then. Scores, grades and segments are computed anew; stage, enrolments, touchpoints and consent are read as they were.`;
}

function guessed(n: number): string {
  const what = n === 1 ? 'One touchpoint' : `${n} touchpoints`;
  return `${what} ended unsent at a time that was not written down: it is taken to be when it was last due.`;
}
