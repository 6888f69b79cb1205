import { aggregate, turnOf, turnOfWindow } from '../language/aggregates.ts';
import { literal } from './compile-comparison.ts';
import { ConditionCode } from './compile-conditions.ts';
import { consentOf, FactCode, own } from './compile-facts.ts';
import { comparisonsOf, evaluationOrder, type LiveRules } from './live-rules.ts';
import { interestReader } from '../language/interest.ts';
import { momentOf } from '../language/moment.ts';
import { olderNumbers, olderStream } from '../language/older.ts';
import { comparable, numberOf, readsAsNumber } from '../language/operators.ts';
import { capMilli, gradesDownward, milliOf } from '../language/points.ts';
import { patternMatcher } from '../language/text-pattern.ts';
import type { Evaluation, LeadFacts, Rulebook, ScoringModel } from '../language/types.ts';

type Run = (leads: readonly LeadFacts[], now: number) => Evaluation[];

/**
 * Compiles the rules to one function over a batch: facts read once per lead, shared comparisons computed once, the rest
 * only as far as needed. `npm run bench -- rules` tells how many hundred times less processor time it takes than
 * json-rules-engine; a property test holds both to the same answers.
 * Nothing of the author's text becomes code: all of it passes through `JSON.stringify`.
 */
export function compileRules(rules: LiveRules): Rulebook['evaluate'] {
  const interests = interestReader(rules.trackingPlan);
  const tools = { own, consentOf, readsAsNumber, numberOf, comparable, aggregate, turnOf, turnOfWindow, olderStream, olderNumbers, momentOf, interests, matches: patternMatcher() };
  const make = new Function(...Object.keys(tools), evaluatorCode(rules)) as (...given: unknown[]) => Run;
  const run = make(...Object.values(tools));
  return (leads, now) => run(leads, now.getTime());
}

/** The compiled function's text, for readers and tests. */
export function evaluatorCode(rules: LiveRules): string {
  const models = rules.models.map(({ id }) => id);
  const segments = rules.segments.map(({ id }) => id);
  const facts = new FactCode(models);
  const conditions = new ConditionCode(facts, comparisonsOf(rules), (id) => `in${segments.indexOf(id)}`);
  const body = evaluationOrder(rules).flatMap((id) => {
    if (id === 'stage') return stageCode(rules, conditions);
    const model = rules.models[models.indexOf(id)];
    if (model?.axes) return axesCode(models.indexOf(id), model.axes.map((axis) => models.indexOf(axis)));
    return model ? modelCode(model, models.indexOf(id), { conditions, facts }) : segmentCode(rules, segments.indexOf(id), conditions);
  });
  return [
    '"use strict";',
    `const STAGES = ${literal(rules.stages.map(({ name }) => name))};`,
    ...facts.constants(),
    'const enter = (segments, holds, id) => { if (holds) segments.add(id); };',
    'function evaluate(lead, now) {',
    'let next = Infinity;',
    ...facts.statements(),
    ...body,
    'const segments = new Set();',
    ...segments.map((id, at) => `enter(segments, in${at}, ${literal(id)});`),
    `return { scores: { ${models.map((id, at) => `${literal(id)}: { milli: milli${at}, grade: grade${at} }`).join(', ')} },`,
    'stage: stage === undefined ? null : stage, segments, nextAt: next === Infinity ? null : new Date(next) };',
    '}',
    'return (leads, now) => leads.map((lead) => evaluate(lead, now));',
  ].join('\n');
}

/** Two grades, one after the other. */
function axesCode(at: number, axes: readonly number[]): string[] {
  const grades = axes.map((axis) => `grade${axis}`);
  const unknown = grades.map((grade) => `${grade} === null`).join(' || ');
  return [`const milli${at} = 0, points${at} = 0;`, `const grade${at} = ${unknown} ? null : ${grades.join(' + ')};`];
}

interface Code {
  readonly conditions: ConditionCode;
  readonly facts: FactCode;
}

function modelCode({ rules, groups, scale, grades }: ScoringModel, at: number, { conditions, facts }: Code): string[] {
  const names = Object.keys(groups);
  const sum = (group: string | undefined): string => (group === undefined ? `milli${at}` : `group${at}_${names.indexOf(group)}`);
  const before: string[] = [];
  const additions = rules.map((rule) => {
    if ('per' in rule) return `${sum(rule.group)} += ${facts.points(rule)};`;
    const holds = conditions.expression(rule.conditions, before);
    return `if (${holds}) ${sum(rule.group)} += ${milliOf(rule.points)};`;
  });
  const letters = gradesDownward(grades).reduceRight((rest, [letter, least]) => `milli${at} >= ${least} ? ${literal(letter)} : ${rest}`, 'null');
  return [
    ...before,
    `let milli${at} = 0;`,
    ...names.map((name) => `let ${sum(name)} = 0;`),
    ...additions,
    ...names.map((name) => `milli${at} += Math.min(${sum(name)}, ${capMilli(groups, name)});`),
    `milli${at} = Math.min(Math.max(milli${at}, ${milliOf(scale.min)}), ${milliOf(scale.max)});`,
    `const points${at} = milli${at} / 1000;`,
    `const grade${at} = ${letters};`,
  ];
}

function segmentCode({ segments }: LiveRules, at: number, conditions: ConditionCode): string[] {
  const segment = segments[at];
  if (!segment) return [];
  const before: string[] = [];
  const expression = conditions.expression(segment.conditions, before);
  return [...before, `const in${at} = ${expression};`];
}

/** The furthest stage whose conditions hold, and whose guard lets a new lead in; with `never`, not before the one the lead is in. */
function stageCode({ stages, regression }: LiveRules, conditions: ConditionCode): string[] {
  const before: string[] = ['const was = STAGES.indexOf(lead.stage);'];
  const reached = stages.reduce((earlier, { conditions: tree, guard }, at) => {
    if (!tree) return String(at);
    const guarded = guard ? ` && (was >= ${at} || ${conditions.expression(guard, before)})` : '';
    return `${conditions.expression(tree, before)}${guarded} ? ${at} : ${earlier}`;
  }, '-1');
  const found = regression === 'never' ? `Math.max(${reached}, was)` : reached;
  return [...before, `const stage = STAGES[${found}];`];
}
