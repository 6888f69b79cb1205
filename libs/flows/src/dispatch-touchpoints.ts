import { render } from '@tendril/content';
import type { Delivery } from '@tendril/connector-kit';
import { inHoldout } from '@tendril/measure';
import type { Cap } from '@tendril/rulebook';
import {
  claimDueTouchpoints,
  type CountedTouchpoint,
  countedTouchpoints,
  type Db,
  type DueTouchpoint,
  type GateRow,
  holdRulebook,
  leasesRanOut,
  type Members,
  type NewestConsent,
  newestConsents,
  readSetting,
  saveVerdicts,
  sweepLeases,
} from '@tendril/store';
import { gate, type GateCandidate, type GateSnapshot, longestWindow, unsubscribeToken, type Verdict } from '@tendril/touchpoints';
import type { Active } from './active-rulebook.ts';
import { type ClaimedTouchpoint, deliverClaims } from './deliver-claims.ts';
import { wakeForTouches } from './wake-leads.ts';
import { announceTouchpoints } from './webhooks/announce.ts';
import type { World } from './world.ts';

/** Name of the setting that stops all sending. */
export const STOPPED = 'dispatch.stopped';

/** What one pass did, by the state that touchpoints ended the pass in. */
export type Dispatched = Readonly<Record<'gated' | 'accepted' | 'rejected' | 'unknown' | 'held' | 'ended', number>>;

const NOTHING: Dispatched = { gated: 0, accepted: 0, rejected: 0, unknown: 0, held: 0, ended: 0 };

/** Leads a pass takes. Their messages must fit the lease together: at 10 a second, 200 take 20 of its 60 seconds. */
const BATCH = 100;

/**
 * One pass: takes back what dead processes held, locks leads with due touchpoints, gates and claims them in one transaction,
 * then delivers what may go. Safe to run in many processes at once.
 */
export async function dispatchTouchpoints(world: World, limit = BATCH): Promise<Dispatched> {
  if (await leasesRanOut(world.store.db)) await world.store.transaction((db) => takeBack(db, world));
  const { verdicts, claimed } = await world.store.transaction((db) => gateDue(db, world, limit));
  const count = (go: Verdict['go']): number => verdicts.filter((verdict) => verdict.go === go).length;
  const delivered = await deliverClaims(world, claimed);
  return { ...delivered, gated: verdicts.length, held: delivered.held + count('hold'), ended: delivered.ended + count('end') };
}

async function takeBack(db: Db, world: World): Promise<void> {
  const { ended } = await sweepLeases(db);
  await announceTouchpoints(db, ended, world.clock.now());
}

/** Passes until nothing is due. `onPass` hears of each, for progress. */
export async function dispatchAll(world: World, onPass: (sum: Dispatched) => void = () => undefined): Promise<Dispatched> {
  let sum = NOTHING;
  for (;;) {
    const pass = await dispatchTouchpoints(world);
    if (pass.gated === 0) return sum;
    const before = sum;
    sum = Object.fromEntries(Object.entries(pass).map(([key, n]) => [key, n + before[key as keyof Dispatched]])) as Dispatched;
    onPass(sum);
  }
}

interface Gated {
  readonly verdicts: readonly Verdict[];
  readonly claimed: readonly ClaimedTouchpoint[];
}

async function gateDue(db: Db, world: World, limit: number): Promise<Gated> {
  await holdRulebook(db);
  const active = await world.rulebook.read(db);
  if (!active) return { verdicts: [], claimed: [] };
  await world.connectors.open(active.rulebook.connectors);
  const now = world.clock.now();
  const { due, members } = await claimDueTouchpoints(db, now, limit);
  if (due.length === 0) return { verdicts: [], claimed: [] };
  const messages = new Map(due.map((touch) => [touch.id, messageFor(touch, active, world)]));
  const { policies } = active.rulebook;
  const consents = await newestConsents(db, members);
  const counted = await countedFor(db, members, policies.caps ?? [], now);
  const topics = new Map(active.rulebook.content.map(({ id, topic }) => [id, topic]));
  const topicOf = ({ content }: { readonly content: string }): string => topics.get(content) ?? '*';
  const snapshots = snapshotsOf(due, active, world, { messages, consents, counted, topicOf });
  const stopped = (await readSetting(db, STOPPED)) === true;
  const verdicts = gate(snapshots, { now, stopped, policies });
  const byId = new Map(due.map((touch) => [touch.id, touch]));
  const fences = await saveVerdicts(db, verdicts.map((verdict) => rowOf(verdict, byId.get(verdict.touchpoint)!)), active.rulebook.hash);
  await wakeForTouches(db, world, verdicts.flatMap(({ go, touchpoint }) => (go === 'send' ? [] : (byId.get(touchpoint)?.lead ?? []))));
  await announceTouchpoints(db, verdicts.flatMap(({ go, touchpoint }) => (go === 'end' ? [touchpoint] : [])), now);
  const claimed = verdicts.flatMap((verdict) => {
    const fence = fences.get(verdict.touchpoint);
    const delivery = messages.get(verdict.touchpoint)?.delivery;
    if (verdict.go !== 'send' || fence === undefined || !delivery) return [];
    const touch = byId.get(verdict.touchpoint)!;
    return [{ touch, fence, connector: verdict.connector, topic: topicOf(touch), delivery, rulebook: active.rulebook.hash }];
  });
  return { verdicts, claimed };
}

