import { type IntakeEvent, isFreeMail, type LeadUpdated } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import {
  addDue,
  addEvents,
  addQuarantined,
  type Db,
  holdRulebook,
  joinAccounts,
  lockLeadRows,
  mergeAttributes,
  type Merge,
  MERGED,
  type Quarantined,
  rootsOf,
  setAddresses,
  type StoredEvent,
  type WakingTypes,
} from '@tendril/store';
import { addressHash } from '@tendril/touchpoints';
import type { Active } from './active-rulebook.ts';
import { type IntakeProblem, problemIn } from './check-intake.ts';
import { mergesOf, saveMerges } from './merge-leads.ts';
import { resolveLeads } from './resolve-leads.ts';
import { type ConsentSource, storeRights } from './store-rights.ts';
import { wakeAccounts } from './wake-leads.ts';
import type { World } from './world.ts';

/** An event that was not stored: its position in the batch, from 0, and why. */
export type Refusal = Omit<IntakeProblem, 'aside'> & { readonly index: number };

/** What became of a batch: every event is stored, known already, kept aside until it is released, or refused. */
export interface IntakeResult {
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: readonly Refusal[];
  readonly refused: readonly Refusal[];
}

/** What became of one event. */
export type Fate = 'stored' | 'duplicate' | IntakeProblem;

/** What became of events that were told together. */
export function tally(fates: readonly Fate[]): IntakeResult {
  const problems = fates.flatMap((fate, index) => (typeof fate === 'string' ? [] : [{ index, ...fate }]));
  const told = (some: typeof problems): Refusal[] => some.map(({ aside: _, ...refusal }) => refusal);
  return {
    stored: fates.filter((fate) => fate === 'stored').length,
    duplicates: fates.filter((fate) => fate === 'duplicate').length,
    quarantined: told(problems.filter(({ aside }) => aside)),
    refused: told(problems.filter(({ aside }) => !aside)),
  };
}

/** An event together with the lead that it is about. */
export interface LeadIntake {
  readonly lead: string;
  readonly event: IntakeEvent;
  /** The lead that its anonymous id leads to, when that is another: both are one person, if nothing speaks against it. */
  readonly other?: string | undefined;
}

/**
 * Takes in a batch of events in one transaction: checks each against the tracking plan, finds or makes its lead, stores it
 * once per (source, key), projects attributes, addresses, consents and suppressions, merges leads that turn out to be one person,
 * and makes the leads due whose rules read it. The answer comes after the commit. Locks nothing that a tick locks, except for
 * opt-outs and merges, which must wait for it.
 * Only an activation makes it wait.
 */
export async function takeIn(world: World, events: readonly IntakeEvent[]): Promise<IntakeResult> {
  return tally(await world.store.transaction((db) => takeInWithin(db, world, events)));
}

/** The same as part of the caller's transaction; says of each event what became of it. */
export async function takeInWithin(
  db: Db,
  world: World,
  events: readonly IntakeEvent[],
  source: ConsentSource = 'live',
): Promise<readonly Fate[]> {
  await holdRulebook(db);
  const active = await world.rulebook.read(db);
  const now = world.clock.now();
  const problems = events.map((event) => problemIn(event, active?.rulebook.trackingPlan, now));
  const accepted = events.filter((_, index) => !problems[index]);
  const resolved = await resolveLeads(db, accepted, world.newId, now);
  const fresh = new Set((await storeEvents(db, world, active, resolved, source)).map(({ event }) => nameOf(event)));
  await addQuarantined(db, events.flatMap((event, index) => asideOf(event, problems[index])), now);
  // Of those with the same key, the first one is stored.
  return events.map((event, index) => problems[index] ?? (fresh.delete(nameOf(event)) ? 'stored' : 'duplicate'));
}

/** An event is told apart from others by its source and key. */
const nameOf = ({ source, key }: IntakeEvent): string => `${source}\n${key}`;

function asideOf(event: IntakeEvent, problem: IntakeProblem | undefined): Quarantined[] {
  if (!problem?.aside) return [];
  return [{ source: event.source, key: event.key, at: new Date(event.at), body: event as unknown as JsonObject, code: problem.code, reason: problem.message }];
}

/**
 * Stores events of known leads with all that follows from them; returns those that were new. Part of the caller's transaction,
 * which begins with `holdRulebook`: an event that only the next rulebook reads must be there when that one looks at every lead.
 * Locks are taken in one order by everybody: the turn to merge, leads (`lead_state`), rows of leads, addresses, accounts.
 */
