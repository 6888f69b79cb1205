import { DAY, isZone } from '@tendril/kernel';
import { quietAt } from '@tendril/rulebook';
import { type Asked, fullCap } from './caps.ts';
import type { SendingPolicies } from './types.ts';

/** Nobody plans further ahead. What is found by then is asked again in any case. */
const HORIZON = 400 * DAY;

/**
 * The first moment from `from` on at which neither a cap nor quiet hours hold the touchpoint back, if nothing else is sent until
 * then. Each of the two names a moment before which it does not give way, so going from one to the next skips nothing.
 */
export function nextSlot(asked: Asked, policies: SendingPolicies, from: Date): Date {
  for (let at = from; ; ) {
    const full = fullCap(policies.caps ?? [], asked, at);
    const next = full?.until ?? quietAt(policies, asked.candidate.channel, asked.zones, at)?.until;
    if (next === undefined || next.getTime() > from.getTime() + HORIZON) return next ?? at;
    at = next;
  }
}

/** Where it must be right to send: the lead's zone; all in which the lead may be, when nobody knows or the name means nothing. */
export function zonesOf(zone: string | null, { unknownZone = ['UTC'] }: SendingPolicies): readonly string[] {
  return zone !== null && isZone(zone) ? [zone] : unknownZone;
}
