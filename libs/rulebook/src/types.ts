import type { Consents, LeadEvent, TrackingPlan } from '@tendril/events';
import type { Json, JsonObject } from '@tendril/kernel';

/** What the rules may ask about one lead: everything an evaluation reads. Plain data, loaded by the store or built by a test. */
export interface LeadFacts {
  readonly id: string;
  readonly attributes: JsonObject;
  /** The account's attributes, or null for a lead without one. */
  readonly account: JsonObject | null;
  /** Oldest first; at least every event whose type is in `Rulebook.eventTypes`, none later than the evaluation. */
  readonly events: readonly LeadEvent[];
  /** The stage before this evaluation; null before the first. */
  readonly stage: string | null;
  readonly consents: Consents;
}

/** A model's score: integer thousandths of a point, and the letter its `grades` give, if it has any. */
export interface Score {
  readonly milli: number;
  readonly grade: string | null;
}

/** What the rules answer about one lead at one moment. */
export interface Evaluation {
  /** By scoring model id. */
  readonly scores: Readonly<Record<string, Score>>;
  /** A stage name of stages.json; null when no stage's conditions hold yet. */
  readonly stage: string | null;
  /** Ids of the segments whose conditions hold. */
  readonly segments: ReadonlySet<string>;
  /** When time alone could change one of these answers; null when it cannot. */
  readonly nextAt: Date | null;
}

/** One file under `rules/`: its path there, with forward slashes, and its text. */
export interface RuleSource {
  readonly path: string;
  readonly text: string;
}

/** Something wrong in a rule file, with the place and the remedy. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** `draft` is evaluated and planned by nobody; `retired` keeps its id. */
export type RuleStatus = 'draft' | 'live' | 'retired';

/** What every rule file says about itself. */
export interface RuleHeader {
  /** Equals the path: `segments/healthcare`. */
  readonly id: string;
  readonly version: number;
  readonly status: RuleStatus;
  readonly owner: string;
  readonly title: string;
  readonly why?: string | undefined;
  /** Known cases in which the rule is mistaken, for those who review it. */
  readonly wrongWhen?: readonly string[] | undefined;
  /** The day by which somebody should look at the rule again: `2026-12-31`. */
  readonly review?: string | undefined;
}

/** A condition tree in the json-rules-engine format, as the file has it. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly condition: string }
  | {
      readonly fact: string;
      readonly operator: string;
      readonly value: Json;
      readonly params?: JsonObject | undefined;
      readonly path?: string | undefined;
    };

export interface SegmentRule extends RuleHeader {
  readonly conditions: Condition;
}

/** A line of a scoring model: points while conditions hold, or points for each event. */
export type ScoringRule = ConditionScoring | EventScoring;

interface ScoringLine {
  readonly name: string;
  /** Points with at most three decimals; may be negative. */
  readonly points: number;
  /** A group of the model, whose sum is capped. */
  readonly group?: string | undefined;
  /** Known cases in which the points are undeserved. */
  readonly wrongWhen?: readonly string[] | undefined;
}

export interface ConditionScoring extends ScoringLine {
  readonly conditions: Condition;
}

/** Points for each such event, fading from the moment it happened. */
export interface EventScoring extends ScoringLine {
  readonly per: {
    readonly event: string;
    /** Tests of properties, as in the params of `eventCount`. */
    readonly where?: JsonObject | undefined;
    /** Only events of (now − within, now] count: `30d`. */
    readonly within?: string | undefined;
  };
  /** Only the newest ⌊max ÷ points⌋ events count. It has the sign of `points`. */
  readonly max?: number | undefined;
  /** Points halve in this time: `14d`. Not together with `decay`. */
  readonly halfLife?: string | undefined;
  readonly decay?: Decay | undefined;
}

/** `linear`: down to nothing in that time. `steps`: younger than this many days → this share of the points; older than all → none. */
export type Decay = { readonly linear: string } | { readonly steps: Readonly<Record<string, number>> };

export interface ScoringModel extends RuleHeader {
  readonly scale: { readonly min: number; readonly max: number };
  readonly groups: Readonly<Record<string, { readonly max: number }>>;
  readonly rules: readonly ScoringRule[];
  /** Letter → least points. */
  readonly grades?: Readonly<Record<string, number>> | undefined;
  /**
   * Two models whose grades this one puts together, first and second: `A` and `1` make `A1`. Such a model has a grade and
   * no points: no rules, and a scale from 0 to 0.
   */
  readonly axes?: readonly [string, string] | undefined;
}

/** One stage of stages.json, in the order of the buyer's journey. The first one needs no conditions. */
export interface StageRule {
  readonly name: string;
  readonly title: string;
  readonly conditions?: Condition | undefined;
}

/** A nurture track. For now: one touch when a lead enters a segment. */
export interface Journey extends RuleHeader {
  readonly entry: { readonly segment: string };
  /** May a lead go through it again? `never`, or after a duration such as `90d` since it last entered. */
  readonly reentry: 'never' | { readonly after: string };
  readonly steps: readonly [JourneyTouch];
}

export interface JourneyTouch {
  readonly id: string;
  /** `content/<id>` */
  readonly touch: string;
  readonly channel: string;
  /** The touch is not made later than this after it was planned, such as `7d`. */
  readonly expires?: string | undefined;
}

/** The metadata in content.json; the templates lie beside it. */
export interface ContentRule extends RuleHeader {
  readonly topic: string;
  readonly intent: 'help' | 'sell';
  readonly stage?: string | undefined;
  /** Where the call to action leads. */
  readonly callToAction?: { readonly label: string; readonly url: string } | undefined;
  /** File name in the content's folder (`email.hbs`, `subject.hbs`, `sms.hbs`) → template text. */
  readonly templates: Readonly<Record<string, string>>;
}

/** policies.json: what holds for everything that is sent. */
export interface Policies {
  readonly company: { readonly name: string; readonly postalAddress: string; readonly website: string };
  /** Topic → title, for people who choose what to hear about. */
  readonly topics: Readonly<Record<string, { readonly title: string }>>;
  /** Share of leads kept un-nurtured, 0 to 0.5, and the salt that draws them. */
  readonly holdout: { readonly share: number; readonly salt: string };
}

/** One installed connector of connectors.json. */
export interface ConnectorEntry {
  readonly name: string;
  /** npm package name. */
  readonly package: string;
  readonly settings: JsonObject;
  /** Setting → name of the environment variable that holds it. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** All rule files of one revision, validated and compiled together. */
export interface Rulebook {
  /** SHA-256 of the files' paths and texts. */
  readonly hash: string;
  readonly sources: readonly RuleSource[];
  readonly trackingPlan: TrackingPlan;
  readonly policies: Policies;
  readonly stages: readonly StageRule[];
  /** Going back to an earlier stage: never, or as the conditions say. */
  readonly regression: 'never' | 'allow';
  readonly models: readonly ScoringModel[];
  readonly segments: readonly SegmentRule[];
  readonly journeys: readonly Journey[];
  readonly content: readonly ContentRule[];
  readonly connectors: readonly ConnectorEntry[];
  /** Event types that some rule reads. */
  readonly eventTypes: readonly string[];
  /** The compiled rules over a batch of leads; answers in the same order. */
  evaluate(leads: readonly LeadFacts[], now: Date): Evaluation[];
}
