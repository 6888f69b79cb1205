import type { LeadEvent } from '@tendril/events';
import { DAY, durationMs, type Json, type JsonObject } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { EVENT_TYPES } from '../workload/leads.ts';

const WINDOWS = ['7d', '30d', '90d'];

interface Leaf {
  readonly fact: string;
  readonly params?: { readonly event: string; readonly within?: string };
}

const nameOf = ({ fact, params }: Leaf): string => (fact === 'daysSince' ? `${params?.event}_days` : `${params?.event}_${params?.within}`);

/** The same rules, asking attributes such as `page_viewed_7d` wherever they asked about events. */
export function rulesOverCounts(sources: readonly RuleSource[]): RuleSource[] {
  return sources.map(({ path, text }) => {
    const rule = JSON.parse(text) as JsonObject;
    if (path !== 'tracking-plan.json') return { path, text: JSON.stringify(overCounts(rule)) };
    const counts = Object.fromEntries(EVENT_TYPES.flatMap((event) => [...WINDOWS, 'days'].map((end) => [`${event}_${end}`, { type: 'number', meaning: 'How often, or days since' }])));
    return { path, text: JSON.stringify({ ...rule, attributes: { ...(rule['attributes'] as JsonObject), ...counts } }) };
  });
}

function overCounts(node: Json): Json {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(overCounts);
  const { fact, operator = null, value = null } = node as JsonObject;
  if (fact === 'eventCount' || fact === 'daysSince') return { fact: 'lead', path: `$.${nameOf(node as unknown as Leaf)}`, operator, value };
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, overCounts(inner)]));
}

/** What those attributes hold for a lead: counts in the windows until now, and days since, which is missing when there is no event. */
export function countsOf(events: readonly LeadEvent[], now: Date): JsonObject {
  const counts: Record<string, number> = {};
  for (const type of EVENT_TYPES) {
    const times = events.filter((event) => event.type === type).map(({ at }) => at.getTime());
    for (const window of WINDOWS) counts[`${type}_${window}`] = times.filter((at) => at > now.getTime() - durationMs(window)).length;
    if (times.length > 0) counts[`${type}_days`] = Math.floor((now.getTime() - Math.max(...times)) / DAY);
  }
  return counts;
}
