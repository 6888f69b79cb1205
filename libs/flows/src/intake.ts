import { ConsentChanged, type IntakeEvent, LeadUpdated, Suppressed } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { ShadowRules } from '@tendril/rulebook';
import {
  addConsents,
  addDue,
  addEvents,
  addShadowDue,
  addSuppressions,
  type ConsentEntry,
  type Db,
  holdRulebook,
  joinAccounts,
  leadsByAddress,
  lockLeads,
  mergeAttributes,
  newestConsents,
  setAddresses,
  type StoredEvent,
} from '@tendril/store';
import { addressHash } from '@tendril/touchpoints';
import type { Active } from './active-rulebook.ts';
import { checkIntake, type Refusal } from './check-intake.ts';
import { resolveLeads } from './resolve-leads.ts';
import { wakeAccounts } from './wake-leads.ts';
import type { World } from './world.ts';

/** What became of a batch: every event is stored, known already, or refused with the reason. */
export interface IntakeResult {
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: readonly Refusal[];
}

/** An event together with the lead that it is about. */
export interface LeadIntake {
  readonly lead: string;
  readonly event: IntakeEvent;
}

/**
 * Takes in a batch of events in one transaction: checks each against the tracking plan, finds or makes its lead, stores it
 * once per (source, key), projects attributes, addresses, consents and suppressions, and makes the leads due whose rules read it.
 * The answer comes after the commit. Locks nothing that a tick locks, except for opt-outs, which must wait for it.
 * Only an activation makes it wait.
 */
export async function takeIn(world: World, events: readonly IntakeEvent[]): Promise<IntakeResult> {
  return world.store.transaction((db) => takeInWithin(db, world, events));
}

/**
 * How the newest word on consent is found. `live`: what is said last counts. `import`: a file tells what another system
 * believes, perhaps for long, so a yes in it never overrides a no that we know, and a no in it counts each time it is read.
 */
export type ConsentSource = 'live' | 'import';

/** The same as part of the caller's transaction. */
export async function takeInWithin(
  db: Db,
  world: World,
  events: readonly IntakeEvent[],
  source: ConsentSource = 'live',
): Promise<IntakeResult> {
  await holdRulebook(db);
  const active = await world.rulebook.read(db);
  const now = world.clock.now();
  const { accepted, refused } = checkIntake(events, active?.rulebook.trackingPlan, now);
  const resolved = await resolveLeads(db, accepted, world.newId, now);
  const stored = await storeEvents(db, world, active, resolved, source);
  return { stored, duplicates: accepted.length - stored, refused };
}

/**
 * Stores events of known leads with all that follows from them; returns how many were new. Part of the caller's transaction,
 * which begins with `holdRulebook`: an event that only the next rulebook reads must be there when that one looks at every lead.
 */
export async function storeEvents(
  db: Db,
  world: World,
  active: Active | undefined,
  intake: readonly LeadIntake[],
  source: ConsentSource = 'live',
): Promise<number> {
  const now = world.clock.now();
  const fresh = await addEvents(db, intake.map(asStored), now);
  const news = firstOfEach(intake).filter(({ event }) => fresh.has(`${event.source}\n${event.key}`));
  await storeRights(db, source === 'import' ? firstOfEach(intake) : news, source, now);
  if (news.length === 0) return 0;
  await setAddresses(db, news.flatMap(addressesOf), now);
  await wakeAccounts(db, active, await joinAccounts(db, news.flatMap((item) => accountOf(item, world))), now);
  await mergeAttributes(db, news.flatMap(attributesOf));
  const due = dueOf(news, active);
  await addDue(db, due);
  if (active?.shadow) await addShadowDue(db, dueForDrafts(news, due, active.shadow), now);
  return news.length;
}

function asStored({ lead, event }: LeadIntake): StoredEvent {
  const { source, key, type, at, account, properties } = event;
  return { lead, source, key, type, at: new Date(at), account: account?.domain ?? null, properties };
}

