import { checkAttributes, checkEvent, type PlanProblem } from '@tendril/events';
import { instantOf, isZone, type JsonObject } from '@tendril/kernel';
import type { CasesForm, CasesKind } from './cases-schema.ts';
import { type JsonFile, type JsonPath, problemAt, problemAtKey } from '../load/json-file.ts';
import { type Unknown, unknownName } from '../language/names.ts';
import type { Problem, RuleHeader, Rulebook, ScoringModel } from '../language/types.ts';

type Case = CasesForm['cases'][number];

/** Everything about cases that their form cannot say: do the names exist, do the values fit the plan, are the times real? */
export function checkCases(form: CasesForm, kind: CasesKind, file: JsonFile, rulebook: Rulebook): Problem[] {
  const names = form.cases.map(({ name }) => name);
  return [
    ...checkSubject(form.of, kind, file, rulebook),
    ...names.flatMap((name, at) =>
      names.indexOf(name) < at ? [problemAt(file, ['cases', at, 'name'], `The name "${name}" is here twice`, 'Give each its own.')] : [],
    ),
    ...form.cases.flatMap((one, at) => [
      ...checkTimes(one, ['cases', at], file),
      ...checkLead(one, ['cases', at], file, rulebook),
      ...checkExpected(one, ['cases', at, 'expect'], { of: form.of, file, rulebook }),
    ]),
  ];
}

/** The rule exists, is not retired, and stands in the folder of its cases. */
function checkSubject(of: string, kind: CasesKind, file: JsonFile, rulebook: Rulebook): Problem[] {
  const folder = of.slice(0, of.lastIndexOf('/') + 1);
  const beside = file.path.slice(0, file.path.lastIndexOf('/') + 1) === folder;
  const place = beside ? [] : [problemAt(file, ['of'], `These cases do not stand beside ${of}.json`, `Move them to ${of}.cases.json.`)];
  if (kind === 'stages') return place;
  const rules: readonly RuleHeader[] = kind === 'segments' ? rulebook.segments : kind === 'scoring' ? rulebook.models : rulebook.journeys;
  const unknown = unknownName('rule file', of, rules.map(({ id }) => id));
  if (unknown) return told(file, ['of'], unknown);
  const retired = rules.some(({ id, status }) => id === of && status === 'retired');
  return retired ? [...place, problemAt(file, ['of'], `${of} is retired, so it answers nothing`, 'Delete its cases.')] : place;
}

function checkTimes({ zone, now, timeline, expect }: Case, path: JsonPath, file: JsonFile): Problem[] {
  if (!isZone(zone)) return [problemAt(file, [...path, 'zone'], `There is no time zone "${zone}"`, 'Write "Europe/Berlin", for example.')];
  const touches = Array.isArray(expect) ? expect : [];
  const times: [JsonPath, string | undefined][] = [
    [['now'], now],
    ...timeline.map(({ at }, index): [JsonPath, string] => [['timeline', index, 'at'], at]),
    ...touches.map(({ at }, index): [JsonPath, string | undefined] => [['expect', index, 'at'], at]),
  ];
  const unreal = times.filter(([, text]) => text !== undefined && instantOf(text, zone) === null);
  if (unreal.length > 0) {
    const hint = 'Write a day and an hour that exist there; clocks skip an hour in spring.';
    return unreal.map(([place, text]) => problemAt(file, [...path, ...place], `There is no ${String(text)} in ${zone}`, hint));
  }
  const end = now === undefined ? undefined : instantOf(now, zone);
  return timeline.flatMap(({ at }, index) => {
    const late = end && (instantOf(at, zone) ?? end) > end;
    return late ? [problemAt(file, [...path, 'timeline', index, 'at'], `This is after "now" (${String(now)})`, 'Move one of the two.')] : [];
  });
}

