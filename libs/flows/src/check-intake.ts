import {
  checkAccount,
  checkEvent,
  closest,
  ConsentChanged,
  eventPlanOf,
  FUTURE_TOLERANCE_MS,
  type IntakeEvent,
  isTransitionType,
  LeadUpdated,
  MOST_VALUES,
  type PlanProblem,
  Suppressed,
  type TrackingPlan,
  unknownPolicy,
} from '@tendril/events';
import { durationMs, isZone, type Json } from '@tendril/kernel';
import type { z } from 'zod';

/** Nothing a lead did is older: the date was misread, and the first centuries do not fit the database either. */
const EARLIEST = Date.parse('1900-01-01T00:00:00Z');

/** PostgreSQL keeps no NUL and no half of a surrogate pair, in text or in jsonb. */
const UNKEEPABLE = /\0|\p{Surrogate}/u;

/** Characters of one text, or of the name of a property. */
const LONGEST_TEXT = 10_000;

/** Lists and objects in each other; bodies over HTTP are refused at the same depth before they are read. */
const DEEPEST = 32;

/** Why an event was not stored, and what to do about it. */
export interface IntakeProblem {
  readonly code: 'event-invalid' | 'event-in-future' | 'event-too-large' | 'event-too-old';
  /** Such as `properties.path`. */
  readonly field: string;
  readonly message: string;
  readonly hint?: string;
  /** Keep the event aside: its source asks for that, and another tracking plan, or time, may make it fit. */
  readonly aside: boolean;
}

/** What is wrong with an event at a moment, by the plan and the policy of its source; undefined when nothing is. Without a plan every type is known. */
export function problemIn(event: IntakeEvent, plan: TrackingPlan | undefined, now: Date): IntakeProblem | undefined {
  const never = keepingProblem(event) ?? shapeProblem(event);
  if (never) return { ...never, aside: false };
  const policy = plan ? unknownPolicy(plan, event.source) : 'refuse';
  const aside = policy === 'quarantine';
  if (Date.parse(event.at) > now.getTime() + FUTURE_TOLERANCE_MS) return { ...inFuture(event, now), aside };
  if (!plan || (policy === 'accept' && !eventPlanOf(plan, event.type))) return undefined;
  const old = tooOld(event, plan, now);
  if (old) return { ...old, aside: false };
  const [first] = planProblems(event, plan);
  return first ? { ...invalid(first), aside } : undefined;
}

type Found = Omit<IntakeProblem, 'aside'>;

const invalid = ({ path, message, hint }: Omit<PlanProblem, 'hint'> & { readonly hint?: string }): Found => ({
  code: 'event-invalid',
  field: path,
  message,
  ...(hint === undefined ? {} : { hint }),
});

function inFuture({ key, at }: IntakeEvent, now: Date): Found {
  return {
    code: 'event-in-future',
    field: 'at',
    message: `The event "${key}" says it happens at ${at}, but now it is ${now.toISOString()}`,
    hint: 'Check the clock of the sender and the order of day and month.',
  };
}

/** What may have been counted and deleted already would be counted twice. */
function tooOld({ key, type, at }: IntakeEvent, plan: TrackingPlan, now: Date): Found | undefined {
  const retention = Object.hasOwn(plan.events, type) ? plan.events[type]?.retention : undefined;
  if (retention === undefined || Date.parse(at) >= now.getTime() - durationMs(retention) + FUTURE_TOLERANCE_MS) return undefined;
  return {
    code: 'event-too-old',
    field: 'at',
    message: `The event "${key}" happened at ${at}, and a ${type} is kept for ${retention}: it may have been counted and deleted already`,
    hint: 'Leave it out. To take in an older history, lengthen "retention" in tracking-plan.json first.',
  };
}

/** What the database would refuse, and with it the whole batch, or what no event needs. */
function keepingProblem(event: IntakeEvent): Found | undefined {
  if (Date.parse(event.at) < EARLIEST) {
    const message = `The event "${event.key}" says it happened at ${event.at}, before 1900`;
    return invalid({ path: 'at', message, hint: 'Check the order of day, month and year.' });
  }
  return unkeepableIn(event);
}

