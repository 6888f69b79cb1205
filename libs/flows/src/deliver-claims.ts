import type { Delivery, Outcome } from '@tendril/connector-kit';
import { MINUTE } from '@tendril/kernel';
import {
  activeRulebook,
  addConsents,
  addSuppressions,
  beginSending,
  type Claim,
  type Db,
  type DueTouchpoint,
  holdRulebook,
  leadsByAddress,
  lockLeads,
  type OutcomeRow,
  releaseClaims,
  saveOutcomes,
  wakeCapped,
} from '@tendril/store';
import { type LeadIntake, storeEvents } from './intake.ts';
import { optOut } from './opt-out.ts';
import { wakeForTouches } from './wake-leads.ts';
import { announceTouchpoints } from './webhooks/announce.ts';
import type { World } from './world.ts';

/** A touchpoint that passed the gate and is ours to send. */
export interface ClaimedTouchpoint {
  readonly touch: DueTouchpoint;
  readonly fence: number;
  readonly connector: string;
  /** What the content is about. */
  readonly topic: string;
  readonly delivery: Delivery<unknown>;
  /** Hash of the rulebook that gated it. */
  readonly rulebook: string;
}

/** How many of each ended how. */
export type Delivered = Readonly<Record<'accepted' | 'rejected' | 'unknown' | 'held' | 'ended', number>>;

/** Claims that move to `sending` together: one short transaction, so a crash leaves at most this many `unknown`. */
const SENDING_BATCH = 50;

/** Delivers claims in batches per connector. Each batch: commit `sending`, call the vendor, write the outcomes. */
export async function deliverClaims(world: World, claimed: readonly ClaimedTouchpoint[]): Promise<Delivered> {
  const sum = { accepted: 0, rejected: 0, unknown: 0, held: 0, ended: 0 };
  for (const batch of batches(claimed)) {
    // Found before `sending` is committed: another rulebook may have taken the connector away, and then nothing has left.
    const { connector } = world.connectors.named(batch[0]!.connector);
    const may = await world.store.transaction((db) => begin(db, world, batch));
    const sending = batch.filter(({ touch }) => may.has(touch.id));
    sum.ended += batch.length - sending.length;
    if (sending.length === 0) continue;
    const outcomes = await connector.deliver(sending.map(({ delivery }) => delivery));
    await world.store.transaction((db) => save(db, world, sending, outcomes));
    for (const outcome of outcomes) sum[outcome.state === 'retry' ? 'held' : outcome.state] += 1;
  }
  return sum;
}

const claimOf = ({ touch: { id, lead }, fence, topic }: ClaimedTouchpoint): Claim => ({ id, lead, fence, topic });

function batches(claimed: readonly ClaimedTouchpoint[]): ClaimedTouchpoint[][] {
  const perConnector = new Map<string, ClaimedTouchpoint[]>();
  for (const claim of claimed) perConnector.set(claim.connector, [...(perConnector.get(claim.connector) ?? []), claim]);
  return [...perConnector.values()].flatMap((claims) =>
    Array.from({ length: Math.ceil(claims.length / SENDING_BATCH) }, (_, n) => claims.slice(n * SENDING_BATCH, (n + 1) * SENDING_BATCH)),
  );
}

/**
 * What the kill switch stopped between the gate and here is still claimed by us: it is given back, to be asked again. So is,
 * at once, what was gated by another rulebook than the one that decides now: after an activation nothing leaves by the rules before.
 */
async function begin(db: Db, world: World, batch: readonly ClaimedTouchpoint[]): Promise<Set<string>> {
  await holdRulebook(db);
  const now = world.clock.now();
  const active = await activeRulebook(db);
  if (batch.some(({ rulebook }) => rulebook !== active?.hash)) {
    await releaseClaims(db, batch.map(claimOf), 'rulebook-changed', now);
    return new Set();
  }
  const may = await beginSending(db, batch.map(claimOf), now);
  await announceTouchpoints(db, batch.flatMap(({ touch: { id } }) => (may.has(id) ? [] : [id])), now);
  const stopped = batch.filter(({ touch }) => !may.has(touch.id)).map(claimOf);
  await releaseClaims(db, stopped, 'stopped', new Date(now.getTime() + MINUTE));
  await wakeForTouches(db, world, stopped.map(({ lead }) => lead));
  await wakeCapped(db, stopped.map(({ lead }) => lead), now);
  return may;
}

