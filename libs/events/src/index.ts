export { asRulesSee } from './as-rules-see.ts';
export {
  BUILT_IN_EVENTS,
  eventPlanOf,
  eventTypesOf,
  isTransitionType,
  TRANSITION_EVENTS,
  type TransitionType,
} from './built-in-events.ts';
export { checkAccount, checkAttributes, checkEvent, hasType, type PlanProblem } from './check-against-plan.ts';
export { closest } from './closest.ts';
export { isFreeMail } from './mail-domains.ts';
export {
  ConsentChanged,
  FUTURE_TOLERANCE_MS,
  IntakeEvent,
  LeadReference,
  LeadUpdated,
  LeadUpsert,
  Suppressed,
} from './intake-event.ts';
export { EventPlan, MOST_VALUES, PropertyPlan, PropertyType, SourcePlan, TrackingPlan, unknownPolicy, UnknownPolicy } from './tracking-plan.ts';
export type { Consents, ConsentState, LeadEvent } from './types.ts';
