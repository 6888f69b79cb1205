import type { Decision } from './types.ts';

/** Ids of the segments that the lead entered in this decision, sorted; not those where it already was. */
export function segmentsEntered(decision: Decision): string[] {
  return decision.transitions.flatMap(({ kind, to }) => (kind === 'segment' && to !== null ? [to] : []));
}