/** Attributes and events as intake would take them in, but what the rule does not need may be left out. */
function checkLead({ lead, account, accountCounts = {}, timeline }: Case, path: JsonPath, file: JsonFile, rulebook: Rulebook): Problem[] {
  const { trackingPlan, policies } = rulebook;
  const { consents = {}, ...attributes } = lead;
  const accountPlan = { ...trackingPlan, attributes: trackingPlan.account };
  const at = (base: JsonPath, { path: inner, message, hint }: PlanProblem): Problem =>
    problemAt(file, [...path, ...base, ...inner.split('.')], withoutStop(message), hint);
  const given = (values: object) => (problem: PlanProblem) => Object.hasOwn(values, problem.path.split('.')[1] ?? '');
  const leadProblems = checkAttributes(trackingPlan, attributes as JsonObject).filter(given(attributes));
  const accountProblems = checkAttributes(accountPlan, (account ?? {}) as JsonObject).filter(given(account ?? {}));
  const topics = [...Object.keys(policies.topics), '*'];
  const segments = rulebook.segments.map(({ id }) => id);
  return [
    ...leadProblems.map((one) => at(['lead'], { ...one, path: one.path.replace(/^attributes\./, '') })),
    ...accountProblems.map((one) => at(['account'], { ...one, path: one.path.replace(/^attributes\./, '') })),
    ...Object.keys(consents).flatMap((key) => toldAtKey(file, [...path, 'lead', 'consents', key], unknownName('topic', key.split(':')[1] ?? '', topics))),
    ...Object.keys(accountCounts).flatMap((id) => toldAtKey(file, [...path, 'accountCounts', id], unknownName('segment', id, segments))),
    ...timeline.flatMap(({ event, properties }, index) =>
      checkEvent(trackingPlan, { type: event, properties: properties as JsonObject }).map((one) =>
        at(['timeline', index], one.path === 'type' ? { ...one, path: 'event' } : one),
      ),
    ),
  ];
}

interface Tested {
  readonly of: string;
  readonly file: JsonFile;
  readonly rulebook: Rulebook;
}

function checkExpected({ expect }: Case, path: JsonPath, { of, file, rulebook }: Tested): Problem[] {
  if (typeof expect === 'boolean') return [];
  if (Array.isArray(expect)) {
    const contents = rulebook.content.map(({ id }) => id);
    return expect.flatMap(({ touch }, at) => told(file, [...path, at, 'touch'], unknownName('content', touch, contents)));
  }
  if ('stage' in expect) return told(file, [...path, 'stage'], unknownName('stage', expect.stage, rulebook.stages.map(({ name }) => name)));
  const model = rulebook.models.find(({ id }) => id === of);
  const rules = model?.rules.map(({ name }) => name) ?? [];
  const { grade, rules: expected = {} } = expect;
  return [
    ...(grade === undefined ? [] : told(file, [...path, 'grade'], unknownName('grade', grade, gradesOf(model, rulebook)))),
    ...Object.keys(expected).flatMap((name) => toldAtKey(file, [...path, 'rules', name], unknownName('rule', name, rules))),
  ];
}

/** The letters of a model; for a model of two axes, each letter of the first with each of the second. */
function gradesOf(model: ScoringModel | undefined, { models }: Rulebook): string[] {
  const [first = [], second] = (model?.axes ?? [model?.id]).map((id) => Object.keys(models.find((one) => one.id === id)?.grades ?? {}));
  return second ? first.flatMap((letter) => second.map((other) => letter + other)) : first;
}

function told(file: JsonFile, path: JsonPath, unknown: Unknown | undefined): Problem[] {
  return unknown ? [problemAt(file, path, unknown.message, unknown.hint)] : [];
}

function toldAtKey(file: JsonFile, path: JsonPath, unknown: Unknown | undefined): Problem[] {
  return unknown ? [problemAtKey(file, path, unknown.message, unknown.hint)] : [];
}

/** The intake's sentences end with a full stop, those of rule files do not. */
function withoutStop(message: string): string {
  return message.replace(/\.$/, '');
}
