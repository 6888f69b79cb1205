import type { Json, JsonObject } from '@tendril/kernel';
import { eventPlanOf, eventTypesOf } from './built-in-events.ts';
import { closest } from './closest.ts';
import type { PropertyPlan, PropertyType, TrackingPlan } from './tracking-plan.ts';

/** Something that the tracking plan does not allow, for the sender of the data. */
export interface PlanProblem {
  /** `type`, `properties.path`, `attributes.industry`. */
  readonly path: string;
  readonly message: string;
  /** What to send instead. */
  readonly hint: string;
}

type Properties = Readonly<Record<string, PropertyPlan>>;

/**
 * What is wrong with an event by the plan and the built-in events; empty when nothing is.
 * A property of null counts as not given, because many senders write null for "none".
 */
export function checkEvent(plan: TrackingPlan, event: { readonly type: string; readonly properties: JsonObject }): PlanProblem[] {
  const known = eventPlanOf(plan, event.type);
  if (!known) return [unknownType(plan, event.type)];
  return checkProperties(known.properties, event.properties, { path: 'properties', of: `event "${event.type}"`, noun: 'property' });
}

/**
 * What is wrong with a lead's attributes by the plan; empty when nothing is. Null clears an attribute, so it fits every type.
 * For an update, give the attributes as they are after it: a required one may already be there.
 */
export function checkAttributes(plan: TrackingPlan, attributes: JsonObject): PlanProblem[] {
  return checkProperties(plan.attributes, attributes, { path: 'attributes', of: 'lead', noun: 'attribute' });
}

/** What is wrong with a change of an account's attributes. It names only what changed, so nothing is required of it. `path`: where they stand. */
export function checkAccount(plan: TrackingPlan, attributes: JsonObject, path: string): PlanProblem[] {
  return checkProperties(plan.account, attributes, { path, of: 'account', noun: 'attribute' }, { whole: false });
}

/** Whether a value has a type of the tracking plan. */
export function hasType(value: Json, type: PropertyType): boolean {
  switch (type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'date':
      return typeof value === 'string' && isDate(value);
    default:
      return typeof value === type;
  }
}

interface Place {
  readonly path: string;
  readonly of: string;
  readonly noun: string;
}

function checkProperties(plan: Properties, given: JsonObject, place: Place, { whole } = { whole: true }): PlanProblem[] {
  const problems: PlanProblem[] = [];
  for (const [name, value] of Object.entries(given)) {
    const property = Object.hasOwn(plan, name) ? plan[name] : undefined;
    if (!property) problems.push(unknownProperty(plan, name, place));
    else if (value !== null) problems.push(...checkValue(property, value, name, place));
  }
  for (const [name, property] of whole ? Object.entries(plan) : []) {
    if (!property.required || (Object.hasOwn(given, name) && given[name] !== null)) continue;
    problems.push({
      path: `${place.path}.${name}`,
      message: `The ${place.of} has no "${name}", which is required (${property.meaning}).`,
      hint: `Send "${name}" as ${WORDS[property.type]}.`,
    });
  }
  return problems;
}

function checkValue(property: PropertyPlan, value: Json, name: string, place: Place): PlanProblem[] {
  const path = `${place.path}.${name}`;
  if (!hasType(value, property.type)) {
    const message = `"${name}" of the ${place.of} must be ${WORDS[property.type]}, but is ${show(value)}.`;
    return [{ path, message, hint: `Send ${EXAMPLES[property.type]}, for example.` }];
  }
  if (!property.values) return [];
  const allowed = property.values;
  const wrong = (Array.isArray(value) ? value : [value]).filter((item) => !allowed.includes(String(item)));
  return wrong.map((item) => ({
    path,
    message: `"${name}" of the ${place.of} cannot be ${show(item)}.`,
    hint: guess(String(item), allowed) ?? `It may be ${allowed.map((one) => `"${one}"`).join(', ')}.`,
  }));
}

function unknownType(plan: TrackingPlan, type: string): PlanProblem {
  return {
    path: 'type',
    message: `There is no event type "${type}".`,
    hint: guess(type, eventTypesOf(plan)) ?? 'Declare it under "events" of tracking-plan.json.',
  };
}

function unknownProperty(plan: Properties, name: string, place: Place): PlanProblem {
  const names = Object.keys(plan);
  const known = names.length === 0 ? `It has no ${place.noun} at all.` : `Known: ${names.join(', ')}.`;
  return {
    path: `${place.path}.${name}`,
    message: `The ${place.of} has no ${place.noun} "${name}".`,
    hint: guess(name, names) ?? `${known} Declare it in tracking-plan.json.`,
  };
}

const WORDS: Readonly<Record<PropertyType, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date (RFC 3339)',
  strings: 'a list of texts',
};

const EXAMPLES: Readonly<Record<PropertyType, string>> = {
  string: '"healthcare"',
  number: '12',
  boolean: 'true',
  date: '"2026-03-01T09:00:00Z" or "2026-03-01"',
  strings: '["crm", "billing"]',
};

function guess(name: string, candidates: readonly string[]): string | undefined {
  const near = closest(name, candidates);
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/** A full date or a date with time and offset; 30 February is refused, although `Date` would roll it over. */
function isDate(value: string): boolean {
  const day = RFC_3339.exec(value)?.[1];
  if (day === undefined || Number.isNaN(new Date(value).getTime())) return false;
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
