import type { TrackingPlan } from '@tendril/events';
import type { Json } from '@tendril/kernel';
import { interestSources } from '../language/interest.ts';
import type { JsonPath } from './json-file.ts';
import { CHANNEL_TEMPLATES, type FactTraits, type Names, propertiesOf, traitsOf, type Unknown, unknownEvent, unknownName } from '../language/names.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import { TOUCHPOINT_STATES } from '../language/touch-facts.ts';
import type { ScoringModel } from '../language/types.ts';

/** A problem inside one comparison; the path begins at the comparison. */
export interface LeafProblem extends Unknown {
  readonly path: JsonPath;
  readonly warning?: boolean;
  /** The key is wrong, rather than what it holds. */
  readonly atKey?: boolean;
}

/** What a comparison's fact is, or what is wrong with how it is asked for. Null traits: it cannot be known. */
export interface FactAnswer {
  readonly traits: FactTraits | null;
  readonly problems: readonly LeafProblem[];
}

const NUMBER: FactTraits = { type: 'number', optional: false };

/** Checks a comparison's fact, params and path against what exists, and tells what values it can have. */
export function checkFact(leaf: Leaf, names: Names): FactAnswer {
  const param = (key: string): string => String(leaf.params?.[key]);
  switch (leaf.fact) {
    case 'lead':
      return attribute(names.plan?.attributes, 'lead', leaf.path ?? '');
    case 'account':
      return attribute(names.plan?.account, 'account', leaf.path ?? '');
    case 'eventCount':
      return { traits: NUMBER, problems: eventProblems(leaf, names) };
    case 'daysSince':
      return { traits: { ...NUMBER, optional: true }, problems: eventProblems(leaf, names) };
    case 'eventSum':
    case 'eventMin':
    case 'eventMax':
    case 'eventAvg':
      return { traits: { ...NUMBER, optional: true }, problems: [...eventProblems(leaf, names), ...propertyProblems(leaf, names)] };
    case 'score':
      return answer(NUMBER, ['params', 'model'], unknownName('scoring model', param('model'), names.models.keys()) ?? pointless(param('model'), names));
    case 'grade':
      return grade(param('model'), names);
    case 'stage':
      return answer(stageTraits(names), []);
    case 'interest':
      return interest(names);
    case 'inJourney':
      return answer({ type: 'boolean', optional: false }, ['params', 'journey'], unknownName('journey', param('journey'), names.journeys.keys()));
    case 'touchpointCount':
      return { traits: NUMBER, problems: touchpointProblems(leaf, names) };
    case 'accountCount':
      return answer(NUMBER, ['params', 'condition'], unknownName('segment', param('condition'), names.segments.keys()));
    default:
      return {
        traits: { type: 'text', values: ['granted', 'denied', 'none'], optional: false },
        problems: [
          ...at(['params', 'channel'], unknownName('channel', param('channel'), Object.keys(CHANNEL_TEMPLATES))),
          ...at(['params', 'topic'], names.policies ? unknownName('topic', param('topic'), Object.keys(names.policies.topics)) : undefined),
        ],
      };
  }
}

function touchpointProblems({ params = {} }: Leaf, { content }: Names): LeafProblem[] {
  const known = { channel: Object.keys(CHANNEL_TEMPLATES), content: [...content.keys()], state: TOUCHPOINT_STATES };
  return Object.entries(known).flatMap(([kind, names]) => {
    const name = params[kind];
    const word = kind === 'state' ? 'state of touchpoints' : kind;
    return name === undefined ? [] : at(['params', kind], unknownName(word, String(name), names));
  });
}

function answer(traits: FactTraits | null, path: JsonPath, unknown?: Unknown): FactAnswer {
  return unknown ? { traits: null, problems: at(path, unknown) } : { traits, problems: [] };
}

function at(path: JsonPath, unknown: Unknown | undefined): LeafProblem[] {
  return unknown ? [{ path, ...unknown }] : [];
}

function attribute(plan: TrackingPlan['attributes'] | undefined, of: string, path: string): FactAnswer {
  if (!plan) return { traits: null, problems: [] };
  const [name = '', ...inner] = path.replace(/^\$\./, '').split('.');
  const unknown = unknownName(of === 'lead' ? 'attribute' : 'attribute of accounts', name, Object.keys(plan));
  const property = plan[name];
  if (unknown) return answer(null, ['path'], { ...unknown, hint: `${unknown.hint} Attributes are declared in tracking-plan.json.` });
  if (!property) return answer(null, []);
  if (inner.length === 0) return answer(traitsOf(property), []);
  return answer(null, ['path'], { message: `The attribute "${name}" has no parts`, hint: `Write "$.${name}".` });
}

function grade(model: string, names: Names): FactAnswer {
  const unknown = unknownName('scoring model', model, names.models.keys());
  if (unknown) return answer(null, ['params', 'model'], unknown);
  const rule = names.models.get(model);
  if (!rule) return answer(null, []);
  if (!rule.axes && !rule.grades) {
    return answer(null, ['params', 'model'], { message: `"${model}" has no grades`, hint: `Add "grades" to ${model}.json, or ask for its score.` });
  }
  return answer({ type: 'text', values: gradesOf(rule, names), optional: false }, []);
}

