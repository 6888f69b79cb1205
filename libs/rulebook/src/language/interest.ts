import type { PropertyPlan, TrackingPlan } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import { turnOf } from './aggregates.ts';
import type { Older } from './older.ts';
import type { LeadFacts } from './types.ts';

/** Where a tracking plan says what leads are interested in, each in the plan's order. */
export interface InterestSources {
  /** Attributes that state topics. */
  readonly attributes: readonly string[];
  /** Event type → properties that name the topics read. */
  readonly properties: ReadonlyMap<string, readonly string[]>;
}

/** What the plan marks with `"interest": true`. */
export function interestSources({ attributes, events }: TrackingPlan): InterestSources {
  const read = Object.entries(events).map(([type, { properties }]) => [type, marked(properties)] as const);
  return { attributes: marked(attributes), properties: new Map(read.filter(([, names]) => names.length > 0)) };
}

function marked(properties: Readonly<Record<string, PropertyPlan>>): string[] {
  return Object.entries(properties).flatMap(([name, { interest }]) => (interest ? [name] : []));
}

/** The topics that the named properties hold, each once; what is no text, or empty, names none. */
export function topicsIn(properties: JsonObject, names: readonly string[]): string[] {
  const found = names.flatMap((name) => (Object.hasOwn(properties, name) ? (properties[name] ?? []) : []));
  return [...new Set(found.filter((topic): topic is string => typeof topic === 'string' && topic !== ''))];
}

/** A lead's interests at a moment. */
export interface Interests {
  /** The topics stated, then those read, the strongest first; no topic twice. */
  readonly topics: readonly string[];
  /** When the first event from the future, should there be one, begins to count, in Unix milliseconds; Infinity for none. */
  readonly future: number;
  /**
   * When the topic of a rank (from 1) changes an answer because events leave the window, in Unix milliseconds; NaN when it
   * does not. `answers` tells all comparisons' answers for a topic as one text.
   */
  turn(rank: number, answers: (topic: string | undefined) => string): number;
}

/** Reads interests for the compiled rules. `within` in milliseconds; Infinity for events of all time. */
export type InterestReader = (lead: LeadFacts, now: number, within: number) => Interests;

/**
 * Topics read are ranked by how many events name them, then by the newest of these, then by the alphabet.
 * Built from the newest event to the oldest, so that what remains when events leave the window is known on the way.
 */
export function interestReader(plan: TrackingPlan): InterestReader {
  const sources = interestSources(plan);
  return (lead, now, within) => {
    const stated = topicsIn(lead.attributes, sources.attributes);
    const { readings, future } = readingsOf(lead, sources, now, within);
    const ranked = new Ranked(stated);
    for (const { at, topics } of readings) ranked.add(at, topics);
    if (within === Infinity && lead.older) ranked.addOlder(lead.older.topics);
    const turn: Interests['turn'] = (rank, answers) => {
      // What the lead stated, time does not take away.
      if (rank <= stated.length || within === Infinity) return NaN;
      const again = new Ranked(stated);
      const values = [again.topics()[rank - 1]];
      for (const { at, topics } of readings) {
        again.add(at, topics);
        values.push(again.topics()[rank - 1]);
      }
      return turnOf({ at: readings.map(({ at }) => at), values }, within, answers);
    };
    return { topics: ranked.topics(), future, turn };
  };
}

interface Reading {
  readonly at: number;
  readonly topics: readonly string[];
}

/** The newest first. */
function readingsOf({ events }: LeadFacts, { properties }: InterestSources, now: number, within: number): { readings: Reading[]; future: number } {
  const readings: Reading[] = [];
  let future = Infinity;
  for (let each = events.length - 1; each >= 0; each--) {
    const event = events[each];
    const names = event && properties.get(event.type);
    if (!names) continue;
    const at = event.at.getTime();
    if (at > now) future = Math.min(future, at);
    else if (at > now - within) readings.push({ at, topics: topicsIn(event.properties, names) });
  }
  return { readings, future };
}

/** Counts topics, to which readings are added from the newest on. */
class Ranked {
  readonly #stated: readonly string[];
  readonly #read = new Map<string, { count: number; readonly newest: number }>();

  constructor(stated: readonly string[]) {
    this.#stated = stated;
  }

  add(at: number, topics: readonly string[]): void {
    for (const topic of topics) {
      if (this.#stated.includes(topic)) continue;
      const known = this.#read.get(topic);
      if (known) known.count += 1;
      else this.#read.set(topic, { count: 1, newest: at });
    }
  }

  /** Topics of events that are no longer kept. Some of these may be newer than kept ones. */
  addOlder(older: Older['topics']): void {
    for (const [topic, { count, newest }] of Object.entries(older)) {
      if (this.#stated.includes(topic)) continue;
      const known = this.#read.get(topic);
      this.#read.set(topic, { count: (known?.count ?? 0) + count, newest: Math.max(known?.newest ?? newest, newest) });
    }
  }

  topics(): string[] {
    const read = [...this.#read].sort(([a, one], [b, other]) => other.count - one.count || other.newest - one.newest || (a < b ? -1 : 1));
    return [...this.#stated, ...read.map(([topic]) => topic)];
  }
}
