import { type Asked as AskedLead, matching } from './engine-facts.ts';
import { type ConditionExplanation, explainConditions } from './explain-conditions.ts';
import { ageInDays, factorAt, fadedMilli, mostEvents } from '../language/fading.ts';
import { evaluationOrder, liveRules, type LiveRules } from '../evaluate/live-rules.ts';
import { capMilli, gradesDownward, milliOf } from '../language/points.ts';
import type { Condition, EventScoring, LeadFacts, Rulebook, ScoringModel, ScoringRule } from '../language/types.ts';

/** A part of a score, in integer thousandths of a point. The parts of a score sum to it exactly. */
export type Contribution =
  /** A rule: its points when it holds, else 0. */
  | { readonly kind: 'rule'; readonly name: string; readonly group?: string; readonly milli: number; readonly conditions: ConditionExplanation }
  /** A rule that gives points for events: what each event that counts is still worth, the newest first. */
  | {
      readonly kind: 'events';
      readonly name: string;
      readonly group?: string;
      readonly milli: number;
      readonly events: readonly EventPoints[];
      /** Older events that the rule's `max` leaves out. */
      readonly beyondMax: number;
    }
  /** A grade that this model's grade is put together from. */
  | { readonly kind: 'axis'; readonly model: string; readonly grade: string | null; readonly milli: 0 }
  /** What a group's cap takes away. */
  | { readonly kind: 'cap'; readonly name: string; readonly milli: number }
  /** What keeping the total within the scale adds or takes away. */
  | { readonly kind: 'scale'; readonly milli: number };

/** What one event is worth now. */
export interface EventPoints {
  /** When it happened, in RFC 3339. */
  readonly at: string;
  /** Whole days of 24 hours since then. */
  readonly ageInDays: number;
  /** The share of the rule's points that is left, 0 to 1 in millionths. */
  readonly factor: number;
  readonly milli: number;
}

export interface ScoreExplanation {
  readonly model: string;
  readonly title: string;
  readonly milli: number;
  readonly grade: string | null;
  readonly contributions: readonly Contribution[];
}

export interface StageExplanation {
  readonly stage: string | null;
  /** The stage before this evaluation. */
  readonly before: string | null;
  /** True when only `regression: never` keeps the lead where it is. */
  readonly kept: boolean;
  /** In the order of the buyer's journey; a stage without conditions always holds. */
  readonly stages: readonly StageAnswer[];
}

/** Do a stage's conditions hold, and its guard, if the lead is to enter it? */
export interface StageAnswer {
  readonly name: string;
  readonly holds: boolean;
  readonly conditions?: ConditionExplanation;
  /** Not `asked` of a lead that is in the stage or beyond it already. */
  readonly guard?: { readonly asked: boolean; readonly conditions: ConditionExplanation };
}

export interface SegmentExplanation {
  readonly segment: string;
  readonly title: string;
  readonly member: boolean;
  readonly conditions: ConditionExplanation;
}

/** Everything that the rules say about one lead at one moment, and why. Plain JSON. */
export interface Explanation {
  readonly lead: string;
  /** RFC 3339. */
  readonly at: string;
  /** The rulebook's hash. */
  readonly rulebook: string;
  readonly scores: readonly ScoreExplanation[];
  readonly stage: StageExplanation;
  readonly segments: readonly SegmentExplanation[];
  /** When time alone could change one of these answers, in RFC 3339; null when it cannot. */
  readonly nextAt: string | null;
}

interface Asked extends AskedLead {
  readonly rules: LiveRules;
}

/**
 * Explains one lead by json-rules-engine itself, thousands of times slower than `rulebook.evaluate` and with the same answers
 * (a property test holds them together): every contribution, every comparison with the value found.
 */
export async function explainLead(rulebook: LiveRules & Pick<Rulebook, 'hash' | 'evaluate'>, lead: LeadFacts, now: Date): Promise<Explanation> {
  const rules = liveRules(rulebook);
  const asked: Asked = { rules, lead, now, found: { scores: new Map(), stage: null } };
  const scores = new Map<string, ScoreExplanation>();
  const segments = new Map<string, SegmentExplanation>();
  let stage: StageExplanation = { stage: null, before: lead.stage, kept: false, stages: [] };
  for (const id of evaluationOrder(rules)) {
    const model = rules.models.find((one) => one.id === id);
    const segment = rules.segments.find((one) => one.id === id);
    if (model) scores.set(id, await explainScore(model, asked));
    else if (segment) {
      const [conditions] = await explainConditions([segment.conditions], rules, asked);
      if (conditions) segments.set(id, { segment: id, title: segment.title, member: conditions.holds, conditions });
    } else stage = await explainStage(asked);
  }
  return {
    lead: lead.id,
    at: now.toISOString(),
    rulebook: rulebook.hash,
    scores: rules.models.flatMap(({ id }) => scores.get(id) ?? []),
    stage,
    segments: rules.segments.flatMap(({ id }) => segments.get(id) ?? []),
    nextAt: rulebook.evaluate([lead], now)[0]?.nextAt?.toISOString() ?? null,
  };
}

