import type { ConsentState } from '@tendril/events';
import { durationMs, type Json, type JsonObject, stableJson } from '@tendril/kernel';
import type { LeadFacts } from '../language/types.ts';

/** Something that can happen to a lead. Plain JSON. */
export type Change =
  /** So many events of a type, now. */
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly times: number;
      /** What a rule asks of their properties; in `properties` stand examples that pass. */
      readonly where?: JsonObject;
      readonly properties: JsonObject;
      /** The window in which a rule counts them. */
      readonly within?: string;
    }
  /** An attribute gets a value; null takes it away. */
  | {
      readonly kind: 'attribute';
      readonly of: 'lead' | 'account';
      /** `$.industry` */
      readonly path: string;
      readonly to: Json;
      /** Other values would do as well. */
      readonly example: boolean;
    }
  | { readonly kind: 'consent'; readonly channel: string; readonly topic: string; readonly state: ConsentState };

/** The lead's facts as they would be, had the changes just happened. */
export function applyChanges(lead: LeadFacts, changes: readonly Change[], now: Date): LeadFacts {
  return changes.reduce((before, change) => applied(before, change, now), lead);
}

function applied(lead: LeadFacts, change: Change, now: Date): LeadFacts {
  switch (change.kind) {
    case 'event': {
      const { event: type, times, properties } = change;
      return { ...lead, events: [...lead.events, ...Array.from({ length: times }, () => ({ type, at: now, properties }))] };
    }
    case 'attribute': {
      const keys = keysOf(change.path);
      if (change.of === 'lead') return { ...lead, attributes: withValue(lead.attributes, keys, change.to) };
      return { ...lead, account: withValue(lead.account ?? {}, keys, change.to) };
    }
    case 'consent':
      return { ...lead, consents: { ...lead.consents, [`${change.channel}:${change.topic}`]: change.state } };
  }
}

/** The names that a path such as `$.address.city` goes through. */
export function keysOf(path: string): string[] {
  return path.replace(/^\$\.?/, '').split('.');
}

function withValue(data: JsonObject, [key = '', ...rest]: readonly string[], to: Json): JsonObject {
  const inner = Object.hasOwn(data, key) ? data[key] : undefined;
  const value = rest.length === 0 ? to : withValue(isObject(inner) ? inner : {}, rest, to);
  const others = Object.entries(data).filter(([name]) => name !== key);
  return Object.fromEntries(value === null ? others : [...others, [key, value]]);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Both together; null where they contradict each other. What each asks of the same events is counted once. */
export function joinChanges(some: readonly Change[], more: readonly Change[]): readonly Change[] | null {
  const joined = new Map(some.map((change) => [aim(change), change]));
  for (const change of more) {
    const known = joined.get(aim(change));
    const both = known ? bothOf(known, change) : change;
    if (both === null) return null;
    joined.set(aim(both), both);
  }
  return [...joined.values()];
}

/** Equal for changes of the same thing. */
export function aim(change: Change): string {
  switch (change.kind) {
    case 'event':
      return stableJson(['event', change.event, change.properties]);
    case 'attribute':
      return `${change.of} ${change.path}`;
    case 'consent':
      return `consent ${change.channel}:${change.topic}`;
  }
}

function bothOf(one: Change, other: Change): Change | null {
  if (one.kind === 'event' && other.kind === 'event') {
    const within = [one.within, other.within].flatMap((window) => window ?? []).sort((a, b) => durationMs(a) - durationMs(b))[0];
    return { ...one, times: Math.max(one.times, other.times), ...(within !== undefined && { within }) };
  }
  if (one.kind === 'attribute' && other.kind === 'attribute') return stableJson(one.to) === stableJson(other.to) ? one : null;
  return stableJson(one) === stableJson(other) ? one : null;
}

/** Sorts ways to the same end: few changes first, then few events. */
export function byEffort(a: readonly Change[], b: readonly Change[]): number {
  return a.length - b.length || eventsIn(a) - eventsIn(b);
}

function eventsIn(changes: readonly Change[]): number {
  return changes.reduce((sum, change) => sum + (change.kind === 'event' ? change.times : 0), 0);
}
