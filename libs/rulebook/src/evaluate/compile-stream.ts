import { DAY, durationMs, type Json } from '@tendril/kernel';
import { type AggregateCode, aggregateConclusion, answerCode, aggregateDeclaration, aggregateEach, answersCode } from './compile-aggregate.ts';
import { isOrder, literal, oneOf, turningPoints } from './compile-comparison.ts';
import type { KeptCode } from './compile-kept.ts';
import type { Leaf } from './rule-graph.ts';

/** A count of events or touchpoints, of all time or of a window, and the counts at which some comparison changes its answer. */
interface Count {
  readonly variable: string;
  readonly within: number | null;
  readonly turns: Set<number>;
  /** Code of each comparison with `v`. */
  readonly answers: Set<string>;
  /** Do all comparisons ask for more or less? */
  ordered: boolean;
}

/** Events of one type that pass one test, or touchpoints that do: what is counted, timed and scored about them. */
export interface Stream {
  readonly where: Json;
  /** The variable of the counters of its events that are no longer kept; null for touchpoints, which all are. */
  readonly older: string | null;
  readonly counts: Map<number | null, Count>;
  newest: { readonly variable: string; readonly turns: Set<number> } | null;
  readonly kept: KeptCode[];
  readonly aggregates: Map<string, AggregateCode>;
}

/** A stream that nobody has asked about yet. `where`: the test, or null. */
export function newStream(where: Json, older: string | null = null): Stream {
  return { where, older, counts: new Map(), newest: null, kept: [], aggregates: new Map() };
}

/** Does anything about the stream depend on events that are no longer kept? */
export function asksOlder({ counts, kept, aggregates }: Stream): boolean {
  return counts.has(null) || kept.some(({ readsOlder }) => readsOlder) || [...aggregates.values()].some(({ within }) => within === null);
}

/** The variable that will hold how many of the stream there are. `name` makes it when it is new. */
export function countIn(stream: Stream, leaf: Leaf, name: () => string): string {
  const { params, operator, value } = leaf;
  const within = params?.['within'] === undefined ? null : durationMs(String(params['within']));
  const count = stream.counts.get(within) ?? { variable: name(), within, turns: new Set<number>(), answers: new Set<string>(), ordered: true };
  stream.counts.set(within, count);
  for (const turn of turningPoints(operator, value)) count.turns.add(turn);
  count.answers.add(answerCode(leaf, true));
  count.ordered &&= isOrder(operator);
  return count.variable;
}

/** `…At`: when the event happened whose leaving the window changes an answer; NaN while there is none, which no comparison takes. */
export function declarations({ older, counts, newest, kept, aggregates }: Stream): string[] {
  return [
    ...[...counts.values()].map((count) => {
      if (count.within === null) return `let ${count.variable} = ${older === null ? 0 : `${older}.count`};`;
      return `let ${count.variable} = 0, ${count.variable}At = ${turnsForGood(count) ? 'NaN' : '[]'};`;
    }),
    ...(newest ? [`let ${newest.variable}At = NaN;`] : []),
    ...kept.map(({ declaration }) => declaration),
    ...[...aggregates.values()].map(aggregateDeclaration),
  ];
}

/** For each event of the type, or each touchpoint, newest first; uses `at`, `properties`, `now` and `next`. */
export function counting({ where, counts, newest, kept, aggregates }: Stream): string {
  const each = [...counts.values()].map((count) => {
    const { variable, within, turns } = count;
    if (within === null) return `${variable}++;`;
    const turned = [...turns].map((turn) => `${variable} === ${turn}`).join(' || ');
    const noted = turnsForGood(count) ? `${variable}At = at;` : `${variable}At.push(at);`;
    return `if (at > now - ${within}) { ${variable}++;${turns.size === 0 ? '' : ` if (${turned}) ${noted}`} }`;
  });
  if (newest) each.push(`if (${newest.variable}At !== ${newest.variable}At) ${newest.variable}At = at;`);
  each.push(...kept.map((one) => one.each), ...[...aggregates.values()].map(aggregateEach));
  return `if (${test(where)}) { ${each.join(' ')} }`;
}

/** Windows are (now − length, now], so an event is out exactly `length` after it happened. */
export function conclusions({ counts, newest, aggregates }: Stream): string[] {
  const windows = [...counts.values()].flatMap(turnCode);
  windows.push(...[...aggregates.values()].flatMap(aggregateConclusion));
  if (!newest) return windows;
  const { variable } = newest;
  const turns = [...newest.turns].sort((a, b) => a - b);
  const due = turns.reduceRight((rest, turn) => `${variable} < ${turn} ? ${turn} : ${rest}`, 'NaN');
  return [
    ...windows,
    `const ${variable} = ${variable}At === ${variable}At ? Math.floor((now - ${variable}At) / ${DAY}) : undefined;`,
    ...(turns.length === 0
      ? []
      : [`const ${variable}Due = ${variable}At + (${due}) * ${DAY};`, `if (${variable}Due < next) next = ${variable}Due;`]),
  ];
}

/** Does an answer that a count changes on its way down never change back? Then the first turn is the moment to look. */
function turnsForGood({ ordered, turns }: Count): boolean {
  return ordered || turns.size < 2;
}

/**
 * When a count changes an answer. Events of one moment leave together and may take it from one answer over another to the
 * first again: from 2 to 0, "equal 1" changes nothing.
 */
function turnCode(count: Count): string[] {
  const { variable, within, turns, answers } = count;
  if (within === null || turns.size === 0) return [];
  const due = `if (${variable}Due < next) next = ${variable}Due;`;
  if (turnsForGood(count)) return [`const ${variable}Due = ${variable}At + ${within};`, due];
  const values = [0, ...[...turns].sort((a, b) => a - b)];
  const samples = `{ at: ${variable}At, values: ${literal(values)} }`;
  return [`const ${variable}Due = turnOf(${samples}, ${within}, (v) => ${answersCode(answers)});`, due];
}

function test(where: Json): string {
  if (where === null || typeof where !== 'object') return 'true';
  const tests = Object.entries(where).map(([name, wanted]: [string, Json]) => {
    const property = `properties[${literal(name)}]`;
    if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) return `${property} === ${literal(wanted)}`;
    const { startsWith, in: list } = wanted as { readonly startsWith?: Json; readonly in?: Json };
    if (startsWith === undefined) return oneOf(property, list ?? []);
    return `typeof ${property} === "string" && ${property}.startsWith(${literal(startsWith)})`;
  });
  return tests.join(' && ');
}