async function explainScore(model: ScoringModel, asked: Asked): Promise<ScoreExplanation> {
  if (model.axes) return explainAxes(model, model.axes, asked);
  const rules = await explainRules(model, asked);
  const caps = Object.keys(model.groups).flatMap((name): Contribution[] => {
    const sum = total(rules.filter((one) => 'group' in one && one.group === name));
    const over = sum - capMilli(model.groups, name);
    return over > 0 ? [{ kind: 'cap', name, milli: -over }] : [];
  });
  const raw = total([...rules, ...caps]);
  const milli = Math.min(Math.max(raw, milliOf(model.scale.min)), milliOf(model.scale.max));
  const grade = gradesDownward(model.grades).find(([, least]) => milli >= least)?.[0] ?? null;
  asked.found.scores.set(model.id, { milli, grade });
  const scale: Contribution[] = milli === raw ? [] : [{ kind: 'scale', milli: milli - raw }];
  return { model: model.id, title: model.title, milli, grade, contributions: [...rules, ...caps, ...scale] };
}

function explainAxes({ id, title }: ScoringModel, axes: readonly string[], { found }: Asked): ScoreExplanation {
  const contributions = axes.map((model) => ({ kind: 'axis', model, grade: found.scores.get(model)?.grade ?? null, milli: 0 }) as const);
  const letters = contributions.flatMap(({ grade }) => grade ?? []);
  const grade = letters.length === axes.length ? letters.join('') : null;
  found.scores.set(id, { milli: 0, grade });
  return { model: id, title, milli: 0, grade, contributions };
}

async function explainRules({ rules }: ScoringModel, asked: Asked): Promise<Contribution[]> {
  const withConditions = rules.flatMap((rule) => ('conditions' in rule ? [rule] : []));
  const trees = await explainConditions(withConditions.map(({ conditions }) => conditions), asked.rules, asked);
  return rules.flatMap((rule): Contribution[] => {
    if ('per' in rule) return [explainEvents(rule, asked)];
    const conditions = trees[withConditions.indexOf(rule)];
    const milli = conditions?.holds === true ? milliOf(rule.points) : 0;
    return conditions ? [{ kind: 'rule', name: rule.name, ...groupOf(rule), milli, conditions }] : [];
  });
}

function explainEvents(rule: EventScoring, { lead, now }: Asked): Contribution {
  const found = matching(lead, rule.per, now).sort((a, b) => b.at.getTime() - a.at.getTime());
  const events = found.slice(0, mostEvents(rule)).map(({ at }): EventPoints => {
    const age = ageInDays(at.getTime(), now.getTime());
    const factor = factorAt(rule, age);
    return { at: at.toISOString(), ageInDays: age, factor: factor / 1_000_000, milli: fadedMilli(milliOf(rule.points), factor) };
  });
  return { kind: 'events', name: rule.name, ...groupOf(rule), milli: total(events), events, beyondMax: found.length - events.length };
}

function groupOf({ group }: ScoringRule): { group?: string } {
  return group === undefined ? {} : { group };
}

function total(contributions: readonly { readonly milli: number }[]): number {
  return contributions.reduce((sum, { milli }) => sum + milli, 0);
}

async function explainStage({ rules, lead, now, found }: Asked): Promise<StageExplanation> {
  const asked = rules.stages.flatMap(({ conditions, guard }) => [conditions ?? [], guard ?? []].flat());
  const trees = await explainConditions(asked, rules, { lead, now, found });
  const explained = (tree: Condition | undefined): ConditionExplanation | undefined => tree && trees[asked.indexOf(tree)];
  const was = rules.stages.findIndex(({ name }) => name === lead.stage);
  const stages = rules.stages.map((stage, at) => stageAnswer(stage.name, explained(stage.conditions), explained(stage.guard), was < at));
  const reached = stages.findLastIndex(({ holds }) => holds);
  const before = rules.regression === 'never' ? was : -1;
  const stage = rules.stages[Math.max(reached, before)]?.name ?? null;
  found.stage = stage;
  return { stage, before: lead.stage, kept: before > reached, stages };
}

function stageAnswer(name: string, conditions: ConditionExplanation | undefined, guard: ConditionExplanation | undefined, entering: boolean): StageAnswer {
  if (!conditions) return { name, holds: true };
  if (!guard) return { name, holds: conditions.holds, conditions };
  return { name, holds: conditions.holds && (guard.holds || !entering), conditions, guard: { asked: entering, conditions: guard } };
}
