import type { LeadFacts } from './types.ts';

/**
 * States that rules may ask for. A touchpoint that is being sent counts as `planned`: that takes seconds, and rules that
 * followed it would take leads out of segments and back into them.
 */
export const TOUCHPOINT_STATES = ['planned', 'held', 'accepted', 'rejected', 'unknown', 'cancelled', 'suppressed', 'expired'] as const;

const BEING_SENT: readonly string[] = ['claimed', 'sending'];

/** A touchpoint of a lead, as it stands. */
export interface Touched {
  /** `journeys/<id>` or `campaigns/<id>`. */
  readonly programme: string;
  readonly channel: string;
  readonly content: string;
  /** Any state of a touchpoint. */
  readonly state: string;
  /** When it was sent; before that, when it was planned. */
  readonly at: Date;
}

/** What the rules may ask about a lead's touchpoints, given in any order. */
export function touchFacts(touches: readonly Touched[]): Pick<LeadFacts, 'journeys' | 'touchpoints'> {
  const seen = touches.map((touch) => ({ ...touch, state: BEING_SENT.includes(touch.state) ? 'planned' : touch.state }));
  const onTheirWay = seen.filter(({ programme, state }) => programme.startsWith('journeys/') && (state === 'planned' || state === 'held'));
  return {
    journeys: [...new Set(onTheirWay.map(({ programme }) => programme))].sort(),
    touchpoints: seen.map(({ channel, content, state, at }) => ({ channel, content, state, at })).sort((a, b) => a.at.getTime() - b.at.getTime()),
  };
}