/** What caps count; nothing is read when there are none. */
async function countedFor(db: Db, members: Members, caps: readonly Cap[], now: Date): Promise<readonly CountedTouchpoint[]> {
  return caps.length === 0 ? [] : countedTouchpoints(db, members, new Date(now.getTime() - longestWindow(caps)), now);
}

interface Prepared {
  readonly delivery: Delivery<unknown> | null;
  readonly problem: string | null;
}

/** Renders before the gate, because content that cannot be said is one of its questions: 12 µs a message (reference measurement). */
function messageFor(touch: DueTouchpoint, { content }: Active, world: World): Prepared {
  const unsubscribeUrl = touch.channel === 'email' ? `${world.publicUrl}/u/${unsubscribeToken(world.secret, touch.id)}` : null;
  const rendered = render(content, touch.content, touch.channel, { lead: touch.attributes, account: touch.account, unsubscribeUrl });
  if (!rendered.ok) return { delivery: null, problem: rendered.problem };
  const delivery = { id: touch.id, channel: touch.channel, to: touch.address ?? '', content: rendered.message };
  return { delivery: unsubscribeUrl === null ? delivery : { ...delivery, unsubscribeUrl }, problem: null };
}

interface Findings {
  readonly messages: ReadonlyMap<string, Prepared>;
  readonly consents: readonly NewestConsent[];
  readonly counted: readonly CountedTouchpoint[];
  readonly topicOf: (touch: { readonly content: string }) => string;
}

function snapshotsOf(due: readonly DueTouchpoint[], active: Active, world: World, findings: Findings): GateSnapshot[] {
  const { rulebook } = active;
  const byLead = new Map<string, DueTouchpoint[]>();
  for (const touch of due) byLead.set(touch.lead, [...(byLead.get(touch.lead) ?? []), touch]);
  const liveJourneys = new Set(rulebook.journeys.filter(({ status }) => status === 'live').map(({ id }) => id));
  return [...byLead].map(([lead, touches]) => ({
    lead,
    erased: touches[0]?.erased ?? false,
    holdout: inHoldout(lead, rulebook.policies.holdout),
    zone: touches[0]?.zone ?? null,
    sent: findings.counted.flatMap((touch) => (touch.lead === lead ? [{ channel: touch.channel, topic: findings.topicOf(touch), at: touch.at }] : [])),
    candidates: touches.map((touch): GateCandidate => {
      const topic = findings.topicOf(touch);
      return {
        id: touch.id,
        programme: touch.programme,
        channel: touch.channel,
        content: touch.content,
        dueAt: touch.dueAt,
        expiresAt: touch.expiresAt,
        programmeActive: touch.campaignRunning ?? liveJourneys.has(touch.programme),
        contentProblem: findings.messages.get(touch.id)?.problem ?? null,
        connector: world.connectors.forChannel(touch.channel)?.name ?? null,
        address: touch.address,
        suppressed: touch.suppressed,
        consent: consentFor(findings.consents, touch, topic),
        topic,
      };
    }),
  }));
}

/** The newest word about the topic or about every topic, whichever came last. */
function consentFor(consents: readonly NewestConsent[], touch: DueTouchpoint, topic: string): GateCandidate['consent'] {
  const words = consents.filter(
    (word) => word.lead === touch.lead && word.channel === touch.channel && (word.topic === topic || word.topic === '*'),
  );
  const newest = words.reduce<NewestConsent | undefined>((best, word) => (best && best.seq > word.seq ? best : word), undefined);
  return newest ? { id: String(newest.seq), state: newest.state } : null;
}

function rowOf(verdict: Verdict, touch: DueTouchpoint): GateRow {
  const common = { id: verdict.touchpoint, answers: verdict.answers, addressHash: touch.addressHash, connector: null, consent: null, dueAt: null };
  switch (verdict.go) {
    case 'send':
      return { ...common, state: 'claimed', reason: null, connector: verdict.connector, consent: verdict.consent };
    case 'hold':
      return { ...common, state: 'held', reason: verdict.reason, dueAt: verdict.until };
    case 'end':
      return { ...common, state: verdict.state, reason: verdict.reason };
  }
}
