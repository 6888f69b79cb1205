import type { Consents, LeadEvent, TrackingPlan } from '@tendril/events';
import type { Json, JsonObject } from '@tendril/kernel';
import type { Older } from './older.ts';

/** What the rules may ask about one lead: everything an evaluation reads. Plain data, loaded by the store or built by a test. */
export interface LeadFacts {
  readonly id: string;
  readonly attributes: JsonObject;
  /** The account's attributes, or null for a lead without one. */
  readonly account: JsonObject | null;
  /** Oldest first: every event whose type is in `Rulebook.eventTypes`, or those that a digest keeps. */
  readonly events: readonly LeadEvent[];
  /** Counters of what a digest does not keep; without it, `events` is the whole history. Explanations need that. */
  readonly older?: Older;
  /** The stage before this evaluation; null before the first. */
  readonly stage: string | null;
  readonly consents: Consents;
  /** Ids of the journeys that still have a touch for the lead on its way, as before this evaluation. */
  readonly journeys: readonly string[];
  /** What was planned for and sent to the lead, oldest first, as before this evaluation; at least all that the rules count. */
  readonly touchpoints: readonly LeadTouchpoint[];
  /** Segment id → how many leads of the same account are in it, this one among them, as before this evaluation. */
  readonly accountCounts: Readonly<Record<string, number>>;
}

/** What the rules may ask about a lead for whom nothing was planned yet, and who has no account. */
export const NO_TOUCHES: Pick<LeadFacts, 'journeys' | 'touchpoints' | 'accountCounts'> = { journeys: [], touchpoints: [], accountCounts: {} };

/** A touchpoint as rules may count it. */
export interface LeadTouchpoint {
  readonly channel: string;
  readonly content: string;
  /** One of `TOUCHPOINT_STATES`. */
  readonly state: string;
  /** When it was sent; before that, when it was planned. */
  readonly at: Date;
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

/** `draft` is evaluated in shadow and never acted on; `retired` keeps its id. */
export type RuleStatus = 'draft' | 'live' | 'retired';

/** What every rule file says about itself. */
export interface RuleHeader {
  /** Equals the path: `segments/healthcare`. */
  readonly id: string;
  readonly version: number;
  /** Version and hash of what the rule meant when `tendril rules fix` last saw it: `3-9f3c1d2e4b5a`. No part of the meaning. */
  readonly lock?: string | undefined;
  readonly status: RuleStatus;
  readonly owner: string;
  readonly title: string;
  readonly why?: string | undefined;
  /** Known cases in which the rule is mistaken, for those who review it. */
  readonly wrongWhen?: readonly string[] | undefined;
  /** The day by which somebody should look at the rule again: `2026-12-31`. */
  readonly review?: string | undefined;
  /** There exactly when the status is `retired`: the day and the reason. */
  readonly retired?: { readonly on: string; readonly reason: string } | undefined;
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
  /** Asked besides the conditions of a lead that is not in this stage or beyond yet; not in order to stay. Never without conditions. */
  readonly guard?: Condition | undefined;
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
  /** How much a change of rules may do before a plan calls it too much: shares of all leads, 0 to 1. */
  readonly blastLimits?: BlastLimits | undefined;
  /** How much one lead gets at most, over all programmes. */
  readonly caps?: readonly Cap[] | undefined;
  /** When nothing is sent; a moment is quiet when any of these says so. */
  readonly quietHours?: readonly QuietHours[] | undefined;
  /** Days on which nothing is sent, in the lead's zone: `2026-12-25`. */
  readonly holidays?: readonly string[] | undefined;
  /** Where a lead of unknown zone may be (IANA names). It is asked for by every policy that needs a zone. */
  readonly unknownZone?: readonly string[] | undefined;
}

/** Without a number nothing is limited. */
export interface BlastLimits {
  /** Leads that are sent something within 24 hours because of the change. */
  readonly touched?: number | undefined;
  /** Leads that enter any one segment. */
  readonly entering?: number | undefined;
  /** Leads whose stage changes. */
  readonly stageMoves?: number | undefined;
}

/** At most `max` touchpoints in a window: (now − `within`, now], or the last so many calendar `days` of the lead's zone, today among them. */
export type Cap = {
  /** Count and hold only what goes by this channel. */
  readonly channel?: string | undefined;
  /** Count and hold only what is about this topic. */
  readonly topic?: string | undefined;
  readonly max: number;
} & ({ readonly within: string; readonly days?: undefined } | { readonly days: number; readonly within?: undefined });

export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/**
 * Times at which nothing is sent, as clocks and calendar in the lead's zone show them: `from` ≤ time < `to` (over midnight when
 * `from` is later than `to`), on the `weekdays` only where there are any. Without times, whole weekdays.
 */
export interface QuietHours {
  /** Only what goes by this channel waits. */
  readonly channel?: string | undefined;
  /** `20:00` */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly weekdays?: readonly Weekday[] | undefined;
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

/** What rules ask about besides attributes, consents and the events of `Rulebook.eventTypes`: loaded only as far as asked for. */
export interface Reads {
  /** Does some rule ask about journeys or touchpoints? */
  readonly touchpoints: boolean;
  /** Does some rule ask about attributes of the account? */
  readonly accounts: boolean;
  /** Ids of the segments whose members among an account's leads some rule counts, sorted. */
  readonly accountCounts: readonly string[];
  /**
   * Which transitions some rule reads as events, sorted: `segment_entered:segments/a` and `score_changed:scoring/fit`, or the type
   * alone for those of every segment, model or stage. Their types are in `Rulebook.eventTypes` too.
   */
  readonly transitions: readonly string[];
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
  readonly reads: Reads;
  /** The compiled rules over a batch of leads; answers in the same order. */
  evaluate(leads: readonly LeadFacts[], now: Date): Evaluation[];
}
