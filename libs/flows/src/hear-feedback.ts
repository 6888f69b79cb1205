import type { Feedback, HookRequest } from '@tendril/connector-kit';
import {
  addConsents,
  addSuppressions,
  addToInbox,
  type Db,
  findTold,
  holdRulebook,
  leadsByAddress,
  lockLeads,
  type Mark,
  markTouchpoints,
  type ToldTouchpoint,
} from '@tendril/store';
import { addressHash } from '@tendril/touchpoints';
import { type LeadIntake, storeEvents } from './intake.ts';
import { optOut } from './opt-out.ts';
import { wakeForTouches } from './wake-leads.ts';
import { announceTouchpoints } from './webhooks/announce.ts';
import type { World } from './world.ts';

/** Feedback kinds that are written on the touchpoint. */
const MARKS: Readonly<Partial<Record<Feedback['kind'], Mark['column']>>> = {
  delivered: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  replied: 'replied',
  bounced: 'bounced',
  complained: 'complained',
};

/**
 * A vendor's webhook: the connector checks the signature and translates; what is new goes to the touchpoints, to the
 * suppressions and, as events, to the rules. Returns how many were new.
 */
export async function hearFeedback(world: World, connectorName: string, request: HookRequest): Promise<number> {
  const feedback = await world.connectors.named(connectorName).connector.hear(request);
  return takeFeedback(world, connectorName, feedback);
}

/** Feedback that is translated already, from a webhook or from the demo's leads. Returns how many were new. */
export async function takeFeedback(world: World, connectorName: string, feedback: readonly Feedback[]): Promise<number> {
  const { name } = world.connectors.named(connectorName);
  if (feedback.length === 0) return 0;
  return world.store.transaction((db) => storeFeedback(db, world, name, feedback));
}

async function storeFeedback(db: Db, world: World, connector: string, feedback: readonly Feedback[]): Promise<number> {
  await holdRulebook(db);
  const now = world.clock.now();
  const fresh = await addToInbox(db, connector, [...new Set(feedback.map(({ id }) => id))], now);
  const news = [...new Map(feedback.map((item) => [item.id, item])).values()].filter(({ id }) => fresh.has(id));
  if (news.length === 0) return 0;
  const about = await touchpointsOf(db, connector, news);
  const channel = world.connectors.named(connector).connector.definition.channel;
  await storeRefusals(db, world, { connector, channel, news, about });
  const proven = await markTouchpoints(db, news.flatMap((item) => markOf(item, about.get(item))));
  await wakeForTouches(db, world, proven.map(({ lead }) => lead));
  await announceTouchpoints(db, proven.map(({ id }) => id), now);
  const events = news.flatMap((item) => eventOf(item, about.get(item), connector));
  await storeEvents(db, world, await world.rulebook.read(db), events);
  return news.length;
}

async function touchpointsOf(db: Db, connector: string, news: readonly Feedback[]): Promise<Map<Feedback, ToldTouchpoint>> {
  const ids = news.flatMap(({ touchpoint }) => touchpoint ?? []);
  const refs = news.flatMap(({ ref }) => ref ?? []);
  const found = await findTold(db, connector, ids, refs);
  const byId = new Map(found.map((told) => [told.id, told]));
  const byRef = new Map(found.map((told) => [told.vendorRef, told]));
  const about = new Map<Feedback, ToldTouchpoint>();
  for (const item of news) {
    const told = byId.get(item.touchpoint ?? '') ?? (item.ref === undefined ? undefined : byRef.get(item.ref));
    if (told) about.set(item, told);
  }
  return about;
}

/** A machine's open or click is no sign of the person: it marks nothing. */
function markOf(item: Feedback, told: ToldTouchpoint | undefined): Mark[] {
  const column = MARKS[item.kind];
  if (!told || !column || item.machine) return [];
  return [{ id: told.id, column, at: item.at }];
}

function eventOf(item: Feedback, told: ToldTouchpoint | undefined, connector: string): LeadIntake[] {
  if (!told) return [];
  const { id, channel, content, programme } = told;
  const properties = {
    touchpoint: id,
    channel,
    content,
    programme,
    ...(item.url === undefined ? {} : { url: item.url }),
    ...(item.machine === undefined ? {} : { machine: item.machine }),
  };
  const event = { source: connector, key: item.id, type: `message_${item.kind}`, at: item.at.toISOString(), lead: {}, properties };
  return [{ lead: told.lead, event }];
}

interface Heard {
  readonly connector: string;
  readonly channel: string;
  readonly news: readonly Feedback[];
  readonly about: ReadonlyMap<Feedback, ToldTouchpoint>;
}

/** Why an address is not to be contacted again after this feedback; undefined when it may be. */
function refusalOf({ kind, permanent }: Feedback): string | undefined {
  if (kind === 'unsubscribed') return 'opted-out';
  if (kind === 'complained') return 'complained';
  return kind === 'bounced' && permanent ? 'bounced' : undefined;
}

/** Suppresses addresses and writes withdrawals into the ledger, under the locks of all leads that have such an address. */
async function storeRefusals(db: Db, world: World, { connector, channel, news, about }: Heard): Promise<void> {
  const now = world.clock.now();
  const refusals = news.flatMap((item) => {
    const reason = refusalOf(item);
    const told = about.get(item);
    const hash = told?.addressHash ?? (item.address === undefined ? null : addressHash(channel, item.address));
    return reason === undefined || hash === null ? [] : [{ item, told, channel: told?.channel ?? channel, hash, reason }];
  });
  if (refusals.length === 0) return;
  const leads = await leadsByAddress(db, refusals.map(({ hash }) => hash));
  await lockLeads(db, [...new Set([...leads.map(({ lead }) => lead), ...refusals.flatMap(({ told }) => told?.lead ?? [])])]);
  await addSuppressions(db, refusals, now);
  const wishes = refusals.filter(({ item }) => item.kind !== 'bounced');
  const withdrawals = wishes.flatMap((refusal) => {
    const owners = refusal.told ? [refusal.told] : leads.filter(({ hash }) => hash === refusal.hash);
    return owners.map(({ lead }) => optOut({ lead, channel: refusal.channel, id: refusal.told?.id ?? refusal.item.id }, connector, now));
  });
  await addConsents(db, withdrawals, now);
}