/** What in a value the database would refuse, or nobody needs. */
export function unkeepableIn(value: object): Omit<IntakeProblem, 'aside'> | undefined {
  const bad = unkeepable(value, 0, { left: MOST_VALUES });
  if (!bad) return undefined;
  const field = bad.path.join('.');
  if (bad.what === 'text') {
    return invalid({ path: field, message: 'The text holds a NUL or half a character, which cannot be kept', hint: 'Check the encoding of the sender.' });
  }
  return { code: 'event-too-large', field, message: TOO_LARGE[bad.what], hint: 'Send what rules may ask about, and keep the rest where it is.' };
}

const TOO_LARGE = {
  long: `The text has more than ${LONGEST_TEXT} characters`,
  deep: `Lists and objects lie more than ${DEEPEST} levels deep in each other`,
  many: `There are more than ${MOST_VALUES} values, those in lists and objects included`,
} as const;

interface Unkeepable {
  readonly what: 'text' | keyof typeof TOO_LARGE;
  readonly path: readonly string[];
}

/** The first thing that cannot be kept; a bad name ends the path before it. `budget`: how many values may follow. */
function unkeepable(value: unknown, depth: number, budget: { left: number }): Unkeepable | undefined {
  if (typeof value === 'string') return badText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEEPEST) return { what: 'deep', path: [] };
  for (const name in value) {
    if (budget.left-- <= 0) return { what: 'many', path: [] };
    const bad = badText(name);
    if (bad) return bad;
    const inner = unkeepable((value as Record<string, unknown>)[name], depth + 1, budget);
    if (inner) return { ...inner, path: [name, ...inner.path] };
  }
  return undefined;
}

function badText(text: string): Unkeepable | undefined {
  if (text.length > LONGEST_TEXT) return { what: 'long', path: [] };
  return UNKEEPABLE.test(text) ? { what: 'text', path: [] } : undefined;
}

/** What is wrong with an event that Tendril itself acts upon or makes, whatever the plan says. */
function shapeProblem(event: IntakeEvent): Found | undefined {
  if (isTransitionType(event.type)) return invalid(decidedHere(event.type));
  const schema = Object.hasOwn(SHAPES, event.type) ? SHAPES[event.type] : undefined;
  if (!schema) return undefined;
  const [issue] = schema.safeParse(event.properties).error?.issues ?? [];
  if (issue) {
    const path = ['properties', ...issue.path].join('.');
    return invalid({ path, message: `${event.type}: ${issue.message}`, hint: 'The API docs at /docs show the properties of this event.' });
  }
  const [problem] = event.type === 'suppressed' ? addressProblem(event) : zoneProblem(event);
  return problem && invalid(problem);
}

const SHAPES: Readonly<Record<string, z.ZodType>> = { lead_updated: LeadUpdated, consent_changed: ConsentChanged, suppressed: Suppressed };

function planProblems(event: IntakeEvent, plan: TrackingPlan): PlanProblem[] {
  if (event.type === 'consent_changed' || event.type === 'suppressed') return [];
  if (event.type !== 'lead_updated') return checkEvent(plan, event);
  // A change names only what changed: as an event, nothing is required of it.
  const { attributes = {}, account = {} } = event.properties as LeadUpdated;
  return [...checkEvent(plan, { type: event.type, properties: attributes }), ...checkAccount(plan, account, 'properties.account')];
}

function decidedHere(type: string): PlanProblem {
  return { path: 'type', message: `${type}: Tendril decides this itself, by its rules`, hint: 'Send what happened; the rules make of it what they say.' };
}

/** Quiet hours are kept in the zone that `timeZone` names: one that means nothing must not pass for one that is unknown. */
function zoneProblem({ type, properties }: IntakeEvent): PlanProblem[] {
  const zone: Json | undefined = type === 'lead_updated' ? (properties as LeadUpdated).attributes?.['timeZone'] : undefined;
  if (typeof zone !== 'string' || isZone(zone)) return [];
  const near = closest(zone, Intl.supportedValuesOf('timeZone'));
  const hint = near === undefined ? 'Send an IANA name such as "Europe/Berlin", or null when it is unknown.' : `Did you mean "${near}"?`;
  return [{ path: 'properties.attributes.timeZone', message: `There is no time zone "${zone}"`, hint }];
}

function addressProblem(event: IntakeEvent): PlanProblem[] {
  if (event.lead.email !== undefined || event.lead.phone !== undefined) return [];
  return [{ path: 'lead', message: 'suppressed: an address is suppressed, and this event names none', hint: 'Add lead.email or lead.phone.' }];
}
