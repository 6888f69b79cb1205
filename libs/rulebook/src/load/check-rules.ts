import { BUILT_IN_EVENTS, type PropertyPlan, type TrackingPlan } from '@tendril/events';
import { checkEventScoring } from './check-event-scoring.ts';
import { checkPoints } from './check-points.ts';
import { type JsonFile, type JsonPath, problemAt, problemAtKey } from './json-file.ts';
import { CHANNEL_TEMPLATES, type Known, type Names, notLive, type Unknown, unknownName } from '../language/names.ts';
import type { ConnectorEntry, ContentRule, Journey, Problem, RuleHeader, ScoringModel, StageRule } from '../language/types.ts';

type Checked<Rule> = (rule: Rule, file: JsonFile, names: Names) => Problem[];

function told(file: JsonFile, path: JsonPath, unknown: Unknown | undefined): Problem[] {
  return unknown ? [problemAt(file, path, unknown.message, unknown.hint)] : [];
}

/** Names that stand twice in a list of a file. */
function repeated(file: JsonFile, list: string, key: string, names: readonly string[]): Problem[] {
  return names.flatMap((name, at) =>
    names.indexOf(name) < at ? [problemAt(file, [list, at, key], `The ${key} "${name}" is here twice`, 'Give each its own.')] : [],
  );
}

/** Points are exact thousandths, names unique, groups declared, and every score has a grade. */
export const checkScoring: Checked<ScoringModel> = (model, file, names) => {
  const { scale, groups, rules, grades, axes } = model;
  if (axes) return checkAxes(axes, file, names);
  return [
    ...repeated(file, 'rules', 'name', rules.map(({ name }) => name)),
    ...rules.flatMap((rule, at) => [
      ...checkPoints(file, ['rules', at, 'points'], rule.points),
      ...('per' in rule ? checkEventScoring(rule, file, ['rules', at], names) : []),
      ...told(file, ['rules', at, 'group'], rule.group === undefined ? undefined : unknownName('group', rule.group, Object.keys(groups))),
    ]),
    ...Object.entries(groups).flatMap(([name, { max }]) => checkPoints(file, ['groups', name, 'max'], max)),
    ...checkPoints(file, ['scale', 'min'], scale.min),
    ...checkPoints(file, ['scale', 'max'], scale.max),
    ...(scale.min < scale.max ? [] : [problemAt(file, ['scale'], 'The scale ends before it begins', 'Write a "max" above "min".')]),
    ...(grades ? checkGrades(grades, scale.min, file) : []),
  ];
};

/** Whether the two exist and have grades is asked like any condition. */
function checkAxes(axes: readonly [string, string], file: JsonFile, { models }: Names): Problem[] {
  const [first, second] = axes;
  return [
    ...(first === second ? [problemAt(file, ['axes', 1], `"${first}" is here twice`, 'Name two models.')] : []),
    ...axes.flatMap((id, at) =>
      models.get(id)?.axes ? [problemAt(file, ['axes', at], `"${id}" has two axes itself`, 'Name models that give points.')] : [],
    ),
  ];
}

function checkGrades(grades: Readonly<Record<string, number>>, min: number, file: JsonFile): Problem[] {
  const all = Object.entries(grades);
  const points = all.map(([, least]) => least);
  return [
    ...all.flatMap(([letter, least], at) => [
      ...checkPoints(file, ['grades', letter], least),
      ...(points.indexOf(least) < at ? [problemAt(file, ['grades', letter], `Two grades begin at ${least} points`, 'Give each its own.')] : []),
    ]),
    ...(points.some((least) => least <= min)
      ? []
      : [problemAt(file, ['grades'], `Scores from ${min} on have no grade until ${Math.min(...points)}`, `Give the lowest letter ${min} points.`)]),
  ];
}

/** The first stage may stand open; the others must say when they are reached. */
export function checkStages(stages: readonly StageRule[], file: JsonFile): Problem[] {
  const open = stages.flatMap(({ name, conditions }, at) => (at > 0 && !conditions ? [{ name, at }] : []));
  const guardsAlone = stages.flatMap(({ name, conditions, guard }, at) => (guard && !conditions ? [{ name, at }] : []));
  return [
    ...repeated(file, 'stages', 'name', stages.map(({ name }) => name)),
    ...open.map(({ name, at }) =>
      problemAt(file, ['stages', at], `The stage "${name}" has no conditions, so everybody would be in it`, 'Add "conditions".'),
    ),
    ...guardsAlone.map(({ name, at }) =>
      problemAtKey(file, ['stages', at, 'guard'], `The stage "${name}" has a guard and no conditions`, 'Add "conditions": what a lead needs to stay in it.'),
    ),
  ];
}

