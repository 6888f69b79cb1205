import {
  checkEvent,
  closest,
  ConsentChanged,
  FUTURE_TOLERANCE_MS,
  type IntakeEvent,
  LeadUpdated,
  type PlanProblem,
  Suppressed,
  type TrackingPlan,
} from '@tendril/events';
import { isZone, type Json } from '@tendril/kernel';
import type { z } from 'zod';

/** Nothing a lead did is older: the date was misread, and the first centuries do not fit the database either. */
const EARLIEST = new Date('1900-01-01T00:00:00Z');

/** PostgreSQL keeps no NUL and no half of a surrogate pair, in text or in jsonb. */
const UNKEEPABLE = /\0|\p{Surrogate}/u;

/** An event that was not taken, and what to do about it. */
export interface Refusal {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly code: 'event-invalid' | 'event-in-future';
  /** Such as `properties.path`. */
  readonly field: string;
  readonly message: string;
  readonly hint?: string;
}

/** Parts the events of a batch into those that fit the tracking plan and those that do not. Without a plan every type is known. */
export function checkIntake(
  events: readonly IntakeEvent[],
  plan: TrackingPlan | undefined,
  now: Date,
): { readonly accepted: readonly IntakeEvent[]; readonly refused: readonly Refusal[] } {
  const accepted: IntakeEvent[] = [];
  const refused: Refusal[] = [];
  events.forEach((event, index) => {
    const refusal = refusalOf(event, index, plan, now);
    if (refusal) refused.push(refusal);
    else accepted.push(event);
  });
  return { accepted, refused };
}

function refusalOf(event: IntakeEvent, index: number, plan: TrackingPlan | undefined, now: Date): Refusal | undefined {
  if (new Date(event.at).getTime() > now.getTime() + FUTURE_TOLERANCE_MS) {
    return {
      index,
      code: 'event-in-future',
      field: 'at',
      message: `The event "${event.key}" says it happens at ${event.at}, but now it is ${now.toISOString()}`,
      hint: 'Check the clock of the sender and the order of day and month.',
    };
  }
  const [problem] = [...keepingProblems(event), ...problemsOf(event, plan)];
  if (!problem) return undefined;
  const { path, message, hint } = problem;
  return { index, code: 'event-invalid', field: path, message, ...(hint === undefined ? {} : { hint }) };
}

/** What the database would refuse, and with it the whole batch. */
function keepingProblems(event: IntakeEvent): PlanProblem[] {
  if (new Date(event.at) < EARLIEST) {
    return [{ path: 'at', message: `The event "${event.key}" says it happened at ${event.at}, before 1900`, hint: 'Check the order of day, month and year.' }];
  }
  const path = unkeepableAt(event);
  if (path === undefined) return [];
  return [{ path: path.join('.'), message: 'The text holds a NUL or half a character, which cannot be kept', hint: 'Check the encoding of the sender.' }];
}

/** The path to the first text, or name of a property, that cannot be kept; a bad name ends the path before it. */
function unkeepableAt(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return UNKEEPABLE.test(value) ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (UNKEEPABLE.test(name)) return [];
    const path = unkeepableAt(inner);
    if (path) return [name, ...path];
  }
  return undefined;
}

function problemsOf(event: IntakeEvent, plan: TrackingPlan | undefined): PlanProblem[] {
  switch (event.type) {
    case 'lead_updated': {
      const problems = shapeProblems(LeadUpdated, event);
      const attributes = problems.length === 0 && plan ? LeadUpdated.parse(event.properties).attributes : undefined;
      if (!attributes || !plan) return problems;
      // A change names only what changed: as an event, nothing is required of it.
      return [...checkEvent(plan, { type: event.type, properties: attributes }), ...zoneProblem(attributes['timeZone'])];
    }
    case 'consent_changed':
      return shapeProblems(ConsentChanged, event);
    case 'suppressed':
      return [...shapeProblems(Suppressed, event), ...addressProblem(event)];
    default:
      return plan ? checkEvent(plan, event) : [];
  }
}

/** Quiet hours are kept in the zone that `timeZone` names: one that means nothing must not pass for one that is unknown. */
function zoneProblem(zone: Json | undefined): PlanProblem[] {
  if (typeof zone !== 'string' || isZone(zone)) return [];
  const near = closest(zone, Intl.supportedValuesOf('timeZone'));
  const hint = near === undefined ? 'Send an IANA name such as "Europe/Berlin", or null when it is unknown.' : `Did you mean "${near}"?`;
  return [{ path: 'properties.attributes.timeZone', message: `There is no time zone "${zone}"`, hint }];
}

function shapeProblems(schema: z.ZodType, event: IntakeEvent): PlanProblem[] {
  const { error } = schema.safeParse(event.properties);
  return (error?.issues ?? []).map((issue) => ({
    path: ['properties', ...issue.path].join('.'),
    message: `${event.type}: ${issue.message}`,
    hint: 'The API docs at /docs show the properties of this event.',
  }));
}

function addressProblem(event: IntakeEvent): PlanProblem[] {
  if (event.lead.email !== undefined || event.lead.phone !== undefined) return [];
  return [{ path: 'lead', message: 'suppressed: an address is suppressed, and this event names none', hint: 'Add lead.email or lead.phone.' }];
}
