import { withNumber } from '../language/aggregates.ts';
import { topicsIn } from '../language/interest.ts';
import { type Older, olderNumbers, olderStream, type OlderStream, type OlderTopic } from '../language/older.ts';
import type { KeptEvent } from './digest.ts';
import { type FactPlan, fits, type StreamPlan, typePlan } from './fact-plan.ts';

/** Counts events that are kept no longer, wherever the plan asks about all time. The order of events makes no difference. */
export function addOlder(older: Older, dropped: readonly KeptEvent[], plan: FactPlan): Older {
  const streams = new Map(Object.entries(older.streams));
  const topics = new Map(Object.entries(older.topics));
  for (const event of dropped) {
    const { streams: planned = [], topics: names = [] } = typePlan(plan, event.type) ?? {};
    for (const stream of planned) {
      if (!stream.counted && stream.numbers.length === 0) continue;
      if (fits(event.properties, stream)) streams.set(stream.key, withEvent(streams.get(stream.key), event, stream));
    }
    if (!plan.topicsCounted) continue;
    for (const topic of topicsIn(event.properties, names)) topics.set(topic, withTopic(topics.get(topic), event.at.getTime()));
  }
  // Entries and not assignments: a topic may be called "__proto__".
  return { streams: Object.fromEntries(streams), topics: Object.fromEntries(topics) };
}

function withEvent(before: OlderStream = olderStream(undefined, ''), { properties }: KeptEvent, { numbers }: StreamPlan): OlderStream {
  const added = numbers.flatMap((name) => {
    const number = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return typeof number === 'number' ? [[name, withNumber(olderNumbers(before, name), number)] as const] : [];
  });
  return { count: before.count + 1, numbers: added.length === 0 ? before.numbers : { ...before.numbers, ...Object.fromEntries(added) } };
}

function withTopic(before: OlderTopic | undefined, at: number): OlderTopic {
  return before ? { count: before.count + 1, newest: Math.max(before.newest, at) } : { count: 1, newest: at };
}
