import { stableJson } from '@tendril/kernel';
import { aim, applyChanges, byEffort, type Change } from './apply-changes.ts';
import { leafProbe } from './leaf-probe.ts';
import type { LiveRules } from '../evaluate/live-rules.ts';
import { gradesDownward } from '../language/points.ts';
import { type Leaf, leavesOf } from '../evaluate/rule-graph.ts';
import { becauseOfTime, momentsAhead, type TimeAlone } from './time-alone.ts';
import type { Condition, Evaluation, LeadFacts, Rulebook, ScoringModel } from '../language/types.ts';
import { type PointsMoved, pointsInWords, wayInWords } from './way-in-words.ts';
import { toEnter, type Way, WaySearch } from './way-search.ts';

/** Changes that together give another answer: it was tried. None of them can be left out. */
export interface OfferedWay {
  readonly changes: readonly Change[];
  /** What they do to the scores that the answer hangs on. */
  readonly points: readonly PointsMoved[];
  readonly words: string;
}

/** How one answer of the rules would become another one. */
export interface Alternative {
  /** At most three, the fewest changes first; none where nothing was found. */
  readonly ways: readonly OfferedWay[];
  /** When it becomes another one by itself, if nothing happens before; null for not within 400 days. */
  readonly alone: TimeAlone | null;
}

export interface SegmentAlternative extends Alternative {
  readonly segment: string;
  readonly title: string;
  /** True: the ways lead out of it. */
  readonly member: boolean;
}

/** What would change the answers about one lead. Plain JSON. */
export interface WhatWouldChange {
  readonly segments: readonly SegmentAlternative[];
  /** How the lead reaches the next stage; null in the last one, and where the stage is read and not found. */
  readonly stage: (Alternative & { readonly stage: string | null; readonly next: string }) | null;
  /** How it reaches the next better grade of each model with points; the best ones are left out. */
  readonly grades: readonly (Alternative & { readonly model: string; readonly grade: string | null; readonly next: string })[];
}

/** So many ways are offered for one question. */
const OFFERED = 3;

interface Asked {
  readonly search: WaySearch;
  readonly rulebook: Pick<Rulebook, 'evaluate'>;
  readonly lead: LeadFacts;
  readonly now: Date;
  readonly ahead: ReturnType<typeof momentsAhead>;
}

/**
 * The fewest changes after which the rules answer otherwise about a lead, and when time alone does that. Every way is
 * applied to the facts and evaluated before it is offered. It is a search with bounds: that none is found proves nothing.
 */
export function whatWouldChange(
  rulebook: LiveRules & Pick<Rulebook, 'evaluate'>,
  lead: LeadFacts,
  now: Date,
): WhatWouldChange {
  const search = new WaySearch(rulebook, lead, now);
  const asked: Asked = { search, rulebook, lead, now, ahead: momentsAhead(lead, now, leafProbe(rulebook)) };
  return {
    segments: search.rules.segments.map(({ id, title, conditions }) => {
      const member = search.base.segments.has(id);
      const question: Question = {
        ways: () => search.waysTo(conditions, !member),
        reached: ({ segments }) => segments.has(id) !== member,
        answerOf: ({ segments }) => (segments.has(id) ? id : null),
        leaves: leavesUnder([conditions], search.rules),
      };
      return { segment: id, title, member, ...alternative(question, asked) };
    }),
    stage: stageAlternative(asked),
    grades: search.rules.models.flatMap((model) => gradeAlternative(model, asked)),
  };
}

interface Question {
  readonly ways: () => readonly Way[];
  readonly reached: (answer: Evaluation) => boolean;
  /** The part of the answers that is asked about. */
  readonly answerOf: (answer: Evaluation) => string | null;
  /** Comparisons that it hangs on. */
  readonly leaves: readonly Leaf[];
  /** Of a grade: the model's score is asked about itself. */
  readonly score?: { readonly model: string; readonly needed: number };
}

function stageAlternative(asked: Asked): WhatWouldChange['stage'] {
  const { stages } = asked.search.rules;
  const { stage } = asked.search.base;
  const at = stages.findIndex(({ name }) => name === stage);
  const next = stages[at + 1];
  if (!next) return null;
  const conditions = toEnter(next);
  const question: Question = {
    ways: () => (conditions ? asked.search.waysTo(conditions, true) : []),
    reached: (answer) => stages.findIndex(({ name }) => name === answer.stage) > at,
    answerOf: (answer) => answer.stage,
    leaves: leavesUnder(stages.flatMap((one) => toEnter(one) ?? []), asked.search.rules),
  };
  return { stage, next: next.name, ...alternative(question, asked) };
}

