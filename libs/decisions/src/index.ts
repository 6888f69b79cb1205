export { decide } from './decide.ts';
export { segmentsEntered } from './segments-entered.ts';
export { type Decision, type LeadState, NEVER_EVALUATED, type Transition } from './types.ts';
