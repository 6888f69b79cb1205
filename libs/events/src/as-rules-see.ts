import type { JsonObject } from '@tendril/kernel';
import type { LeadEvent } from './types.ts';

/**
 * A stored event as rules see it. The properties of a stored `lead_updated` keep the attributes of the lead apart from those
 * of its account; to rules, cases and `eventPlanOf`, the changed attributes of the lead are its properties.
 */
export function asRulesSee({ type, at, properties }: LeadEvent): LeadEvent {
  if (type !== 'lead_updated') return { type, at, properties };
  const attributes = properties['attributes'];
  const isObject = attributes !== null && typeof attributes === 'object' && !Array.isArray(attributes);
  return { type, at, properties: isObject ? (attributes as JsonObject) : {} };
}
