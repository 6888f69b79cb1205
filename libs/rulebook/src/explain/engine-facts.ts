import type { LeadEvent, TrackingPlan } from '@tendril/events';
import { DAY, durationMs, type Json, type JsonObject } from '@tendril/kernel';
import type { Engine } from 'json-rules-engine';
import { aggregate, AGGREGATES } from '../language/aggregates.ts';
import { interestSources, topicsIn } from '../language/interest.ts';
import { type OlderNumbers, olderNumbers, olderStream, type OlderStream, streamKey } from '../language/older.ts';
import { ownOperators } from '../language/operators.ts';
import type { LeadFacts, LeadTouchpoint, Score } from '../language/types.ts';

/** What was found so far in the order of evaluation, for the facts that ask about other rules. */
export interface FoundSoFar {
  readonly scores: Map<string, Score>;
  stage: string | null;
}

/** About whom the engine is asked, and when. */
export interface Asked {
  readonly lead: LeadFacts;
  readonly now: Date;
  readonly found: FoundSoFar;
}

/**
 * Gives an engine Tendril's operators and one lead's facts, read the plain way: the compiled evaluator must come to the same.
 * The engine's cache stays off, because its keys are 32-bit hashes of the params and two params may share one.
 */
export function addFacts(engine: Engine, { lead, now, found }: Asked, plan: TrackingPlan): void {
  for (const [name, holds] of Object.entries(ownOperators(now))) engine.addOperator(name, holds);
  const facts: Readonly<Record<string, (params: JsonObject) => unknown>> = {
    lead: () => lead.attributes,
    account: () => lead.account ?? undefined,
    eventCount: (params) => matching(lead, params, now).length + (olderOf(lead, params)?.count ?? 0),
    daysSince: (params) => daysSince(matching(lead, params, now), now),
    ...Object.fromEntries(AGGREGATES.map((fact) => [fact, (params: JsonObject) => aggregate(fact, numbersOf(lead, params, now), olderNumbersOf(lead, params))])),
    score: ({ model }) => (found.scores.get(String(model))?.milli ?? 0) / 1000,
    grade: ({ model }) => found.scores.get(String(model))?.grade,
    stage: () => found.stage ?? undefined,
    consent: ({ channel, topic }) => {
      const words = new Map(Object.entries(lead.consents));
      return words.get(`${String(channel)}:${String(topic)}`) ?? words.get(`${String(channel)}:*`) ?? 'none';
    },
    interest: ({ rank, within }) => interestsOf(lead, within, now, plan)[Number(rank ?? 1) - 1],
    inJourney: ({ journey }) => lead.journeys.includes(String(journey)),
    touchpointCount: (params) => matchingTouchpoints(lead, params, now).length,
    accountCount: ({ condition }) => new Map(Object.entries(lead.accountCounts)).get(String(condition)) ?? 0,
  };
  for (const [name, read] of Object.entries(facts)) engine.addFact(name, read, { cache: false });
}

/** The lead's events that the params ask for, of the window (now − within, now]. */
export function matching(lead: LeadFacts, { event, within, where }: { readonly [param: string]: Json | undefined }, now: Date): LeadEvent[] {
  const after = within === undefined ? -Infinity : now.getTime() - durationMs(String(within));
  return lead.events.filter(
    ({ type, at, properties }) => type === event && at.getTime() > after && at <= now && fits(properties, where as JsonObject | undefined),
  );
}

function matchingTouchpoints(lead: LeadFacts, { within, ...wanted }: JsonObject, now: Date): LeadTouchpoint[] {
  const after = within === undefined ? -Infinity : now.getTime() - durationMs(String(within));
  return lead.touchpoints.filter(({ at, ...touch }) => at.getTime() > after && at <= now && fits(touch, wanted));
}

/** The topics stated, then those read: by the number of events, the newest event, the alphabet. */
function interestsOf(lead: LeadFacts, within: Json | undefined, now: Date, plan: TrackingPlan): string[] {
  const { attributes, properties } = interestSources(plan);
  const read = [...properties].flatMap(([event, names]) =>
    matching(lead, { event, within }, now).map((one) => ({ at: one.at.getTime(), topics: topicsIn(one.properties, names) })),
  );
  const about = (topic: string): number[] => read.filter(({ topics }) => topics.includes(topic)).map(({ at }) => at);
  const ranked = [...new Set(read.flatMap(({ topics }) => topics))].sort();
  ranked.sort((a, b) => about(b).length - about(a).length || Math.max(...about(b)) - Math.max(...about(a)));
  return [...new Set([...topicsIn(lead.attributes, attributes), ...ranked])];
}

function numbersOf(lead: LeadFacts, params: JsonObject, now: Date): number[] {
  return matching(lead, params, now).flatMap(({ properties }) => {
    const number = new Map(Object.entries(properties)).get(String(params['property']));
    return typeof number === 'number' ? [number] : [];
  });
}

/** Counters of deleted events, for what is asked about all time. */
function olderOf({ older }: LeadFacts, { event, within, where }: JsonObject): OlderStream | undefined {
  return within === undefined ? olderStream(older, streamKey(String(event), where ?? null)) : undefined;
}

function olderNumbersOf(lead: LeadFacts, params: JsonObject): OlderNumbers | undefined {
  const stream = olderOf(lead, params);
  return stream && olderNumbers(stream, String(params['property']));
}

function fits(properties: JsonObject, where: JsonObject = {}): boolean {
  return Object.entries(where).every(([name, test]) => {
    const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (test === null || typeof test !== 'object' || Array.isArray(test)) return found === test;
    const { startsWith, in: list } = test as { readonly startsWith?: string; readonly in?: readonly Json[] };
    if (startsWith !== undefined) return typeof found === 'string' && found.startsWith(startsWith);
    return found !== undefined && (list ?? []).includes(found);
  });
}

function daysSince(events: readonly LeadEvent[], now: Date): number | undefined {
  if (events.length === 0) return undefined;
  return Math.floor((now.getTime() - Math.max(...events.map(({ at }) => at.getTime()))) / DAY);
}