async function save(db: Db, world: World, sending: readonly ClaimedTouchpoint[], outcomes: readonly Outcome[]): Promise<void> {
  await holdRulebook(db);
  const now = world.clock.now();
  const refused = sending.filter((_, n) => suppressionReason(outcomes[n]!) !== undefined).map(({ touch }) => touch);
  const sharing = await leadsByAddress(db, refused.flatMap(({ addressHash }) => addressHash ?? []));
  const rejected = sending.filter((_, n) => outcomes[n]!.state === 'rejected').map(({ touch: { lead } }) => lead);
  await lockLeads(db, [...new Set([...rejected, ...sharing.map(({ lead }) => lead)])]);
  const written = await saveOutcomes(db, sending.map((claim, n) => rowOf(claim, outcomes[n]!, now)));
  await wakeCapped(db, rejected, now);
  const ours = sending.map((claim, n) => ({ claim, outcome: outcomes[n]! })).filter(({ claim }) => written.has(claim.touch.id));
  await wakeForTouches(db, world, ours.map(({ claim }) => claim.touch.lead));
  await announceTouchpoints(db, ours.map(({ claim }) => claim.touch.id), now);
  const suppressions = ours.flatMap(({ claim: { touch }, outcome }) => {
    const reason = suppressionReason(outcome);
    return reason === undefined || touch.addressHash === null ? [] : [{ channel: touch.channel, hash: touch.addressHash, reason }];
  });
  await addSuppressions(db, suppressions, now);
  const wishes = ours.filter(({ outcome }) => outcome.state === 'rejected' && outcome.reason === 'opted-out');
  await addConsents(db, wishes.map(({ claim: { touch, connector } }) => optOut(touch, connector, now)), now);
  const sent = ours.filter(({ outcome }) => outcome.state === 'accepted').map(({ claim }) => sentEvent(claim, now));
  await storeEvents(db, world, await world.rulebook.read(db), sent);
}

function suppressionReason(outcome: Outcome): string | undefined {
  if (outcome.state !== 'rejected') return undefined;
  return outcome.reason === 'address' ? 'bad-address' : outcome.reason === 'opted-out' ? 'opted-out' : undefined;
}

function rowOf({ touch, fence }: ClaimedTouchpoint, outcome: Outcome, now: Date): OutcomeRow {
  const common = { id: touch.id, fence, vendorRef: null, dueAt: null };
  switch (outcome.state) {
    case 'accepted':
      return { ...common, state: 'accepted', reason: null, vendorRef: outcome.ref };
    case 'rejected':
      return { ...common, state: 'rejected', reason: `${outcome.reason}: ${outcome.message}` };
    case 'unknown':
      return { ...common, state: 'unknown', reason: outcome.message };
    case 'retry': {
      const after = outcome.after ?? backoff(touch.attempt);
      return { ...common, state: 'held', reason: `${outcome.reason}: ${outcome.message}`, dueAt: new Date(now.getTime() + after) };
    }
  }
}

function sentEvent({ touch, connector }: ClaimedTouchpoint, now: Date): LeadIntake {
  const { id, lead, channel, content, programme } = touch;
  const properties = { touchpoint: id, channel, content, programme };
  return { lead, event: { source: connector, key: `sent:${id}`, type: 'message_sent', at: now.toISOString(), lead: {}, properties } };
}

/** How long to wait after a refusal that will pass, when the vendor does not say: 1, 2, 4 … minutes, an hour at most. */
function backoff(attempt: number): number {
  return Math.min(2 ** attempt, 60) * MINUTE;
}
