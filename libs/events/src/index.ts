export { EventPlan, PropertyPlan, PropertyType, TrackingPlan } from './tracking-plan.ts';
export type { Consents, ConsentState, LeadEvent } from './types.ts';
