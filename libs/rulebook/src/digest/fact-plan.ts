import { durationMs, type Json, type JsonObject, sha256, stableJson } from '@tendril/kernel';
import { attributesRead, comparisonsOf, liveRules, type LiveRules } from '../evaluate/live-rules.ts';
import type { ShadowRules } from '../evaluate/shadow-rules.ts';
import { grouped } from '../language/grouped.ts';
import { interestSources } from '../language/interest.ts';
import { streamKey } from '../language/older.ts';
import type { Rulebook } from '../language/types.ts';
import { type Asked, askedBy, askedByScoring, type Need, needsTogether } from './event-needs.ts';

/** What the rules need of a lead's attributes and events. Plain JSON data. */
export interface FactPlan {
  /** Short hash of what is asked of events: digests made with plans of the same key are the same. */
  readonly key: string;
  /** Names of the lead's attributes that some rule reads, sorted. */
  readonly attributes: readonly string[];
  /** The same of accounts. */
  readonly accountAttributes: readonly string[];
  /** Event types that some rule reads, sorted. */
  readonly types: readonly string[];
  readonly events: Readonly<Record<string, TypePlan>>;
  /** Which events that name a topic are kept: those of the last so many milliseconds; none for 0. */
  readonly topicsWithin: number;
  /** Are topics of all time asked for? */
  readonly topicsCounted: boolean;
}

/** What the rules need of the events of one type. The newest one is kept in any case: touchpoints name it. */
export interface TypePlan {
  readonly properties: readonly PropertyRead[];
  /** Properties that name topics, if any rule asks for topics. */
  readonly topics: readonly string[];
  readonly streams: readonly StreamPlan[];
}

/** A property that rules read. */
export interface PropertyRead {
  readonly name: string;
  /** How much of a text tells all tests apart: a character more than the longest that it is compared with. Null: all of it. */
  readonly longest: number | null;
}

/** Events of one type that pass all of some tests, and what of them is kept or counted. */
export interface StreamPlan {
  readonly key: string;
  readonly tests: readonly PropertyTest[];
  readonly needs: readonly Need[];
  /** Are events that are no longer kept counted? */
  readonly counted: boolean;
  /** Properties whose numbers are added up for such events. */
  readonly numbers: readonly string[];
}

/** One of the two: a property is one of these values, or a text that starts so. */
export interface PropertyTest {
  readonly property: string;
  readonly among?: readonly Json[];
  readonly startsWith?: string;
}

/** The plan for a rulebook and for its drafts, which are asked about the same events. */
export function factPlan(rulebook: Rulebook, shadow: ShadowRules | null): FactPlan {
  return planOf([liveRules(rulebook), ...(shadow ? [liveRules(shadow.rulebook)] : [])]);
}

/** To be raised when digests are stored otherwise or hold something else for the same plan: those that are stored are then made anew. */
const FORMAT = 1;

/** The plan for several sets of rules of one tracking plan together. */
export function planOf(rules: readonly LiveRules[]): FactPlan {
  const asked = rules.flatMap(askedOf);
  const windows = rules.flatMap(topicWindows);
  const [first] = rules;
  const sources = first && windows.length > 0 ? interestSources(first.trackingPlan).properties : new Map<string, readonly string[]>();
  const types = [...new Set([...asked.map(({ type }) => type), ...sources.keys()])].sort();
  const ofEvents = {
    types,
    events: Object.fromEntries(types.map((type) => [type, planOfType(asked.filter((one) => one.type === type), sources.get(type) ?? [])])),
    topicsWithin: Math.max(0, ...windows.filter((within) => within !== Infinity)),
    topicsCounted: windows.includes(Infinity),
  };
  return {
    key: sha256(stableJson([FORMAT, ofEvents])).slice(0, 16),
    attributes: united(rules, (each) => attributesRead(each, 'lead')),
    accountAttributes: united(rules, (each) => attributesRead(each, 'account')),
    ...ofEvents,
  };
}

/** What the plan has for a type of events; undefined for one that no rule reads. */
export function typePlan({ events }: FactPlan, type: string): TypePlan | undefined {
  return Object.hasOwn(events, type) ? events[type] : undefined;
}

/** Does an event of the stream's type pass its tests? */
export function fits(properties: JsonObject, { tests }: StreamPlan): boolean {
  for (const { property, among, startsWith } of tests) {
    const found = Object.hasOwn(properties, property) ? properties[property] : undefined;
    if (found === undefined) return false;
    const passes = startsWith === undefined ? among?.includes(found) === true : typeof found === 'string' && found.startsWith(startsWith);
    if (!passes) return false;
  }
  return true;
}

function united(rules: readonly LiveRules[], read: (rules: LiveRules) => readonly string[]): string[] {
  return [...new Set(rules.flatMap(read))].sort();
}

function askedOf(rules: LiveRules): Asked[] {
  const scored = rules.models.flatMap((model) => model.rules.flatMap((rule) => ('per' in rule ? [askedByScoring(rule)] : [])));
  return [...comparisonsOf(rules).flatMap((leaf) => askedBy(leaf) ?? []), ...scored];
}

function topicWindows(rules: LiveRules): number[] {
  const asked = comparisonsOf(rules).filter(({ fact }) => fact === 'interest');
  return asked.map(({ params }) => (params?.['within'] === undefined ? Infinity : durationMs(String(params['within']))));
}

function planOfType(asked: readonly Asked[], topics: readonly string[]): TypePlan {
  const byKey = grouped(asked, ({ type, where }) => streamKey(type, where));
  const streams = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, same]) => streamPlan(key, same));
  const numbers = asked.flatMap(({ property }) => property ?? []);
  return { properties: propertiesRead(streams.flatMap(({ tests }) => tests), numbers, topics), topics: [...topics].sort(), streams };
}

function streamPlan(key: string, asked: readonly Asked[]): StreamPlan {
  const needs = needsTogether(asked.flatMap((one) => one.needs));
  return {
    key,
    tests: testsOf(asked[0]?.where ?? null),
    needs: needs.sort((a, b) => (stableJson(a) < stableJson(b) ? -1 : 1)),
    counted: asked.some(({ ever, property }) => ever && property === null),
    numbers: [...new Set(asked.flatMap(({ ever, property }) => (ever && property) || []))].sort(),
  };
}

function testsOf(where: Json): PropertyTest[] {
  return Object.entries(where ?? {}).map(([property, wanted]: [string, Json]) => {
    if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) return { property, among: [wanted] };
    const { startsWith, in: list } = wanted as { readonly startsWith?: string; readonly in?: readonly Json[] };
    return startsWith === undefined ? { property, among: list ?? [] } : { property, startsWith };
  });
}

/** Topics are read whole; of texts that are only tested, the beginning is enough; numbers are short anyway. */
function propertiesRead(tests: readonly PropertyTest[], numbers: readonly string[], topics: readonly string[]): PropertyRead[] {
  const names = [...new Set([...tests.map(({ property }) => property), ...numbers, ...topics])].sort();
  return names.map((name) => {
    if (topics.includes(name)) return { name, longest: null };
    const texts = tests.flatMap((test) => (test.property === name ? [test.startsWith ?? [], test.among ?? []].flat() : []));
    return { name, longest: 1 + Math.max(0, ...texts.map((text) => (typeof text === 'string' ? text.length : 0))) };
  });
}
