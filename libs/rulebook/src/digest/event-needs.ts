import { DAY, durationMs, type Json } from '@tendril/kernel';
import { turningPoints } from '../evaluate/compile-comparison.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import { fadingTable, mostEvents } from '../language/fading.ts';
import type { EventScoring } from '../language/types.ts';

/** Which events of a stream must be kept. Null stands for no limit. */
export interface Need {
  /** Only those with a number at this property. */
  readonly property: string | null;
  /** Only those of the last so many milliseconds. */
  readonly within: number | null;
  /** Of these, so many of the newest. */
  readonly newest: number | null;
}

/** What a rule asks of the events of one type that pass a test. */
export interface Asked {
  readonly type: string;
  /** As the rule has it; null for all events of the type. */
  readonly where: Json;
  /** The property whose numbers are asked for; null when events are counted. */
  readonly property: string | null;
  readonly needs: readonly Need[];
  /** Do all of them count, however old? */
  readonly ever: boolean;
}

/** Needs are rounded up to these, so that a small change of a rule leaves digests as they are. */
const FEWEST = 8;
const DAYS_TOGETHER = 32;

/** What a comparison asks of events; undefined when it asks nothing of them, or only about topics. */
export function askedBy({ fact, params = {}, operator, value }: Leaf): Asked | undefined {
  if (typeof params['event'] !== 'string') return undefined;
  const asked = { type: params['event'], where: params['where'] ?? null, property: null, needs: [], ever: false };
  const within = params['within'] === undefined ? null : durationMs(String(params['within']));
  if (fact === 'daysSince') return { ...asked, needs: [{ property: null, within: null, newest: 1 }] };
  if (fact !== 'eventCount') {
    const property = String(params['property']);
    return { ...asked, property, needs: within === null ? [] : [{ property, within, newest: null }], ever: within === null };
  }
  if (within === null) return { ...asked, ever: true };
  // A count beyond the last turning point answers as one at it does.
  const newest = Math.max(0, ...turningPoints(operator, value));
  return { ...asked, needs: newest === 0 ? [] : [{ property: null, within, newest: roundedUp(newest) }] };
}

/** What a scoring rule with points for each event asks. Without a window and without fading, a count is enough, whatever `max`. */
export function askedByScoring({ points, max, per, halfLife, decay }: EventScoring): Asked {
  const asked = { type: per.event, where: per.where ?? null, property: null, needs: [], ever: false };
  const fades = halfLife !== undefined || decay !== undefined;
  if (per.within === undefined && !fades) return { ...asked, ever: true };
  const window = per.within === undefined ? Infinity : durationMs(per.within);
  const days = fades ? fadingTable(points, { halfLife, decay }).milli.length : Infinity;
  const within = Math.min(window, Math.ceil(days / DAYS_TOGETHER) * DAYS_TOGETHER * DAY);
  const most = mostEvents({ points, max });
  return { ...asked, needs: [{ property: null, within, newest: most === Infinity ? null : roundedUp(most) }] };
}

/** The next power of two, and at least {@link FEWEST}. */
function roundedUp(newest: number): number {
  return Math.max(FEWEST, 2 ** Math.ceil(Math.log2(newest)));
}

/** Needs without those that others cover. */
export function needsTogether(needs: readonly Need[]): Need[] {
  return needs.filter((need, at) => !needs.some((other, place) => covers(other, need) && (place < at || !covers(need, other))));
}

/** Is everything that `less` keeps kept by `more`, too? */
function covers(more: Need, less: Need): boolean {
  const alike = more.property === less.property || (more.property === null && more.newest === null);
  return alike && limit(more.within) >= limit(less.within) && limit(more.newest) >= limit(less.newest);
}

/** A limit as a number. */
export function limit(most: number | null): number {
  return most ?? Infinity;
}
