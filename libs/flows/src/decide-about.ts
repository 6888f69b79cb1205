import { transitionEvent } from '@tendril/decisions';
import type { JsonObject } from '@tendril/kernel';
import { advance, type Campaign, type LeadChanges } from '@tendril/programmes';
import type { KeptEvent } from '@tendril/rulebook';
import {
  type Db,
  deleteWaiting,
  forgetNextAt,
  loadSnapshots,
  MERGED,
  planTouchpoints,
  type PlannedTouchpoint,
  readCampaigns,
  readWaiting,
  rebuildLeads,
  saveDecisions,
  type SavedTransition,
  type StoredCampaign,
} from '@tendril/store';
import { touchpointId } from '@tendril/touchpoints';
import type { Active } from './active-rulebook.ts';
import { closeDigests, eventFacts, foldInto, openDigests } from './digests.ts';
import { evaluateShadow, readsOf, withoutShadow } from './evaluate-shadows.ts';
import { wakeColleagues, wakeForTouches, wakeForTransitions } from './wake-leads.ts';
import { announceTransitions } from './webhooks/announce.ts';
import type { World } from './world.ts';

/** What one pass did. */
export interface Evaluated {
  readonly leads: number;
  readonly transitions: number;
  /** Touchpoints that are new. */
  readonly planned: number;
}

export const NOTHING: Evaluated = { leads: 0, transitions: 0, planned: 0 };

/**
 * Looks at leads whose locks this transaction holds: reads what waits for them and their facts, decides, plans, saves.
 * `cause`: why they are looked at besides what waits.
 */
export async function decideAbout(db: Db, world: World, active: Active, leads: readonly string[], cause?: string): Promise<Evaluated> {
  if (leads.length === 0) return NOTHING;
  const { rulebook, shadow, facts } = active;
  const now = world.clock.now();
  const waiting = await readWaiting(db, leads);
  await rebuildLeads(db, leads.filter((lead) => waiting.causes.get(lead)?.includes(MERGED)));
  const digests = await openDigests(db, facts, leads, waiting.events, now);
  const campaigns = await campaignsOf(db, waiting.causes);
  const snapshots = await loadSnapshots(db, leads, { events: eventFacts(digests), reads: readsOf(active), now, campaigns });
  const known = new Set(snapshots.map(({ facts: { id } }) => id));
  await forgetNextAt(db, leads.filter((lead) => !known.has(lead)));
  const changes = advance(withoutShadow(snapshots, active), rulebook, now);
  const causes = cause === undefined ? waiting.causes : new Map(leads.map((lead) => [lead, [cause, ...(waiting.causes.get(lead) ?? [])]]));
  const transitions = await saveDecisions(db, changes, rulebook.hash, causes);
  foldInto(digests, facts, eventsByLead(transitions), now);
  await closeDigests(db, facts, digests, [...waiting.events.keys(), ...transitions.map(({ lead }) => lead)]);
  await announceTransitions(db, transitions, now);
  const planned = await planTouchpoints(db, changes.flatMap(plannedOf), rulebook.hash, now);
  await wakeForTouches(db, world, planned);
  const look = { now, chains: waiting.chains };
  await wakeColleagues(db, active, changes, look);
  await wakeForTransitions(db, active, changes, look);
  await deleteWaiting(db, waiting);
  if (shadow) await evaluateShadow(db, world, active, { snapshots, after: statesOf(changes), waiting: waiting.shadowLeads });
  return { leads: leads.length, transitions: transitions.length, planned: planned.length };
}

/** What was decided, as events that rules may ask about at the next look. */
function eventsByLead(transitions: readonly SavedTransition[]): Map<string, KeptEvent[]> {
  const byLead = new Map<string, KeptEvent[]>();
  for (const { lead, seq, at, ...transition } of transitions) {
    byLead.set(lead, [...(byLead.get(lead) ?? []), { seq: -seq, ...transitionEvent(transition, at) }]);
  }
  return byLead;
}

function statesOf(changes: readonly LeadChanges[]): Map<string, LeadChanges['decision']['state']> {
  return new Map(changes.map(({ decision: { lead, state } }) => [lead, state]));
}

function plannedOf({ decision, touches }: LeadChanges): PlannedTouchpoint[] {
  return touches.map((touch) => ({ ...touch, lead: decision.lead, id: touchpointId({ ...touch, lead: decision.lead }) }));
}

async function campaignsOf(db: Db, causes: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Campaign[]>> {
  const ids = new Set([...causes.values()].flat().filter((cause) => cause.startsWith('campaigns/')));
  if (ids.size === 0) return new Map();
  const running = (await readCampaigns(db, [...ids])).filter(({ status }) => status === 'running').map(asCampaign);
  const byLead = new Map<string, Campaign[]>();
  for (const [lead, reasons] of causes) {
    const asked = running.filter(({ id }) => reasons.includes(id));
    if (asked.length > 0) byLead.set(lead, asked);
  }
  return byLead;
}

/** What a campaign says, as it is stored. */
export type CampaignDefinition = JsonObject & {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly content: string;
  readonly channel: string;
  readonly expiresAt: string | null;
};

function asCampaign({ id, definition }: StoredCampaign): Campaign {
  const { include, exclude, content, channel, expiresAt } = definition as CampaignDefinition;
  return { id, version: 1, include, exclude, content, channel, expiresAt: expiresAt === null ? null : new Date(expiresAt) };
}
