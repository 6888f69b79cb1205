export { asRulesSee } from './as-rules-see.ts';
export { BUILT_IN_EVENTS, eventPlanOf, eventTypesOf } from './built-in-events.ts';
export { checkAttributes, checkEvent, hasType, type PlanProblem } from './check-against-plan.ts';
export { closest } from './closest.ts';
export {
  ConsentChanged,
  FUTURE_TOLERANCE_MS,
  IntakeEvent,
  LeadReference,
  LeadUpdated,
  Suppressed,
} from './intake-event.ts';
export { EventPlan, PropertyPlan, PropertyType, TrackingPlan } from './tracking-plan.ts';
export type { Consents, ConsentState, LeadEvent } from './types.ts';