function gradeAlternative(model: ScoringModel, asked: Asked): WhatWouldChange['grades'][number][] {
  const { grade, milli } = asked.search.base.scores[model.id] ?? { grade: null, milli: 0 };
  const better = gradesDownward(model.grades).filter(([, least]) => least > milli).at(-1);
  if (model.axes || !better) return [];
  const [next, least] = better;
  const reached = ({ scores }: Evaluation): boolean => (scores[model.id]?.milli ?? 0) >= least;
  const question: Question = {
    ways: () => asked.search.waysToScore(model, reached),
    reached,
    answerOf: ({ scores }) => scores[model.id]?.grade ?? null,
    leaves: [],
    score: { model: model.id, needed: least - milli },
  };
  return [{ model: model.id, grade, next, ...alternative(question, asked) }];
}

function alternative(question: Question, asked: Asked): Alternative {
  const works = (way: Way): boolean => {
    const [answer] = asked.rulebook.evaluate([applyChanges(asked.lead, way, asked.now)], asked.now);
    return answer !== undefined && question.reached(answer);
  };
  const least = question.ways().filter(works).map((way) => smallest(way, works));
  const distinct = oneOfEach([...least].sort(byEffort));
  return { ways: distinct.slice(0, OFFERED).map((way) => offered(way, question, asked)), alone: alone(question, asked) };
}

/** Ways that differ in values alone are one: the first stands for them, as an example. */
function oneOfEach(ways: readonly Way[]): Way[] {
  const kinds = new Map<string, Way>();
  for (const way of ways) {
    const kind = stableJson(way.map(aim).sort());
    const known = kinds.get(kind);
    const others = new Set(way.map((change) => stableJson(change)));
    kinds.set(kind, known ? known.map((one) => (one.kind === 'attribute' && !others.has(stableJson(one)) ? { ...one, example: true } : one)) : way);
  }
  return [...kinds.values()];
}

/** Leaves out what is not needed: whole changes, then single events. */
function smallest(way: Way, works: (way: Way) => boolean): Way {
  const fewer = way.map((_, at) => way.filter((__, index) => index !== at)).find(works);
  if (fewer) return smallest(fewer, works);
  for (const [at, change] of way.entries()) {
    if (change.kind !== 'event' || change.times === 1) continue;
    const counts = Array.from({ length: change.times - 1 }, (_, n) => way.with(at, { ...change, times: n + 1 }));
    const less = counts.find(works);
    if (less) return smallest(less, works);
  }
  return way;
}

function offered(changes: Way, { leaves, score }: Question, { search, lead, now }: Asked): OfferedWay {
  const answer = search.after(changes);
  const gained = (model: string): number => (answer.scores[model]?.milli ?? 0) - (search.base.scores[model]?.milli ?? 0);
  const turned = leaves.filter((leaf) => leaf.fact === 'score' && answer.holds(leaf) !== search.base.holds(leaf));
  const points = score
    ? [{ ...score, gained: gained(score.model) }]
    : turned.map(({ params, operator, value }): PointsMoved => {
        const model = String(params?.['model']);
        const needed = Math.round(Number(value) * 1000) - (search.base.scores[model]?.milli ?? 0);
        return { model, needed: THRESHOLDS.includes(operator) && needed !== 0 ? needed : null, gained: gained(model) };
      });
  const [model] = points.length === 1 ? points.map((one) => one.model) : [];
  const moves = (change: Change): boolean => {
    if (model === undefined) return false;
    return search.after(changes.filter((one) => one !== change)).scores[model]?.milli !== answer.scores[model]?.milli;
  };
  return { changes, points, words: wayInWords(changes.map((change) => ({ change, moves: moves(change) })), points, lead, now) };
}

const THRESHOLDS = ['atLeast', 'atMost', 'greaterThan', 'greaterThanInclusive', 'lessThan', 'lessThanInclusive'];

function alone({ answerOf, leaves, score }: Question, { search, lead, ahead }: Asked): TimeAlone | null {
  const before = answerOf(search.base);
  const turn = ahead.find(({ answer }) => answerOf(answer) !== before);
  if (!turn) return null;
  const fading = score ? [`${score.model} goes from ${milliIn(turn.before, score)} to ${milliIn(turn.answer, score)} points`] : [];
  return { at: turn.at.toISOString(), to: answerOf(turn.answer), because: [...fading, ...becauseOfTime(leaves, lead, turn)] };
}

function milliIn({ scores }: Evaluation, { model }: { readonly model: string }): string {
  return pointsInWords(scores[model]?.milli ?? 0);
}

/** The comparisons of the trees, and of the segments and stages that they ask about. */
function leavesUnder(conditions: readonly Condition[], rules: LiveRules): Leaf[] {
  const seen = new Set<string>();
  const walk = (condition: Condition): Leaf[] =>
    leavesOf(condition).flatMap(({ condition: end }) => {
      if ('fact' in end) return end.fact === 'stage' && !seen.has('stage') ? [end, ...walkStages()] : [end];
      const segment = seen.has(end.condition) ? undefined : rules.segments.find(({ id }) => id === end.condition);
      seen.add(end.condition);
      return segment ? walk(segment.conditions) : [];
    });
  const walkStages = (): Leaf[] => {
    seen.add('stage');
    return rules.stages.flatMap((stage) => walk(toEnter(stage) ?? { all: [] }));
  };
  return conditions.flatMap(walk);
}