/** The same event twice in one batch counts once. */
function firstOfEach(intake: readonly LeadIntake[]): LeadIntake[] {
  const first = new Map<string, LeadIntake>();
  for (const item of intake) {
    const key = `${item.event.source}\n${item.event.key}`;
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
  if (!event.account) return [];
  const attributes = event.type === 'lead_updated' ? (LeadUpdated.parse(event.properties).account ?? {}) : {};
  return [{ lead, id: world.newId(), domain: event.account.domain, attributes }];
}

function attributesOf({ lead, event }: LeadIntake): { lead: string; attributes: JsonObject; at: Date }[] {
  if (event.type !== 'lead_updated') return [];
  const { attributes } = LeadUpdated.parse(event.properties);
  return attributes ? [{ lead, attributes, at: new Date(event.at) }] : [];
}

/** Consents and suppressions. Refusals take the leads' locks first, so that no touch can be on its way past them. */
async function storeRights(db: Db, intake: readonly LeadIntake[], source: ConsentSource, now: Date): Promise<void> {
  const said = intake.flatMap(consentOf);
  const suppressed = intake.flatMap(suppressionOf);
  const sameAddress = await leadsByAddress(db, suppressed.map(({ hash }) => hash));
  const refusing = [...said.filter(({ state }) => state === 'denied'), ...suppressed, ...sameAddress].map(({ lead }) => lead);
  await lockLeads(db, [...new Set(refusing)]);
  await addConsents(db, source === 'import' ? await newsToTheLedger(db, said) : said, now);
  await addSuppressions(db, suppressed, now);
}

/** Of what a file says, what the ledger does not know: a yes where there is no word yet, a no where anything is still allowed. */
async function newsToTheLedger(db: Db, said: readonly ConsentEntry[]): Promise<ConsentEntry[]> {
  const known = await newestConsents(db, [...new Set(said.map(({ lead }) => lead))]);
  return said.filter((entry) => {
    const words = known.filter(({ lead, channel }) => lead === entry.lead && channel === entry.channel);
    const covering = words.filter(({ topic }) => topic === entry.topic || topic === '*');
    if (entry.state === 'granted') return covering.length === 0;
    const refused = Math.max(0, ...covering.filter(({ state }) => state === 'denied').map(({ seq }) => seq));
    const allowed = (entry.topic === '*' ? words : covering).some(({ state, seq }) => state === 'granted' && seq > refused);
    return refused === 0 || allowed;
  });
}

function consentOf({ lead, event }: LeadIntake): ConsentEntry[] {
  if (event.type !== 'consent_changed') return [];
  return [{ lead, ...ConsentChanged.parse(event.properties), source: event.source, at: new Date(event.at) }];
}

function suppressionOf({ lead, event }: LeadIntake): { lead: string; channel: string; hash: string; reason: string }[] {
  if (event.type !== 'suppressed') return [];
  const { channel, reason } = Suppressed.parse(event.properties);
  const value = channel === 'email' ? event.lead.email : event.lead.phone;
  return value === undefined ? [] : [{ lead, channel, reason, hash: addressHash(channel, value) }];
}

/** Types that change what rules may ask, whatever the rules read. */
const ALWAYS = new Set(['lead_updated', 'consent_changed']);

function dueOf(news: readonly LeadIntake[], active: Active | undefined): { lead: string; cause: string }[] {
  const read = active && new Set(active.rulebook.eventTypes);
  const causes = news.filter(({ event: { type } }) => !read || read.has(type) || ALWAYS.has(type));
  const unique = new Map(causes.map(({ lead, event: { type } }) => [`${lead} ${type}`, { lead, cause: type }]));
  return [...unique.values()];
}

/** Leads of events that only drafts read: they do not make a lead due for anything live. */
function dueForDrafts(news: readonly LeadIntake[], due: readonly { readonly lead: string }[], { rulebook }: ShadowRules): string[] {
  const read = new Set(rulebook.eventTypes);
  const looked = new Set(due.map(({ lead }) => lead));
  return [...new Set(news.flatMap(({ lead, event }) => (read.has(event.type) && !looked.has(lead) ? [lead] : [])))];
}
