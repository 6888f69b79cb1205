export { advance } from './advance.ts';
export { advanceShadow, type ShadowAnswer, type ShadowChanges, type ShadowSnapshot } from './advance-shadow.ts';
export { planProgrammes } from './plan-programmes.ts';
export {
  type Because,
  type Campaign,
  type CampaignReason,
  type Enrolment,
  type FactsThen,
  type JourneyReason,
  type LeadChanges,
  type LeadSnapshot,
  type WantedTouch,
} from './types.ts';