/** Segment, content and channel exist and take part, and the content has what the channel needs. */
export const checkJourney: Checked<Journey> = (journey, file, names) => {
  const live = journey.status === 'live';
  const [step] = journey.steps;
  const { segment } = journey.entry;
  const place = ['steps', 0, 'touch'];
  return [
    ...told(file, ['entry', 'segment'], known('segment', segment, names.segments, live)),
    ...told(file, place, known('content', step.touch, names.content, live)),
    ...told(file, ['steps', 0, 'channel'], unknownName('channel', step.channel, Object.keys(CHANNEL_TEMPLATES))),
    ...told(file, place, missingTemplates(names.content.get(step.touch), step.channel)),
  ];
};

function known<Rule extends RuleHeader>(kind: string, id: string, rules: Known<Rule>, live: boolean): Unknown | undefined {
  return unknownName(kind, id, rules.keys()) ?? (live ? notLive(kind, id, rules.get(id)) : undefined);
}

function missingTemplates(content: ContentRule | null | undefined, channel: string): Unknown | undefined {
  if (!content) return undefined;
  const missing = (CHANNEL_TEMPLATES[channel] ?? []).filter((name) => !Object.hasOwn(content.templates, name));
  if (missing.length === 0) return undefined;
  return { message: `"${content.id}" cannot go out by ${channel}`, hint: `Add ${missing.map((name) => `${content.id}/${name}`).join(' and ')}.` };
}

/** Topic and stage exist. */
export const checkContent: Checked<ContentRule> = ({ topic, stage }, file, { policies, stages }) => [
  ...told(file, ['topic'], policies ? unknownName('topic', topic, Object.keys(policies.topics)) : undefined),
  ...told(file, ['stage'], stages && stage !== undefined ? unknownName('stage', stage, stages.map(({ name }) => name)) : undefined),
];

/** Whoever meets a retired rule learns when and why; its file stays, so that its id is never given to another one. */
export function checkRetired({ status, retired }: RuleHeader, file: JsonFile): Problem[] {
  if ((status === 'retired') === (retired !== undefined)) return [];
  if (retired) return [problemAtKey(file, ['retired'], `"retired" stands in a ${status} rule`, 'Set "status": "retired", or remove it.')];
  const hint = 'Add "retired": { "on": "2026-12-31", "reason": "…" }.';
  return [problemAt(file, ['status'], 'This does not say when and why the rule was retired', hint)];
}

/** Built-in events stay built-in, and only texts have a list of values. */
export function checkTrackingPlan(plan: TrackingPlan, file: JsonFile): Problem[] {
  const ofEvents = Object.entries(plan.events).map(([type, { properties }]): Properties => [['events', type, 'properties'], properties]);
  const groups: Properties[] = [[['attributes'], plan.attributes], [['account'], plan.account], ...ofEvents];
  const lists = groups.flatMap(([path, properties]) =>
    Object.entries(properties).flatMap(([name, { type, values }]) =>
      values && type !== 'string' && type !== 'strings'
        ? [problemAt(file, [...path, name, 'values'], `"values" lists texts, but "${name}" is a ${type}`, 'Remove it, or make the type "string".')]
        : [],
    ),
  );
  const topics = groups.flatMap(([path, properties]) =>
    Object.entries(properties).flatMap(([name, property]) => told(file, [...path, name, 'interest'], interestProblem(name, property, path))),
  );
  const outcomes = Object.entries(plan.events).flatMap(([type, { outcome, retention }]) =>
    outcome && retention !== undefined ? [problemAt(file, ['events', type, 'retention'], `"${type}" is an outcome, which reports count for good`, 'Remove "retention".')] : [],
  );
  const builtIn = Object.keys(plan.events).filter((type) => Object.hasOwn(BUILT_IN_EVENTS, type));
  const hint = 'Remove it here; rules may read it all the same.';
  return [...lists, ...topics, ...outcomes, ...builtIn.map((type) => problemAtKey(file, ['events', type], `Tendril records "${type}" itself`, hint))];
}

type Properties = readonly [JsonPath, TrackingPlan['attributes']];

/** Only texts name topics, and it is leads who have interests. */
function interestProblem(name: string, { type, interest }: PropertyPlan, [group]: JsonPath): Unknown | undefined {
  if (!interest) return undefined;
  if (group === 'account') return { message: 'Accounts have no interests', hint: 'Remove it, or declare an attribute of the lead.' };
  if (type === 'string' || type === 'strings') return undefined;
  return { message: `"interest" marks topics, but "${name}" is a ${type}`, hint: 'Remove it, or make the type "string" or "strings".' };
}

/** Each installed connector has its own name. */
export function checkConnectors(connectors: readonly ConnectorEntry[], file: JsonFile): Problem[] {
  return repeated(file, 'connectors', 'name', connectors.map(({ name }) => name));
}
