import type { JsonObject } from '@tendril/kernel';
import { advance, type Campaign, type LeadChanges } from '@tendril/programmes';
import {
  claimDueLeads,
  type Db,
  deleteDue,
  forgetNextAt,
  holdRulebook,
  loadSnapshots,
  planTouchpoints,
  type PlannedTouchpoint,
  readCampaigns,
  saveDecisions,
  shadowDueOf,
  type StoredCampaign,
} from '@tendril/store';
import { touchpointId } from '@tendril/touchpoints';
import { evaluateAllShadows, evaluateShadow, eventTypesOf, readsOf, withoutShadow } from './evaluate-shadows.ts';
import { wakeColleagues, wakeForTouches } from './wake-leads.ts';
import type { World } from './world.ts';

/** What one pass did. */
export interface Evaluated {
  readonly leads: number;
  readonly transitions: number;
  /** Touchpoints that are new. */
  readonly planned: number;
}

const NOTHING: Evaluated = { leads: 0, transitions: 0, planned: 0 };

/** Leads a pass takes: large enough to share its dozen statements, small enough to let others in on the embedded database. */
const BATCH = 250;

/** One pass: claims due leads, reads their facts, decides, plans, saves; one transaction. Safe to run in many processes at once. */
export async function evaluateLeads(world: World, limit = BATCH): Promise<Evaluated> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    if (!active) return NOTHING;
    const { rulebook, shadow } = active;
    const now = world.clock.now();
    const claimed = await claimDueLeads(db, now, limit);
    if (claimed.leads.length === 0) return NOTHING;
    const campaigns = await campaignsOf(db, claimed.causes);
    const woken = shadow ? await shadowDueOf(db, claimed.leads) : [];
    const snapshots = await loadSnapshots(db, claimed.leads, { eventTypes: eventTypesOf(active), reads: readsOf(active), now, campaigns });
    const known = new Set(snapshots.map(({ facts }) => facts.id));
    await forgetNextAt(db, claimed.leads.filter((lead) => !known.has(lead)));
    const changes = advance(withoutShadow(snapshots, active), rulebook, now);
    await saveDecisions(db, changes, rulebook.hash, claimed.causes);
    const planned = await planTouchpoints(db, changes.flatMap(plannedOf), rulebook.hash, now);
    await wakeForTouches(db, world, planned);
    await wakeColleagues(db, active, changes, now);
    await deleteDue(db, claimed.dueSeqs);
    if (shadow) await evaluateShadow(db, world, active, { snapshots, after: statesOf(changes), read: woken });
    const transitions = changes.reduce((sum, { decision }) => sum + decision.transitions.length, 0);
    return { leads: claimed.leads.length, transitions, planned: planned.length };
  });
}

/** Passes until nobody is due, and then until no draft is to be asked either. `onPass` hears of each live one, for progress. */
export async function evaluateAll(world: World, onPass: (sum: Evaluated) => void = () => undefined): Promise<Evaluated> {
  let sum = NOTHING;
  for (;;) {
    const pass = await evaluateLeads(world);
    if (pass.leads === 0) break;
    sum = {
      leads: sum.leads + pass.leads,
      transitions: sum.transitions + pass.transitions,
      planned: sum.planned + pass.planned,
    };
    onPass(sum);
  }
  if (world.rulebook.latest?.shadow) await evaluateAllShadows(world);
  return sum;
}

function statesOf(changes: readonly LeadChanges[]): Map<string, LeadChanges['decision']['state']> {
  return new Map(changes.map(({ decision: { lead, state } }) => [lead, state]));
}

function plannedOf({ decision, touches }: LeadChanges): PlannedTouchpoint[] {
  return touches.map((touch) => ({ ...touch, lead: decision.lead, id: touchpointId({ ...touch, lead: decision.lead }) }));
}

async function campaignsOf(db: Db, causes: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Campaign[]>> {
  const ids = new Set([...causes.values()].flat().filter((cause) => cause.startsWith('campaigns/')));
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
