import type { WantedTouch } from '@tendril/programmes';
import type { Touched } from '@tendril/rulebook';
import type { TouchpointState, Verdict } from '@tendril/touchpoints';

/** A touch of a life: when it was planned, and what the gate last said about it, if it was asked. */
interface PlannedTouch {
  readonly touch: WantedTouch;
  readonly plannedAt: Date;
  readonly at?: Date;
  readonly verdict?: Verdict;
}

/** A touch as rules see it; what goes out is accepted at once. */
export function touchedSoFar({ touch, plannedAt, at, verdict }: PlannedTouch): Touched {
  const { programme, channel, content } = touch;
  return { programme, channel, content, state: stateAfter(verdict), at: (verdict?.go === 'send' ? at : undefined) ?? plannedAt };
}

/** Where a touchpoint stands after the gate's verdict. */
export function stateAfter(verdict: Verdict | undefined): TouchpointState {
  if (!verdict) return 'planned';
  if (verdict.go === 'send') return 'accepted';
  return verdict.go === 'hold' ? 'held' : verdict.state;
}
