import { type Json, stableJson } from '@tendril/kernel';
import { applyChanges, byEffort, type Change, joinChanges } from './apply-changes.ts';
import { factKey } from '../load/check-guards.ts';
import { eventChange, leafChanges } from './leaf-changes.ts';
import { leafProbe, type Probed } from './leaf-probe.ts';
import { mostEvents } from '../language/fading.ts';
import { comparisonsOf, liveRules, type LiveRules } from '../evaluate/live-rules.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import type { Condition, EventScoring, LeadFacts, ScoringModel, StageRule } from '../language/types.ts';

/** Changes that are needed together. */
export type Way = readonly Change[];

/** Of the ways to one end, so many are followed further. */
const WIDTH = 8;

/** Of one comparison's ways, so many. */
const LEAF_WIDTH = 4;

/** Points of one kind of event are sought up to so many events. */
const MOST_TIMES = 20;

/**
 * Looks for changes that turn conditions true or false, the fewest first. What it finds is a guess: conditions that hold now
 * may be broken by a change for another, so the caller evaluates each way before it offers it.
 */
export class WaySearch {
  readonly rules: LiveRules;
  readonly base: Probed;
  readonly #lead: LeadFacts;
  readonly #now: Date;
  readonly #probe: ReturnType<typeof leafProbe>;
  readonly #values = new Map<string, Json[]>();
  readonly #known = new Map<string, readonly Way[]>();

  constructor(rulebook: LiveRules, lead: LeadFacts, now: Date) {
    this.rules = liveRules(rulebook);
    this.#lead = lead;
    this.#now = now;
    this.#probe = leafProbe(rulebook);
    this.base = this.#probe(lead, now);
    for (const leaf of comparisonsOf(this.rules)) {
      const values = (Array.isArray(leaf.value) ? leaf.value : [leaf.value]) as Json[];
      this.#values.set(factKey(leaf), [...(this.#values.get(factKey(leaf)) ?? []), ...(typeof leaf.value === 'boolean' ? [] : values)]);
    }
  }

  /** What the rules would answer after the changes. */
  after(way: Way): Probed {
    return this.#probe(applyChanges(this.#lead, way, this.#now), this.#now);
  }

  /** Does the tree hold as things are? */
  holds(condition: Condition): boolean {
    if ('all' in condition) return condition.all.every((inner) => this.holds(inner));
    if ('any' in condition) return condition.any.some((inner) => this.holds(inner));
    if ('not' in condition) return !this.holds(condition.not);
    if ('condition' in condition) return this.base.segments.has(condition.condition);
    return this.base.holds(condition);
  }

  /** Ways after which the tree should come out as wanted; one without changes when it does so already. */
  waysTo(condition: Condition, wanted: boolean): readonly Way[] {
    if (this.holds(condition) === wanted) return [[]];
    if ('not' in condition) return this.waysTo(condition.not, !wanted);
    if ('all' in condition) return wanted ? this.#together(condition.all, wanted) : this.#oneOf(condition.all, wanted);
    if ('any' in condition) return wanted ? this.#oneOf(condition.any, wanted) : this.#together(condition.any, wanted);
    return this.#remembered(condition, () => ('condition' in condition ? this.#throughSegment(condition.condition, wanted) : this.#throughLeaf(condition, wanted)));
  }

  /** Ways to move a model's score so that `enough` is answered with true; or the grade of a model put together from others. */
  waysToScore(model: ScoringModel, enough: (answer: Probed) => boolean): readonly Way[] {
    const lines = this.#modelsOf(model).flatMap((one) => one.rules.flatMap((rule) => ('per' in rule ? this.#throughEvents(one, rule, enough) : this.#flips(rule.conditions))));
    const single = lines.filter((way) => enough(this.after(way)));
    if (single.length >= LEAF_WIDTH) return best(single, LEAF_WIDTH);
    const pairs = lines.flatMap((one, at) => lines.slice(at + 1).flatMap((other) => joinOf(one, other)));
    return best([...single, ...pairs.filter((way) => enough(this.after(way))), ...this.#allUntil(model, lines, enough)], LEAF_WIDTH);
  }

  /** One line after the other, the most points first, until it is enough. */
  #allUntil({ id }: ScoringModel, lines: readonly Way[], enough: (answer: Probed) => boolean): Way[] {
    const gain = (way: Way): number => (this.after(way).scores[id]?.milli ?? 0) - (this.base.scores[id]?.milli ?? 0);
    const gains = lines.map((way) => ({ way, milli: gain(way) }));
    return [-1, 1].flatMap((sign) => {
      let sum: Way = [];
      for (const { way } of gains.filter(({ milli }) => milli * sign < 0).sort((a, b) => (a.milli - b.milli) * sign)) {
        sum = joinChanges(sum, way) ?? sum;
        if (enough(this.after(sum))) return [sum];
      }
      return [];
    });
  }

  #modelsOf({ axes, ...model }: ScoringModel): readonly ScoringModel[] {
    return axes ? this.rules.models.filter(({ id }) => axes.includes(id)) : [model];
  }

