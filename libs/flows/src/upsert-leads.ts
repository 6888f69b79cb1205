import { type IntakeEvent, isFreeMail, type LeadUpsert } from '@tendril/events';
import { type JsonObject, sha256Of, stableJson } from '@tendril/kernel';
import { holdRulebook, type KnownLead, readKnownLeads } from '@tendril/store';
import { problemIn } from './check-intake.ts';
import { type Refusal, storeEvents, tally } from './intake.ts';
import { type ResolvedEvent, resolveLeads } from './resolve-leads.ts';
import type { World } from './world.ts';

/** What became of one lead. */
export interface UpsertedLead {
  /** Position in the batch, from 0. */
  readonly index: number;
  /** Tendril's id of the lead. */
  readonly id: string;
  readonly result: 'created' | 'changed' | 'unchanged';
}

/** What became of a batch: every lead that was taken, and those that were refused with the reason. */
export interface UpsertResult {
  readonly leads: readonly UpsertedLead[];
  readonly refused: readonly Refusal[];
}

/**
 * Makes leads or changes what is known about them, in one transaction. A change is a `lead_updated` event, so that past states
 * can be rebuilt; what brings no news is no event, and neither is a key that is known. Checked as events are.
 */
export async function upsertLeads(world: World, upserts: readonly LeadUpsert[]): Promise<UpsertResult> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    const now = world.clock.now();
    const events = upserts.map((upsert) => asEvent(upsert, now));
    const problems = events.map((event) => problemIn(event, active?.rulebook.trackingPlan, now));
    const accepted = events.filter((_, index) => !problems[index]);
    // Nothing is kept aside here: who tells about leads hears at once what is wrong.
    const { refused } = tally(problems.map((problem) => (problem ? { ...problem, aside: false } : 'stored')));
    const mailers = accepted.filter(({ account }) => account && isFreeMail(account.domain));
    const resolved = await resolveLeads(db, accepted.filter((event) => !mailers.includes(event)), world.newId, now);
    const keyed = new Set(events.filter((_, index) => upserts[index]?.key !== undefined));
    const told = news(resolved, keyed, await readKnownLeads(db, [...new Set(resolved.map(({ lead }) => lead))]));
    const stored = new Set((await storeEvents(db, world, active, told.map(({ item }) => item))).map(({ event }) => event));
    const changed = new Set(told.flatMap(({ item, changes }) => (changes && stored.has(item.event) ? [item.event] : [])));
    const made = new Set<string>();
    return {
      leads: resolved.map((item) => {
        const created = item.made && !made.has(item.lead);
        made.add(item.lead);
        return { index: events.indexOf(item.event), id: item.lead, result: created ? 'created' : changed.has(item.event) ? 'changed' : 'unchanged' };
      }),
      refused: [...refused.map(inUpsert), ...mailers.map((event) => freeMail(event, events.indexOf(event)))].sort((a, b) => a.index - b.index),
    };
  });
}

/** Without a key the content is the key, and the moment: the same may be true again after something else was. */
function asEvent({ id, email, phone, anonymousId, attributes, account, at, source, key }: LeadUpsert, now: Date): IntakeEvent {
  const properties: JsonObject = { ...(attributes ? { attributes } : {}), ...(account?.attributes ? { account: account.attributes } : {}) };
  const time = at ?? now.toISOString();
  return {
    source,
    key: key ?? sha256Of('upsert', time, stableJson([id ?? null, email ?? null, phone ?? null, anonymousId ?? null, account?.domain ?? null, properties])),
    type: 'lead_updated',
    at: time,
    lead: { id, email, phone, anonymousId },
    ...(account ? { account: { domain: account.domain } } : {}),
    properties,
  };
}

/** What is to be told: everything that has a key of its own, and else what says something new. Later ones see what earlier ones said. */
function news(
  resolved: readonly ResolvedEvent[],
  keyed: ReadonlySet<IntakeEvent>,
  known: Map<string, KnownLead>,
): { readonly item: ResolvedEvent; readonly changes: boolean }[] {
  return resolved.flatMap((item) => {
    const before = known.get(item.lead);
    const after = afterwards(before, item.event);
    const changes = item.made || item.linked || item.other !== undefined || stableJson(asJson(before)) !== stableJson(asJson(after));
    known.set(item.lead, after);
    return changes || keyed.has(item.event) ? [{ item, changes }] : [];
  });
}

const asJson = (known: KnownLead | undefined): JsonObject => ({ ...known });

const NOBODY: KnownLead = { attributes: {}, domain: null, account: null, addresses: {} };

function afterwards(before: KnownLead = NOBODY, { lead, account, properties }: IntakeEvent): KnownLead {
  const attributes = Object.entries({ ...before.attributes, ...objectIn(properties, 'attributes') }).filter(([, value]) => value !== null);
  return {
    attributes: Object.fromEntries(attributes),
    domain: account?.domain ?? before.domain,
    account: account ? { ...(account.domain === before.domain ? before.account : {}), ...objectIn(properties, 'account') } : before.account,
    addresses: {
      ...before.addresses,
      ...(lead.email === undefined ? {} : { email: lead.email }),
      ...(lead.phone === undefined ? {} : { sms: lead.phone }),
    },
  };
}

function objectIn(properties: JsonObject, name: string): JsonObject {
  const value = properties[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** A refusal names the field of the event; here it is one of the lead. */
function inUpsert(refusal: Refusal): Refusal {
  return { ...refusal, field: refusal.field.replace(/^properties\.account(?=\.|$)/, 'account.attributes').replace(/^properties\.(attributes\.)?/, 'attributes.').replace(/^lead\./, '') };
}

function freeMail({ account }: IntakeEvent, index: number): Refusal {
  return {
    index,
    code: 'event-invalid',
    field: 'account.domain',
    message: `"${account?.domain ?? ''}" is a mail provider, not a company`,
    hint: 'Leave the account out, or send the domain of the company.',
  };
}
