export { decide } from './decide.ts';
export { transitionEvent, transitionEvents, transitionType } from './transition-events.ts';
export { causeOf, chainAfter, inChain, type Wake, wakeOf } from './wakes.ts';
export { segmentsEntered } from './segments-entered.ts';
export { type Decision, type LeadState, NEVER_EVALUATED, type Transition } from './types.ts';