  #flips(condition: Condition): readonly Way[] {
    return this.waysTo(condition, !this.holds(condition)).slice(0, LEAF_WIDTH);
  }

  /** The least number of events that is enough; else as many as count. */
  #throughEvents({ id }: ScoringModel, rule: EventScoring, enough: (answer: Probed) => boolean): Way[] {
    const most = Math.min(mostEvents(rule), MOST_TIMES);
    let reached: Way | null = null;
    let milli = this.base.scores[id]?.milli ?? 0;
    for (let times = 1; times <= most; times++) {
      const way = [eventChange({ ...rule.per }, times)];
      const answer = this.after(way);
      if (enough(answer)) return [way];
      const now = answer.scores[id]?.milli ?? 0;
      if (now === milli) break;
      milli = now;
      reached = way;
    }
    return reached ? [reached] : [];
  }

  #throughSegment(id: string, wanted: boolean): readonly Way[] {
    const segment = this.rules.segments.find((one) => one.id === id);
    return segment ? this.waysTo(segment.conditions, wanted) : [];
  }

  #throughLeaf(leaf: Leaf, wanted: boolean): readonly Way[] {
    const turned = (answer: Probed): boolean => answer.holds(leaf) === wanted;
    if (leaf.fact === 'score' || leaf.fact === 'grade') {
      const model = this.rules.models.find(({ id }) => id === leaf.params?.['model']);
      return model ? this.waysToScore(model, turned) : [];
    }
    if (leaf.fact !== 'stage') return firstOf(this.#singles(leaf), turned, this);
    const ways = this.rules.stages.flatMap((stage) => {
      const conditions = toEnter(stage);
      return conditions ? this.#flips(conditions) : [];
    });
    return best(ways.filter((way) => turned(this.after(way))), LEAF_WIDTH);
  }

  #singles(leaf: Leaf): Way[] {
    const valuesOf = (one: Leaf): readonly Json[] => this.#values.get(factKey(one)) ?? [];
    return leafChanges(leaf, { lead: this.#lead, now: this.#now, valuesOf, plan: this.rules.trackingPlan }).map((change) => [change]);
  }

  #together(conditions: readonly Condition[], wanted: boolean): readonly Way[] {
    return conditions.reduce<readonly Way[]>((ways, one) => {
      const more = this.waysTo(one, wanted);
      return best(ways.flatMap((way) => more.flatMap((another) => joinOf(way, another))), WIDTH);
    }, [[]]);
  }

  #oneOf(conditions: readonly Condition[], wanted: boolean): readonly Way[] {
    return best(conditions.flatMap((one) => this.waysTo(one, wanted)), WIDTH);
  }

  #remembered(condition: Condition, find: () => readonly Way[]): readonly Way[] {
    const key = stableJson(condition);
    const known = this.#known.get(key) ?? find();
    this.#known.set(key, known);
    return known;
  }
}

/** What a lead needs to enter a stage: its conditions, and its guard. */
export function toEnter({ conditions, guard }: StageRule): Condition | undefined {
  return conditions && guard ? { all: [conditions, guard] } : conditions;
}

/** The first ways that turn the answer. Candidates come in their order, and trying one costs an evaluation. */
function firstOf(ways: readonly Way[], turned: (answer: Probed) => boolean, search: WaySearch): Way[] {
  const found: Way[] = [];
  for (const way of ways) {
    if (turned(search.after(way))) found.push(way);
    if (found.length === LEAF_WIDTH) break;
  }
  return found;
}

function joinOf(one: Way, other: Way): Way[] {
  const joined = joinChanges(one, other);
  return joined ? [joined] : [];
}

function best(ways: readonly Way[], width: number): readonly Way[] {
  const distinct = new Map(ways.map((way) => [stableJson(way), way]));
  return [...distinct.values()].sort(byEffort).slice(0, width);
}
