import type { Json, JsonObject } from '@tendril/kernel';
import { topicsIn } from '../language/interest.ts';
import { addOlder } from './add-older.ts';
import type { Digest, KeptEvent } from './digest.ts';
import { limit, type Need } from './event-needs.ts';
import { type FactPlan, fits, type PropertyRead, typePlan } from './fact-plan.ts';

/**
 * Adds events to a digest and drops what no answer can need from `now` on: what is too old, or beyond the newest few that a
 * comparison looks at. It comes to the same however events are batched and in whatever order they come; each is added once.
 * Events that are later than `now` are kept. With a moment a little before the clock's, the digest serves other clocks as well.
 * Returns the same digest when nothing is to be changed.
 */
export function foldEvents(digest: Digest, fresh: readonly KeptEvent[], plan: FactPlan, now: Date): Digest {
  const added: KeptEvent[] = [];
  for (const { seq, type, at, properties } of fresh) {
    const read = typePlan(plan, type)?.properties;
    if (read) added.push({ seq, type, at, properties: onlyRead(properties, read) });
  }
  const events = added.length === 0 ? digest.events : [...digest.events, ...added].sort(byTime);
  const { kept, dropped } = sorted(events, plan, now.getTime());
  if (dropped.length === 0) return added.length === 0 ? digest : { ...digest, events };
  return { events: kept, older: addOlder(digest.older, dropped, plan), prunedAt: Math.max(digest.prunedAt, now.getTime()) };
}

function byTime(a: KeptEvent, b: KeptEvent): number {
  return a.at.getTime() - b.at.getTime() || a.seq - b.seq;
}

const NONE: JsonObject = {};

function onlyRead(properties: JsonObject, read: readonly PropertyRead[]): JsonObject {
  if (read.length === 0) return NONE;
  // Names are those of a tracking plan: they begin with a letter.
  const kept: Record<string, Json> = {};
  for (const { name, longest } of read) {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (value === undefined) continue;
    if (longest === null) kept[name] = value;
    else if (typeof value === 'string') kept[name] = beginning(value, longest);
    // Neither test nor sum is about lists and objects.
    else if (value === null || typeof value !== 'object') kept[name] = value;
  }
  return kept;
}

/** Half a character outside the basic plane cannot be stored. */
function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length + 1 : length);
}

/** Which events are still needed. Both lists oldest first. */
function sorted(events: readonly KeptEvent[], plan: FactPlan, now: number): { kept: KeptEvent[]; dropped: KeptEvent[] } {
  const kept: KeptEvent[] = [];
  const dropped: KeptEvent[] = [];
  const seen = new Set<string>();
  const taken = new Map<Need, number>();
  for (let each = events.length - 1; each >= 0; each--) {
    const event = events[each];
    if (!event) continue;
    const at = event.at.getTime();
    const wanted = at > now || isNeeded(event, { plan, age: now - at, taken, newest: !seen.has(event.type) });
    if (at <= now) seen.add(event.type);
    (wanted ? kept : dropped).push(event);
  }
  return { kept: kept.reverse(), dropped: dropped.reverse() };
}

interface Sorting {
  readonly plan: FactPlan;
  /** Of the event, in milliseconds. */
  readonly age: number;
  /** How many newer events each need has taken. */
  readonly taken: Map<Need, number>;
  /** Is it the newest of its type? */
  readonly newest: boolean;
}

/** Every need counts the event that it takes, even where another one keeps it already. */
function isNeeded(event: KeptEvent, { plan, age, taken, newest }: Sorting): boolean {
  const { streams, topics } = typePlan(plan, event.type) ?? { streams: [], topics: [] };
  let needed = newest || (age < plan.topicsWithin && topicsIn(event.properties, topics).length > 0);
  for (const stream of streams) {
    if (stream.needs.length === 0 || !fits(event.properties, stream)) continue;
    for (const need of stream.needs) {
      const before = taken.get(need) ?? 0;
      if (before >= limit(need.newest) || age >= limit(need.within)) continue;
      if (need.property !== null && typeof event.properties[need.property] !== 'number') continue;
      taken.set(need, before + 1);
      needed = true;
    }
  }
  return needed;
}