function interest({ plan }: Names): FactAnswer {
  if (!plan) return answer(null, []);
  const { attributes, properties } = interestSources(plan);
  const sources = [
    ...attributes.map((name) => plan.attributes[name]),
    ...[...properties].flatMap(([type, names]) => names.map((name) => plan.events[type]?.properties[name])),
  ];
  if (sources.length === 0) {
    const hint = 'Write "interest": true at an attribute or at an event’s property that names a topic.';
    return answer(null, ['fact'], { message: 'tracking-plan.json does not say what leads are interested in', hint });
  }
  const values = sources.every((source) => source?.values) ? [...new Set(sources.flatMap((source) => source?.values ?? []))] : undefined;
  return answer({ type: 'text', values, optional: true }, []);
}

/** Every grade that a model can give; undefined when that cannot be known. */
function gradesOf({ grades, axes }: ScoringModel, { models }: Names): string[] | undefined {
  if (!axes) return Object.keys(grades ?? {});
  const [first, second] = axes.map((id) => models.get(id)?.grades);
  return first && second && Object.keys(first).flatMap((one) => Object.keys(second).map((other) => one + other));
}

function pointless(model: string, { models }: Names): Unknown | undefined {
  const axes = models.get(model)?.axes;
  return axes && { message: `"${model}" has no points`, hint: `Ask for its grade, or for the score of ${axes.join(' or ')}.` };
}

function stageTraits({ stages }: Names): FactTraits | null {
  return stages && { type: 'text', values: stages.map(({ name }) => name), optional: stages[0]?.conditions !== undefined };
}

function eventProblems({ params = {} }: Leaf, names: Names): LeafProblem[] {
  return checkEvents(String(params['event']), params['where'], names).map((one) => ({ ...one, path: ['params', ...one.path] }));
}

/** Checks which events are asked for; the paths begin beside `event` and `where`. */
export function checkEvents(type: string, where: Json | undefined, names: Names): LeafProblem[] {
  const unknown = unknownEvent(names, type);
  if (unknown) return at(['event'], { ...unknown, hint: `${unknown.hint} Events are declared in tracking-plan.json.` });
  const properties = propertiesOf(names, type);
  if (!properties || where === undefined || where === null || typeof where !== 'object') return [];
  return Object.entries(where).flatMap(([name, test]) => {
    const path = ['where', name];
    const property = properties[name];
    const missing = unknownName(`property of "${type}"`, name, Object.keys(properties));
    if (missing) return [{ path, atKey: true, ...missing }];
    return !property ? [] : at(path, whereProblem(name, traitsOf(property), test));
  });
}

/** Only numbers can be added up and compared. */
function propertyProblems({ params = {} }: Leaf, names: Names): LeafProblem[] {
  const type = String(params['event']);
  const name = String(params['property']);
  const properties = propertiesOf(names, type);
  if (!properties) return [];
  const path = ['params', 'property'];
  const numbers = Object.keys(properties).filter((each) => properties[each]?.type === 'number');
  if (Object.hasOwn(properties, name) && !numbers.includes(name)) {
    const hint = numbers.length > 0 ? `Numbers of "${type}": ${numbers.join(', ')}.` : `"${type}" has no numbers; eventCount counts the events themselves.`;
    return at(path, { message: `"${name}" is no number`, hint });
  }
  return at(path, unknownName(`property of "${type}"`, name, Object.keys(properties)));
}

function whereProblem(name: string, { type, values }: FactTraits, test: Json): Unknown | undefined {
  if (type === 'texts') return { message: `"${name}" is a list, which "where" cannot test`, hint: 'Declare a text property for it.' };
  const wanted = wantedValues(test);
  if (wanted.startsWith && type !== 'text' && type !== 'date') {
    return { message: `"${name}" is no text, so it starts with nothing`, hint: 'Write the value itself.' };
  }
  return firstUnfit(wanted.values, type, wanted.startsWith ? undefined : values);
}

function wantedValues(test: Json): { values: readonly Json[]; startsWith: boolean } {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return { values: [test], startsWith: false };
  const { startsWith, in: list } = test as { readonly startsWith?: Json; readonly in?: readonly Json[] };
  return startsWith === undefined ? { values: list ?? [], startsWith: false } : { values: [startsWith], startsWith: true };
}

const WORDS = { text: 'a text', number: 'a number', boolean: 'true or false', date: 'a date as text', texts: 'a text' } as const;

/** The first value that a fact of this type never has, as a problem. */
export function firstUnfit(values: readonly Json[], type: FactTraits['type'], allowed: readonly string[] | undefined): Unknown | undefined {
  const primitive = type === 'number' || type === 'boolean' ? type : 'string';
  for (const value of values) {
    if (typeof value !== primitive) return { message: `${JSON.stringify(value)} can never be equal here`, hint: `Write ${WORDS[type]}.` };
    const unknown = allowed && unknownName('value', String(value), allowed);
    if (unknown) return unknown;
  }
  return undefined;
}
