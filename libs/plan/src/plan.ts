import type { Count } from './tally.ts';

/** What a change of rules does to a population: at once, and in the days that follow. Plain JSON. */
export interface Plan {
  /** Hash of the rulebook that decides before; null where there was none. */
  readonly before: string | null;
  /** Hash of the rulebook that is compared with it. */
  readonly after: string;
  readonly population: PlannedFor;
  /** The rules that differ, by file. Empty when both rulebooks say the same. */
  readonly rules: readonly RuleChange[];
  readonly atOnce: AtOnce;
  readonly forecast: Forecast;
  /** What authors miss, by file and line. */
  readonly notices: readonly Notice[];
  readonly limits: readonly LimitCheck[];
}

/** Whom a plan is about. */
export interface PlannedFor {
  /** RFC 3339: when the population was read. */
  readonly takenAt: string;
  /** Whole days of 24 hours from then to now. */
  readonly ageInDays: number;
  /** Leads of the database. */
  readonly total: number;
  /** Leads of the population. */
  readonly leads: number;
  readonly strata: number;
  /** Every lead of the database was read, so that no number has a sampling error. */
  readonly whole: boolean;
}

/** A rule file that says something else than before. */
export interface RuleChange {
  /** `segments/x`, `stages`, `policies`, `tracking-plan`, `connectors`. */
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Path under `rules/`, and where the change begins, from 1; for what was removed, in the files before. */
  readonly file: string;
  readonly line: number;
  readonly version: { readonly before: number | null; readonly after: number | null };
  /** Each change in words: `looks-at-prices: points 8 → 12`. */
  readonly changes: readonly string[];
}

/** Something about the change that its author may not see, with the place. */
export interface Notice {
  /** Path under `rules/`. */
  readonly file: string;
  readonly line: number;
  /** One sentence. */
  readonly message: string;
}

/** One lead to whom it happens, and why. */
export interface Example {
  readonly lead: string;
  /** One sentence, from json-rules-engine's answers under both rulebooks. */
  readonly sentence: string;
}

/** What activating the rulebook does at the moment at which the population was read. */
export interface AtOnce {
  /** Leads of whom a segment, the stage, a grade or a score changes, or for whom a touch is planned. */
  readonly changed: Count;
  readonly segments: readonly SegmentChange[];
  readonly stages: readonly StageMove[];
  readonly grades: readonly GradeMove[];
  readonly scores: readonly ScoreChange[];
  readonly touches: readonly TouchAtOnce[];
}

/** A segment whose members change. */
export interface SegmentChange {
  readonly segment: string;
  readonly before: Count;
  readonly after: Count;
  readonly entering: Count;
  readonly leaving: Count;
  readonly examples: readonly Example[];
}

export interface StageMove {
  /** Null for leads that are in no stage. */
  readonly from: string | null;
  readonly to: string | null;
  readonly leads: Count;
  readonly examples: readonly Example[];
}

export interface GradeMove {
  readonly model: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly leads: Count;
  readonly examples: readonly Example[];
}

/** A scoring model whose points change for somebody. */
export interface ScoreChange {
  readonly model: string;
  /** Leads with other points. */
  readonly changed: Count;
  /** `error`: half the width of the 95 % interval of the difference. */
  readonly mean: Average & { readonly error: number };
  /** Without an error: medians have no simple one. */
  readonly median: Average;
  /** Ten of the same width over the scale. */
  readonly bins: readonly ScoreBin[];
  readonly examples: readonly Example[];
}

/** Points, rounded to thousandths. Before is 0 for a model that was not there. */
export interface Average {
  readonly before: number;
  readonly after: number;
}

/** Leads with at least `from` points and less than `to`; the last bin has its end too. */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly before: Count;
  readonly after: Count;
}

/** Touches that are planned at once, because of the change alone, and what the gate says about them then. */
export interface TouchAtOnce {
  readonly programme: string;
  readonly channel: string;
  readonly content: string;
  readonly planned: Count;
  readonly sent: Count;
  readonly held: readonly ReasonCount[];
  readonly ended: readonly ReasonCount[];
  readonly examples: readonly Example[];
}

/** How many for what reason: `quiet-hours`; for those that ended, the state too: `suppressed: no-consent`. */
export interface ReasonCount {
  readonly reason: string;
  readonly touches: Count;
}

/** The days after, under a virtual clock. */
export interface Forecast {
  readonly days: number;
  /** The clock's step in minutes: nothing is seen earlier than its tick. */
  readonly tickMinutes: number;
  /** What is taken for granted, in sentences. */
  readonly assumptions: readonly string[];
  readonly touches: readonly ForecastTouches[];
  readonly perDay: readonly ForecastDay[];
  /** Touches that are sent, of every programme. */
  readonly sent: BothCounts;
  /** Distinct leads to whom something is sent. */
  readonly touched: BothCounts;
  /** Distinct leads to whom, in the first 24 hours, something is sent that would not be sent before. */
  readonly touchedByChange: Count;
}

/** The same under both rulebooks. */
export interface BothCounts {
  readonly before: Count;
  readonly after: Count;
}

/** Touches of one programme, on one channel, with one content. */
export interface ForecastTouches {
  readonly programme: string;
  readonly channel: string;
  readonly content: string;
  readonly before: Fates;
  readonly after: Fates;
}

/** What became of touches. `planned` is the sum of the others: those that waited already, and those planned on the way. */
export interface Fates {
  readonly planned: Count;
  readonly sent: Count;
  /** Still held when the days are over, or not yet due. */
  readonly held: readonly ReasonCount[];
  readonly ended: readonly ReasonCount[];
}

export interface ForecastDay {
  /** From 1: the first 24 hours. */
  readonly day: number;
  readonly sent: BothCounts;
}

/** A limit of policies.json against what the plan found. */
export interface LimitCheck {
  readonly limit: 'touched' | 'entering' | 'stageMoves';
  /** The segment, for `entering`. */
  readonly segment: string | null;
  /** Shares of all leads, 0 to 1. */
  readonly allowed: number;
  readonly found: number;
  readonly leads: Count;
  readonly exceeded: boolean;
}

/** How many leads an example list names at most. */
export const MOST_EXAMPLES = 3;

/** Does the change do nothing to anybody, now or in the forecast? */
export function changesNothing({ atOnce, forecast }: Plan): boolean {
  const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
  return atOnce.changed.sampled === 0 && forecast.touches.every(({ before, after }) => same(before, after)) && forecast.perDay.every(({ sent }) => same(sent.before, sent.after));
}
