import { type Json, stableJson } from '@tendril/kernel';

/** What remains of events that are no longer kept: counters of what the rules ask about all time. Plain JSON data. */
export interface Older {
  /** By {@link streamKey}: events of one type that pass one test. */
  readonly streams: Readonly<Record<string, OlderStream>>;
  readonly topics: Readonly<Record<string, OlderTopic>>;
}

export interface OlderStream {
  readonly count: number;
  /** By property: its numbers, of all-time sums and the like. */
  readonly numbers: Readonly<Record<string, OlderNumbers>>;
}

/** Numbers of a property; at least one. */
export interface OlderNumbers {
  readonly count: number;
  /** Their sum in whole thousandths. */
  readonly milli: number;
  readonly min: number;
  readonly max: number;
}

/** How many events named a topic, and when the newest of these happened, in Unix milliseconds. */
export interface OlderTopic {
  readonly count: number;
  readonly newest: number;
}

export const NO_OLDER: Older = { streams: {}, topics: {} };

const NO_STREAM: OlderStream = { count: 0, numbers: {} };

/** Names the events of one type that pass a test: the `where` of a rule, or null for all of them. */
export function streamKey(type: string, where: Json): string {
  return where === null ? type : `${type} ${stableJson(where)}`;
}

/** The counters of a stream; zeros where nothing was counted, as for a lead with its whole history. */
export function olderStream(older: Older | undefined, key: string): OlderStream {
  return older !== undefined && Object.hasOwn(older.streams, key) ? (older.streams[key] ?? NO_STREAM) : NO_STREAM;
}

/** The counters of a property; undefined when no older event has a number there. */
export function olderNumbers({ numbers }: OlderStream, property: string): OlderNumbers | undefined {
  return Object.hasOwn(numbers, property) ? numbers[property] : undefined;
}
