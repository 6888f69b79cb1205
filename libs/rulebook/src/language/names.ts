import { closest, eventPlanOf, eventTypesOf, isTransitionType, type PropertyPlan, type TrackingPlan } from '@tendril/events';
import type { ValueType } from './operators.ts';
import type { ContentRule, Journey, Policies, RuleHeader, ScoringModel, SegmentRule, StageRule } from './types.ts';

/** Every id of a kind, with the rule itself, or null where its file is broken (its own problem is told there). */
export type Known<Rule> = ReadonlyMap<string, Rule | null>;

/** Everything that a rule may refer to. What could not be read is null, and then nothing about it is held against a rule. */
export interface Names {
  readonly plan: TrackingPlan | null;
  readonly policies: Policies | null;
  readonly stages: readonly StageRule[] | null;
  readonly models: Known<ScoringModel>;
  readonly segments: Known<SegmentRule>;
  readonly journeys: Known<Journey>;
  readonly content: Known<ContentRule>;
}

/** Template files that each channel needs beside a content.json. */
export const CHANNEL_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  email: ['email.hbs', 'subject.hbs'],
  sms: ['sms.hbs'],
};

/** A name that nobody knows, as a problem to report; undefined when it is known. */
export interface Unknown {
  readonly message: string;
  readonly hint: string;
}

/** Checks a name against the known ones. `kind` is the word for people: "segment". */
export function unknownName(kind: string, name: string, known: Iterable<string>): Unknown | undefined {
  const names = [...known];
  if (names.includes(name)) return undefined;
  const near = names.find((id) => id.endsWith(`/${name}`)) ?? closest(name, names);
  const listed = names.length > 12 ? [...names.slice(0, 12), '…'] : names;
  const hint = near === undefined ? (names.length > 0 ? `There are: ${listed.join(', ')}.` : `There is no ${kind} yet.`) : `Did you mean "${near}"?`;
  return { message: `There is no ${kind} "${name}"`, hint };
}

/** A known rule that does not take part although something live needs it. */
export function notLive(kind: string, id: string, rule: RuleHeader | null | undefined): Unknown | undefined {
  if (!rule || rule.status === 'live') return undefined;
  if (rule.retired) return { message: `The ${kind} "${id}" was retired on ${rule.retired.on}`, hint: `The reason: ${rule.retired.reason}. Build on another one.` };
  return {
    message: `The ${kind} "${id}" is ${rule.status}, so nothing live can build on it`,
    hint: `Set "status": "live" in ${id}${kind === 'content' ? '/content' : ''}.json, or make this rule a draft too.`,
  };
}

/** An event type that neither the plan nor Tendril knows. */
export function unknownEvent(names: Names, type: string): Unknown | undefined {
  return names.plan ? unknownName('event', type, eventTypesOf(names.plan)) : undefined;
}

/** The properties of an event type; null when the plan or the event is unknown. */
export function propertiesOf(names: Names, type: string): Readonly<Record<string, PropertyPlan>> | null {
  const properties = (names.plan && eventPlanOf(names.plan, type)?.properties) ?? null;
  return properties && isTransitionType(type) ? withKnownNames(properties, names) : properties;
}

/** What a transition is about is named in the rule files: another name would be a slip, and nothing would ever match it. */
function withKnownNames(properties: Readonly<Record<string, PropertyPlan>>, { segments, models, stages }: Names): Record<string, PropertyPlan> {
  const staged = !properties['model'] && stages ? stages.map(({ name }) => name) : undefined;
  const values: Readonly<Record<string, readonly string[] | undefined>> = { segment: [...segments.keys()], model: [...models.keys()], from: staged, to: staged };
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, values[name]?.length ? { ...property, values: [...values[name]] } : property]),
  );
}

const TYPES: Readonly<Record<PropertyPlan['type'], ValueType>> = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  strings: 'texts',
};

/** What values a fact has. */
export interface FactTraits {
  readonly type: ValueType;
  /** The only texts it may have, where they are known. */
  readonly values?: readonly string[] | undefined;
  /** May it be missing? */
  readonly optional: boolean;
}

/** What values an attribute or a property has. */
export function traitsOf(property: PropertyPlan): FactTraits {
  return { type: TYPES[property.type], values: property.values, optional: true };
}
