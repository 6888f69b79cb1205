import type { TouchpointState } from './types.ts';

const WAITING = ['held', 'claimed', 'cancelled', 'suppressed', 'expired'] as const;

/** From each state, the states that may follow. */
const MOVES: Readonly<Record<TouchpointState, readonly TouchpointState[]>> = {
  planned: WAITING,
  // Held to held: another reason, or a later time.
  held: ['planned', ...WAITING],
  // Back to planned when the lease ran out: nothing was sent yet, so another try is safe.
  claimed: ['planned', 'held', 'sending', 'cancelled', 'suppressed', 'expired'],
  // Held when the vendor says that it certainly did not send. Never back to claimed: a crash here is `unknown`.
  sending: ['held', 'accepted', 'rejected', 'unknown'],
  // Held only when the vendor proves that it never got it.
  unknown: ['held', 'accepted', 'rejected'],
  accepted: [],
  rejected: [],
  cancelled: [],
  suppressed: [],
  expired: [],
};

const STATES = Object.keys(MOVES) as TouchpointState[];

/**
 * May a touchpoint go from one state to the other? Whoever writes a state asks this, or names the `from` states in SQL and tests them with it.
 * Only a restore goes beyond it: of what a backup shows as waiting it says `unknown`, because that may have gone out since.
 */
export function mayMove(from: TouchpointState, to: TouchpointState): boolean {
  return MOVES[from].includes(to);
}

/** The states that nothing follows. What is heard later (delivered, clicked, bounced) are timestamps, not states. */
export const FINAL_STATES: readonly TouchpointState[] = STATES.filter((state) => MOVES[state].length === 0);
