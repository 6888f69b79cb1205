import type { LeadEvent } from '@tendril/events';
import { DAY, durationMs, type Json, type JsonObject } from '@tendril/kernel';
import type { Engine } from 'json-rules-engine';
import { aggregate, AGGREGATES } from './aggregates.ts';
import { ownOperators } from './operators.ts';
import type { LeadFacts, Score } from './types.ts';

/** What was found so far in the order of evaluation, for the facts that ask about other rules. */
export interface FoundSoFar {
  readonly scores: Map<string, Score>;
  stage: string | null;
}

/**
 * Gives an engine Tendril's operators and one lead's facts, read the plain way: the compiled evaluator must come to the same.
 * The engine's cache stays off, because its keys are 32-bit hashes of the params and two params may share one.
 */
export function addFacts(engine: Engine, lead: LeadFacts, now: Date, found: FoundSoFar): void {
  for (const [name, holds] of Object.entries(ownOperators(now))) engine.addOperator(name, holds);
  const facts: Readonly<Record<string, (params: JsonObject) => unknown>> = {
    lead: () => lead.attributes,
    account: () => lead.account ?? undefined,
    eventCount: (params) => matching(lead, params, now).length,
    daysSince: (params) => daysSince(matching(lead, params, now), now),
    ...Object.fromEntries(AGGREGATES.map((fact) => [fact, (params: JsonObject) => aggregate(fact, numbersOf(lead, params, now))])),
    score: ({ model }) => (found.scores.get(String(model))?.milli ?? 0) / 1000,
    grade: ({ model }) => found.scores.get(String(model))?.grade,
    stage: () => found.stage ?? undefined,
    consent: ({ channel, topic }) => {
      const words = new Map(Object.entries(lead.consents));
      return words.get(`${String(channel)}:${String(topic)}`) ?? words.get(`${String(channel)}:*`) ?? 'none';
    },
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

function numbersOf(lead: LeadFacts, params: JsonObject, now: Date): number[] {
  return matching(lead, params, now).flatMap(({ properties }) => {
    const number = new Map(Object.entries(properties)).get(String(params['property']));
    return typeof number === 'number' ? [number] : [];
  });
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
