import type { LeadEvent } from '@tendril/events';
import { checkForm, parseJsonFile, type Problem, type RuleSource } from '@tendril/rulebook';
import { BaselineHead, BaselineLine, type Drawing } from './baseline-schema.ts';
import { checkHead, checkLeads, type PlacedLead } from './check-baseline.ts';
import type { Population, PopulationLead, PopulationTouchpoint } from './population.ts';

/** The two files of a baseline, by their paths under `rules/`. */
export const BASELINE_FILES = ['baseline/baseline.json', 'baseline/leads.jsonl'] as const;

const [HEAD, LEADS] = BASELINE_FILES;

const DRAW = 'Draw a baseline: npm run tendril -- rules baseline';

/** A baseline that was read, or everything that is wrong with its files. */
export type ParsedBaseline =
  | { readonly population: Population; readonly drawing: Drawing; readonly problems: readonly [] }
  | { readonly population: null; readonly drawing: null; readonly problems: readonly Problem[] };

/** The two files as they stand under `rules/`. Times are kept to the millisecond; a lead is a line, so a diff names leads. */
export function formatBaseline(population: Population, drawing: Drawing): RuleSource[] {
  const { takenAt, total, strata, leads } = population;
  const { replaced, ...drawn } = drawing;
  const head = { $schema: '../schema/baseline.json', format: 1, takenAt: takenAt.toISOString(), total, drawn, replaced, strata };
  return [
    { path: HEAD, text: `${JSON.stringify(head, null, 2)}\n` },
    { path: LEADS, text: leads.map((lead) => `${JSON.stringify(lineOf(lead, takenAt))}\n`).join('') },
  ];
}

/** Reads what {@link formatBaseline} wrote. Other files among them are passed over. */
export function parseBaseline(files: readonly RuleSource[]): ParsedBaseline {
  const named = (path: string): RuleSource => files.find((file) => file.path === path) ?? { path, text: '' };
  const absent = BASELINE_FILES.filter((path) => !files.some((file) => file.path === path));
  if (absent.length > 0) return { population: null, drawing: null, problems: absent.map((path) => problemOf(path, 'This file of the baseline is missing', DRAW)) };
  const { file, problems } = parseJsonFile(named(HEAD));
  if (!file) return { population: null, drawing: null, problems };
  const { value: head, problems: formal } = checkForm(BaselineHead, file);
  if (!head) return { population: null, drawing: null, problems: formal };
  const takenAt = new Date(head.takenAt);
  const read = readLines(named(LEADS), takenAt);
  const wrong = read.problems.length > 0 ? read.problems : [...checkHead(file, head, read.leads), ...checkLeads(LEADS, head, read.leads)];
  if (wrong.length > 0) return { population: null, drawing: null, problems: wrong };
  const { total, strata, drawn, replaced } = head;
  const leads = read.leads.map(({ lead }) => lead);
  return { population: { takenAt, total, strata, leads }, drawing: { ...drawn, replaced }, problems: [] };
}

function problemOf(file: string, message: string, hint: string, line = 1): Problem {
  return { file, line, column: 1, severity: 'error', message, hint };
}

function readLines({ path, text }: RuleSource, takenAt: Date): { leads: PlacedLead[]; problems: Problem[] } {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const read = lines.map((line, index) => readLine({ path, text: line }, index + 1));
  return {
    leads: read.flatMap(({ form }, index) => (form ? [{ line: index + 1, lead: leadOf(form, takenAt) }] : [])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** Lines as they were written are only checked; one that somebody touched is read with its places, which takes three times as long. */
function readLine(source: RuleSource, line: number): { form: BaselineLine | null; problems: Problem[] } {
  const written = asWritten(source.text);
  const quick = written === undefined ? undefined : BaselineLine.safeParse(written);
  if (quick?.success) return { form: quick.data, problems: [] };
  if (source.text.trim() === '') return { form: null, problems: [problemOf(source.path, 'This line is empty', 'Remove it: each line is a lead.', line)] };
  const { file, problems } = parseJsonFile(source);
  const { value, problems: formal } = file ? checkForm(BaselineLine, file) : { value: null, problems };
  return { form: value, problems: formal.map((problem) => ({ ...problem, line })) };
}

/** The line's value, if it reads exactly as JSON is written here: so without a key twice, or anything else that JSON.parse lets pass. */
function asWritten(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function lineOf(lead: PopulationLead, takenAt: Date): BaselineLine {
  const age = (at: Date): number => (takenAt.getTime() - at.getTime()) / 1000;
  const { id, stratum, zone, attributes, account, stage, consents, channels, suppressed, events, enrolments, touchpoints } = lead;
  return {
    id,
    stratum,
    ...(zone !== null && { zone }),
    ...filled('lead', attributes),
    ...(account && { account: isEmpty(account.attributes) ? [account.id] : [account.id, account.attributes] }),
    ...(stage !== null && { stage }),
    ...filled('consents', consents),
    ...filled('channels', channels),
    ...filled('suppressed', suppressed),
    ...filled('events', events.map(({ type, at, properties }) => (isEmpty(properties) ? [type, age(at)] : [type, age(at), properties]))),
    ...filled('enrolments', enrolments.map(({ programme, version, entry, at }) => [programme, version, entry, age(at)])),
    ...filled('touchpoints', touchpoints.map((touch) => touchOf(touch, age))),
  } as BaselineLine;
}

function touchOf({ programme, entry, step, visit, channel, content, state, ...times }: PopulationTouchpoint, age: (at: Date) => number): unknown[] {
  return [programme, entry, step, visit, channel, content, state, age(times.at), age(times.dueAt), times.expiresAt && age(times.expiresAt)];
}

function filled(key: string, value: object): object {
  return isEmpty(value) ? {} : { [key]: value };
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function leadOf(form: BaselineLine, takenAt: Date): PopulationLead {
  const then = (age: number): Date => new Date(takenAt.getTime() - Math.round(age * 1000));
  const { id, stratum, zone = null, lead = {}, account, stage = null, consents = {}, channels = [], suppressed = {} } = form;
  return {
    id,
    stratum,
    zone,
    attributes: lead,
    account: account ? { id: account[0], attributes: account[1] ?? {} } : null,
    stage,
    consents,
    channels,
    suppressed,
    events: (form.events ?? []).map(([type, age, properties = {}]): LeadEvent => ({ type, at: then(age), properties })),
    enrolments: (form.enrolments ?? []).map(([programme, version, entry, age]) => ({ programme, version, entry, at: then(age) })),
    touchpoints: (form.touchpoints ?? []).map(([programme, entry, step, visit, channel, content, state, at, due, expires]) => ({
      programme,
      entry,
      step,
      visit,
      channel,
      content,
      state,
      at: then(at),
      dueAt: then(due),
      expiresAt: expires === null ? null : then(expires),
    })),
  };
}
