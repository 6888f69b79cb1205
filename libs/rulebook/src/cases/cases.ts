import type { Consents, LeadEvent } from '@tendril/events';
import { instantOf, type JsonObject } from '@tendril/kernel';
import { CASES_SCHEMAS, type CasesForm, type CasesKind, type ExpectedScores } from './cases-schema.ts';
import { checkCases } from './cases-check.ts';
import { type JsonFile, parseJsonFile, problemAt } from '../load/json-file.ts';
import { checkForm } from '../load/schema-problems.ts';
import type { Problem, Rulebook, RuleSource } from '../language/types.ts';

/** A touch that a case of a journey expects to go out. */
export interface ExpectedTouch {
  /** Null when any time will do. */
  readonly at: Date | null;
  /** `content/<id>` */
  readonly touch: string;
  readonly channel: string;
}

/** What a case expects, by what it tests. */
export type Expected =
  | { readonly kind: 'segments'; readonly member: boolean }
  | { readonly kind: 'scoring'; readonly scores: ExpectedScores }
  | { readonly kind: 'stages'; readonly stage: string }
  | { readonly kind: 'journeys'; readonly touches: readonly ExpectedTouch[] };

/** A lead that somebody thought of, its life, and what the rules should answer. */
export interface LeadCase {
  readonly name: string;
  /** Where it stands in its file, from 1. */
  readonly line: number;
  readonly column: number;
  /** IANA name; for showing times. */
  readonly zone: string;
  /** When the answer is asked for; null for when the timeline ends. */
  readonly now: Date | null;
  readonly attributes: JsonObject;
  readonly account: JsonObject | null;
  /** Segment id → how many leads of the account are in it. */
  readonly accountCounts: Readonly<Record<string, number>>;
  /** By `channel:topic`; the topic may be `*`. */
  readonly consents: Consents;
  /** Oldest first; the built-in events `lead_updated`, `consent_changed` and `suppressed` may be among them. */
  readonly events: readonly LeadEvent[];
  readonly expected: Expected;
}

/** All cases of one file. */
export interface RuleCases {
  /** Path under `rules/`. */
  readonly file: string;
  /** The id of the rule file that is tested, or `stages`. */
  readonly of: string;
  readonly cases: readonly LeadCase[];
}

/** Is it a file of cases, by its path? */
export function isCasesFile(path: string): boolean {
  return path.endsWith('.cases.json') && !path.startsWith('schema/');
}

/**
 * Reads one `.cases.json` against the rulebook that it tests: null, and everything that is wrong with it, or the cases.
 */
export function parseCases(source: RuleSource, rulebook: Rulebook): { cases: RuleCases | null; problems: Problem[] } {
  const { file, problems } = parseJsonFile(source);
  if (!file) return { cases: null, problems };
  const kind = kindOf(file.value);
  if (!kind) {
    const hint = `Write "of": the id of the rule file beside it, such as "segments/x", or "stages".`;
    return { cases: null, problems: [problemAt(file, ['of'], 'This does not say which rule it tests', hint)] };
  }
  const { value, problems: formal } = checkForm(CASES_SCHEMAS[kind], file);
  if (value === null) return { cases: null, problems: formal };
  const wrong = checkCases(value, kind, file, rulebook);
  if (wrong.length > 0) return { cases: null, problems: wrong };
  return { cases: { file: source.path, of: value.of, cases: value.cases.map((_, at) => caseOf(value, at, file)) }, problems: [] };
}

function kindOf(value: unknown): CasesKind | undefined {
  const of = value !== null && typeof value === 'object' && 'of' in value ? String(value.of) : '';
  const [first = ''] = of.split('/');
  return (Object.keys(CASES_SCHEMAS) as CasesKind[]).find((kind) => kind === first && (kind === 'stages' ? of === 'stages' : of !== kind));
}

/** Times were checked, so none of them is null here but those that are left out. */
function caseOf(form: CasesForm, at: number, file: JsonFile): LeadCase {
  const one = form.cases[at] as CasesForm['cases'][number];
  const { name, zone, account, timeline } = one;
  const { consents = {}, ...attributes } = one.lead;
  const time = (text: string): Date => instantOf(text, zone) as Date;
  const events = timeline.map(({ at: when, event, properties }) => ({ type: event, at: time(when), properties: properties as JsonObject }));
  const { line, column } = problemAt(file, ['cases', at], '');
  return {
    name,
    line,
    column,
    zone,
    now: one.now === undefined ? null : time(one.now),
    attributes: attributes as JsonObject,
    account: account === undefined ? null : (account as JsonObject),
    accountCounts: one.accountCounts ?? {},
    consents,
    events: events.sort((a, b) => a.at.getTime() - b.at.getTime()),
    expected: expectedOf(one.expect, time),
  };
}

function expectedOf(expect: CasesForm['cases'][number]['expect'], time: (text: string) => Date): Expected {
  if (typeof expect === 'boolean') return { kind: 'segments', member: expect };
  if (Array.isArray(expect)) {
    return { kind: 'journeys', touches: expect.map(({ at, touch, channel }) => ({ at: at === undefined ? null : time(at), touch, channel })) };
  }
  return 'stage' in expect ? { kind: 'stages', stage: expect.stage } : { kind: 'scoring', scores: expect };
}
