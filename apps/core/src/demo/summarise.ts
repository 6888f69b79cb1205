import { inHoldout, type Conversions, type Lift, lift } from '@tendril/measure';
import type { Because } from '@tendril/programmes';
import type { Rulebook } from '@tendril/rulebook';
import { type Db, enrolledLeads, eventCounts, readLead, readOverview, searchTouchpoints, type TouchpointView } from '@tendril/store';
import { whyInWords } from '@tendril/touchpoints';

/** Leads by stage at the end of a day; day 0 is the start. */
export interface StageRow {
  readonly day: number;
  /** In the order of the buyer's journey; every stage is there. */
  readonly stages: Readonly<Record<string, number>>;
}

/** Touchpoints of a channel by the state they ended in. */
export interface ChannelRow {
  readonly channel: string;
  readonly states: Readonly<Record<string, number>>;
}

/** One kind of success. */
export interface OutcomeRow {
  readonly type: string;
  readonly meaning: string;
  readonly leads: number;
  readonly events: number;
  /** Events times the value in the tracking plan; null where the plan names none. */
  readonly value: number | null;
}

/** A touchpoint with its reasons in words. */
export interface Example {
  readonly touchpoint: string;
  /** The company's own id of the lead. */
  readonly lead: string;
  readonly content: string;
  readonly channel: string;
  readonly state: string;
  readonly why: readonly string[];
}

/** What stands in the database at the end. Plain JSON. */
export interface Results {
  readonly touchpoints: readonly ChannelRow[];
  /** Why touchpoints ended without a send, the most frequent reason first. */
  readonly suppressed: readonly { readonly reason: string; readonly touchpoints: number }[];
  readonly outcomes: readonly OutcomeRow[];
  /** All leads that a programme enrolled, contacted or not, and those with any outcome after it. */
  readonly comparison: { readonly nurtured: Conversions; readonly holdout: Conversions; readonly lift: Lift };
  /** The newest that was sent, and the newest that the gate ended for another reason than the holdout. */
  readonly examples: readonly Example[];
}

/** How many leads stand where, now. */
export async function stageRow(db: Db, rulebook: Rulebook, day: number): Promise<StageRow> {
  const { stages } = await readOverview(db);
  return { day, stages: Object.fromEntries(rulebook.stages.map(({ name }) => [name, stages[name] ?? 0])) };
}

/** Reads what became of everything. */
export async function summarise(db: Db, rulebook: Rulebook): Promise<Results> {
  const { touchpoints } = await readOverview(db);
  const counted = touchpoints.map(({ channel, state, reason, n }) => ({ channel, state, reason: reason ?? '', n }));
  const suppressed = totals(counted.filter(({ state }) => state === 'suppressed').map(({ reason, n }) => [reason, n]));
  const channels = [...new Set(counted.map(({ channel }) => channel))].sort();
  return {
    touchpoints: channels.map((channel) => ({
      channel,
      states: totals(counted.filter((row) => row.channel === channel).map(({ state, n }) => [state, n])),
    })),
    suppressed: Object.entries(suppressed).map(([reason, n]) => ({ reason, touchpoints: n })),
    outcomes: await outcomeRows(db, rulebook),
    comparison: await comparison(db, rulebook),
    examples: await examples(db),
  };
}

/** Sums by name; the largest first, equal ones by name. */
function totals(rows: readonly (readonly [name: string, n: number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, n] of rows) sums.set(name, (sums.get(name) ?? 0) + n);
  return Object.fromEntries([...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

function outcomeTypes({ trackingPlan }: Rulebook): string[] {
  return Object.keys(trackingPlan.events).filter((type) => trackingPlan.events[type]?.outcome);
}

async function outcomeRows(db: Db, rulebook: Rulebook): Promise<OutcomeRow[]> {
  const counts = await eventCounts(db, outcomeTypes(rulebook));
  return outcomeTypes(rulebook).map((type) => {
    const { meaning = type, outcome } = rulebook.trackingPlan.events[type] ?? {};
    const { leads, events } = counts.get(type) ?? { leads: 0, events: 0 };
    return { type, meaning, leads, events, value: outcome?.value === undefined ? null : events * outcome.value };
  });
}

async function comparison(db: Db, rulebook: Rulebook): Promise<Results['comparison']> {
  const enrolled = await enrolledLeads(db, outcomeTypes(rulebook));
  const group = (held: boolean): Conversions => {
    const leads = enrolled.filter(({ lead }) => inHoldout(lead, rulebook.policies.holdout) === held);
    return { n: leads.length, converted: leads.filter(({ converted }) => converted).length };
  };
  const [nurtured, holdout] = [group(false), group(true)];
  return { nurtured, holdout, lift: lift(nurtured, holdout) };
}

/** So many of the newest are looked through for one that another reason than the holdout ended. */
const LOOK_THROUGH = 200;

async function examples(db: Db): Promise<Example[]> {
  const sent = await searchTouchpoints(db, { state: 'accepted', limit: 1 });
  const ended = await searchTouchpoints(db, { state: 'suppressed', limit: LOOK_THROUGH });
  const shown = [sent[0], ended.find(({ reason }) => reason !== 'holdout')].filter((touch) => touch !== undefined);
  return Promise.all(shown.map((touch) => exampleOf(db, touch)));
}

async function exampleOf(db: Db, touch: TouchpointView): Promise<Example> {
  const { id, content, channel, state, answers } = touch;
  const names = (await readLead(db, touch.lead))?.identities ?? [];
  // Written by `planTouchpoints` from a Because, and read back as the JSON that it is.
  const because = touch.because as Because;
  return {
    touchpoint: id,
    lead: names.find(({ kind }) => kind === 'id')?.value ?? touch.lead,
    content,
    channel,
    state,
    why: whyInWords({ ...touch, because, answers: answers ?? [] }),
  };
}
