import type { JsonObject } from '@tendril/kernel';
import { NO_OLDER, type Older, type OlderNumbers } from '../language/older.ts';
import type { Digest, KeptEvent } from './digest.ts';

/** A digest as it is stored: lists instead of objects, each event type once. A key that is missing stands for nothing. */
export interface DigestJson {
  /** Event types. */
  readonly y?: readonly string[];
  /** Events, oldest first: place of the type, Unix milliseconds, number, and properties if there are any. */
  readonly e?: readonly (readonly [type: number, at: number, seq: number, properties?: JsonObject])[];
  /** Older events by stream: how many, and by property how many numbers, thousandths, the least, the greatest. */
  readonly s?: Readonly<Record<string, readonly [count: number, numbers?: Readonly<Record<string, OlderNumbersJson>>]>>;
  /** Older events by topic: how many, and the newest one's Unix milliseconds. */
  readonly t?: Readonly<Record<string, readonly [count: number, newest: number]>>;
  readonly p?: number;
}

type OlderNumbersJson = readonly [count: number, milli: number | string, min: number, max: number];

/** A digest as small plain JSON; about 45 bytes an event. */
export function toJson({ events, older, prunedAt }: Digest): DigestJson {
  const types = [...new Set(events.map(({ type }) => type))];
  const streams = Object.entries(older.streams);
  const topics = Object.entries(older.topics);
  return {
    ...(events.length > 0 && { y: types, e: events.map((event) => eventJson(event, types)) }),
    ...(streams.length > 0 && { s: Object.fromEntries(streams.map(([key, { count, numbers }]) => [key, [count, ...numbersJson(numbers)]])) }),
    ...(topics.length > 0 && { t: Object.fromEntries(topics.map(([topic, { count, newest }]) => [topic, [count, newest]])) }),
    ...(prunedAt > 0 && { p: prunedAt }),
  };
}

/** The digest that {@link toJson} wrote; it is trusted to have its form. */
export function fromJson({ y = [], e = [], s, t, p = 0 }: DigestJson): Digest {
  const events = e.map(([type, at, seq, properties = {}]): KeptEvent => ({ seq, type: y[type] ?? '', at: new Date(at), properties }));
  const older: Older = {
    streams: s ? mapped(s, ([count, numbers]) => ({ count, numbers: numbers ? mapped(numbers, numbersOf) : {} })) : NO_OLDER.streams,
    topics: t ? mapped(t, ([count, newest]) => ({ count, newest })) : NO_OLDER.topics,
  };
  return { events, older, prunedAt: p };
}

function eventJson({ seq, type, at, properties }: KeptEvent, types: readonly string[]): readonly [number, number, number, JsonObject?] {
  const event = [types.indexOf(type), at.getTime(), seq] as const;
  for (const _any in properties) return [...event, properties];
  return event;
}

/** A sum of numbers near the largest there are is no JSON number: it is written as text. */
function numbersJson(numbers: Readonly<Record<string, OlderNumbers>>): [] | [Readonly<Record<string, OlderNumbersJson>>] {
  if (Object.keys(numbers).length === 0) return [];
  return [mapped(numbers, ({ count, milli, min, max }) => [count, Number.isFinite(milli) ? milli : String(milli), min, max])];
}

function numbersOf([count, milli, min, max]: OlderNumbersJson): OlderNumbers {
  return { count, milli: Number(milli), min, max };
}

/** Entries and not assignments: a topic may be called "__proto__". */
function mapped<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