export async function storeEvents(
  db: Db,
  world: World,
  active: Active | undefined,
  intake: readonly LeadIntake[],
  source: ConsentSource = 'live',
): Promise<readonly LeadIntake[]> {
  const now = world.clock.now();
  const fresh = await addEvents(db, intake.map(asStored), now, wakingTypes(active));
  const news = firstOfEach(intake).filter(({ event }) => fresh.has(nameOf(event)));
  const merges = await mergesOf(db, news);
  await storeRights(db, source === 'import' ? firstOfEach(intake) : news, { source, merges, now });
  if (news.length === 0) return news;
  await project(db, world, active, news, merges);
  await saveMerges(db, active, merges, now);
  await addDue(db, await dueOfMerged(db, news));
  return news;
}

/** Brings events into what is kept of their leads: addresses, accounts and attributes. */
async function project(db: Db, world: World, active: Active | undefined, news: readonly LeadIntake[], merges: readonly Merge[]): Promise<void> {
  const now = world.clock.now();
  const rows = news.filter(({ event: { type, account } }) => type === 'lead_updated' || account !== undefined);
  await lockLeadRows(db, [...rows, ...merges.flatMap(({ lead, into }) => [{ lead }, { lead: into }])]);
  await setAddresses(db, news.flatMap(addressesOf), now);
  await wakeAccounts(db, active, await joinAccounts(db, news.flatMap((item) => accountOf(item, world))), now);
  await mergeAttributes(db, news.flatMap(attributesOf));
}

function asStored({ lead, event }: LeadIntake): StoredEvent {
  const { source, key, type, at, properties } = event;
  return { lead, source, key, type, at: new Date(at), account: companyOf(event) ?? null, properties };
}

/** The domain of the account that an event names. A mail provider's is nobody's company: leads that share it share nothing. */
function companyOf({ account }: IntakeEvent): string | undefined {
  return account === undefined || isFreeMail(account.domain) ? undefined : account.domain;
}

/** The same event twice in one batch counts once. */
function firstOfEach(intake: readonly LeadIntake[]): LeadIntake[] {
  const first = new Map<string, LeadIntake>();
  for (const item of intake) {
    const key = nameOf(item.event);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
}

function addressesOf({ lead, event }: LeadIntake): { lead: string; channel: string; value: string; hash: string }[] {
  const channels = { email: event.lead.email, sms: event.lead.phone };
  return Object.entries(channels).flatMap(([channel, value]) =>
    value === undefined ? [] : [{ lead, channel, value, hash: addressHash(channel, value) }],
  );
}

function accountOf({ lead, event }: LeadIntake, world: World): { lead: string; id: string; domain: string; attributes: JsonObject }[] {
  const domain = companyOf(event);
  if (domain === undefined) return [];
  const attributes = event.type === 'lead_updated' ? ((event.properties as LeadUpdated).account ?? {}) : {};
  return [{ lead, id: world.newId(), domain, attributes }];
}

function attributesOf({ lead, event }: LeadIntake): { lead: string; attributes: JsonObject; at: Date }[] {
  if (event.type !== 'lead_updated') return [];
  const { attributes } = event.properties as LeadUpdated; // checked before
  return attributes ? [{ lead, attributes, at: new Date(event.at) }] : [];
}

/** Types that change what rules may ask, whatever the rules read. */
const ALWAYS = ['lead_updated', 'consent_changed'];

/** Before the first rulebook every event counts: nobody knows yet what the first one will read. */
function wakingTypes(active: Active | undefined): WakingTypes {
  if (!active) return { live: undefined, drafts: [] };
  return { live: [...ALWAYS, ...active.rulebook.eventTypes], drafts: active.shadow?.rulebook.eventTypes ?? [] };
}

/** An account that was named for a lead while it became part of another is that one's, if it has none: the next tick sees to it. */
async function dueOfMerged(db: Db, news: readonly LeadIntake[]): Promise<{ lead: string; cause: string }[]> {
  const named = news.filter(({ event }) => event.account !== undefined).map(({ lead }) => lead);
  const merged = named.length > 0 ? await rootsOf(db, named) : new Map<string, string>();
  return [...merged.keys()].map((lead) => ({ lead, cause: MERGED }));
}
