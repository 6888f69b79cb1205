export { addressHash } from './address-hash.ts';
export { longestWindow } from './caps.ts';
export { gate } from './gate.ts';
export { FINAL_STATES, mayMove } from './state-machine.ts';
export { touchpointId, type TouchpointKey } from './touchpoint-id.ts';
export {
  type GateAnswer,
  type GateCandidate,
  type GateSnapshot,
  type GateWorld,
  type SendingPolicies,
  type SentTouch,
  type TouchpointState,
  type Verdict,
} from './types.ts';
export { readUnsubscribeToken, unsubscribeToken } from './unsubscribe-token.ts';
export { type Why, whyInWords } from './why.ts';
