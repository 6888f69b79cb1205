import { DAY, durationMs, type Json } from '@tendril/kernel';
import { type AggregateCode, aggregateConclusion, aggregateDeclaration, aggregateEach } from './compile-aggregate.ts';
import { literal, oneOf, turningPoints } from './compile-comparison.ts';
import type { KeptCode } from './compile-kept.ts';
import type { Leaf } from './rule-graph.ts';

/** A count of events or touchpoints, of all time or of a window, and the counts at which some comparison changes its answer. */
interface Count {
  readonly variable: string;
  readonly within: number | null;
  readonly turns: Set<number>;
}

/** Events of one type that pass one test, or touchpoints that do: what is counted, timed and scored about them. */
export interface Stream {
  readonly where: Json;
  readonly counts: Map<number | null, Count>;
  newest: { readonly variable: string; readonly turns: Set<number> } | null;
  readonly kept: KeptCode[];
  readonly aggregates: Map<string, AggregateCode>;
}

/** A stream that nobody has asked about yet. `where`: the test, or null. */
export function newStream(where: Json): Stream {
  return { where, counts: new Map(), newest: null, kept: [], aggregates: new Map() };
}

/** The variable that will hold how many of the stream there are. `name` makes it when it is new. */
export function countIn(stream: Stream, { params, operator, value }: Leaf, name: () => string): string {
  const within = params?.['within'] === undefined ? null : durationMs(String(params['within']));
  const count = stream.counts.get(within) ?? { variable: name(), within, turns: new Set<number>() };
  stream.counts.set(within, count);
  for (const turn of turningPoints(operator, value)) count.turns.add(turn);
  return count.variable;
}

/** `…At`: when the event happened whose leaving the window changes an answer; NaN while there is none, which no comparison takes. */
export function declarations({ counts, newest, kept, aggregates }: Stream): string[] {
  return [
    ...[...counts.values()].map(({ variable }) => `let ${variable} = 0, ${variable}At = NaN;`),
    ...(newest ? [`let ${newest.variable}At = NaN;`] : []),
    ...kept.map(({ declaration }) => declaration),
    ...[...aggregates.values()].map(aggregateDeclaration),
  ];
}

/** For each event of the type, or each touchpoint, newest first; uses `at`, `properties`, `now` and `next`. */
export function counting({ where, counts, newest, kept, aggregates }: Stream): string {
  const each = [...counts.values()].map((count) => {
    const turns = [...count.turns].map((turn) => `${count.variable} === ${turn}`);
    const note = count.within === null || turns.length === 0 ? '' : ` if (${turns.join(' || ')}) ${count.variable}At = at;`;
    const add = `${count.variable}++;${note}`;
    return count.within === null ? add : `if (at > now - ${count.within}) { ${add} }`;
  });
  if (newest) each.push(`if (${newest.variable}At !== ${newest.variable}At) ${newest.variable}At = at;`);
  each.push(...kept.map((one) => one.each), ...[...aggregates.values()].map(aggregateEach));
  return `if (${test(where)}) { ${each.join(' ')} }`;
}

/**
 * Windows are (now − length, now], so an event is out exactly `length` after it happened. Counts are taken to go down by one:
 * where events of one moment leave together, "equal 1" between 2 and 0 makes `next` early, which costs one evaluation.
 */
export function conclusions({ counts, newest, aggregates }: Stream): string[] {
  const windows = [...counts.values()].flatMap(({ variable, within }) =>
    within === null ? [] : [`if (${variable}At + ${within} < next) next = ${variable}At + ${within};`],
  );
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
