import { DAY, durationMs, type Json, stableJson } from '@tendril/kernel';
import { isAggregate } from './aggregates.ts';
import { factKey } from './check-guards.ts';
import { aggregateCode, type AggregateCode, aggregateConclusion, aggregateDeclaration, aggregateEach, answerCode } from './compile-aggregate.ts';
import { literal, oneOf, turningPoints } from './compile-comparison.ts';
import { keptCode, type KeptCode } from './compile-kept.ts';
import type { Leaf } from './rule-graph.ts';
import type { EventScoring } from './types.ts';

/** A count of events, of all time or of a window, and the counts at which some comparison changes its answer. */
interface Count {
  readonly variable: string;
  readonly within: number | null;
  readonly turns: Set<number>;
}

/** Events of one type that pass one test: what is counted, timed and scored about them. */
interface Stream {
  readonly where: Json;
  readonly counts: Map<number | null, Count>;
  newest: { readonly variable: string; readonly turns: Set<number> } | null;
  readonly kept: KeptCode[];
  readonly aggregates: Map<string, AggregateCode>;
}

/** JavaScript that reads a lead's events once, newest first, for everything that the rules ask about them. */
export class EventCode {
  readonly #streams = new Map<string, Map<string, Stream>>();
  #variables = 0;

  /** The variable that will hold what the comparison asks for: a number, or undefined for what never was. */
  variable(leaf: Leaf): string {
    const stream = this.#stream(String(leaf.params?.['event']), leaf.params?.['where'] ?? null);
    if (isAggregate(leaf.fact)) return this.#aggregate(stream, leaf);
    const turns = turningPoints(leaf.operator, leaf.value);
    if (leaf.fact === 'daysSince') {
      stream.newest ??= { variable: this.#name(), turns: new Set() };
      for (const turn of turns) stream.newest.turns.add(turn);
      return stream.newest.variable;
    }
    const within = leaf.params?.['within'] === undefined ? null : durationMs(String(leaf.params['within']));
    const count = stream.counts.get(within) ?? { variable: this.#name(), within, turns: new Set<number>() };
    stream.counts.set(within, count);
    for (const turn of turns) count.turns.add(turn);
    return count.variable;
  }

  /** The variable that will hold the thousandths that a scoring rule gives for events. */
  points(rule: EventScoring): string {
    const variable = this.#name();
    this.#stream(rule.per.event, rule.per.where ?? null).kept.push(keptCode(rule, variable));
    return variable;
  }

  /** Statements that stand before all leads. */
  constants(): string[] {
    return this.#all().flatMap(({ kept }) => kept.flatMap(({ constants }) => constants));
  }

  /** The statements for one lead. They use `lead` and `now` and lower `next` to the first moment at which an answer may change. */
  statements(): string[] {
    if (this.#streams.size === 0) return [];
    const streams = this.#all();
    return [
      ...streams.flatMap(declarations),
      'for (let j = lead.events.length - 1; j >= 0; j--) {',
      'const event = lead.events[j], at = event.at.getTime(), properties = event.properties;',
      'switch (event.type) {',
      ...[...this.#streams].flatMap(([type, byTest]) => [
        `case ${literal(type)}:`,
        'if (at > now) { if (at < next) next = at; break; }',
        ...[...byTest.values()].map(counting),
        'break;',
      ]),
      '}',
      '}',
      ...streams.flatMap(conclusions),
    ];
  }

  #aggregate({ aggregates }: Stream, leaf: Leaf): string {
    const key = factKey(leaf);
    const known = aggregates.get(key) ?? aggregateCode(leaf, this.#name());
    aggregates.set(key, known);
    known.answers.add(answerCode(leaf));
    return known.variable;
  }

  #all(): Stream[] {
    return [...this.#streams.values()].flatMap((byTest) => [...byTest.values()]);
  }

  #stream(type: string, where: Json): Stream {
    const byTest = this.#streams.get(type) ?? new Map<string, Stream>();
    this.#streams.set(type, byTest);
    const key = stableJson(where);
    const stream = byTest.get(key) ?? { where, counts: new Map<number | null, Count>(), newest: null, kept: [], aggregates: new Map<string, AggregateCode>() };
    byTest.set(key, stream);
    return stream;
  }

  #name(): string {
    return `e${this.#variables++}`;
  }
}

/** `…At`: when the event happened whose leaving the window changes an answer; NaN while there is none, which no comparison takes. */
function declarations({ counts, newest, kept, aggregates }: Stream): string[] {
  return [
    ...[...counts.values()].map(({ variable }) => `let ${variable} = 0, ${variable}At = NaN;`),
    ...(newest ? [`let ${newest.variable}At = NaN;`] : []),
    ...kept.map(({ declaration }) => declaration),
    ...[...aggregates.values()].map(aggregateDeclaration),
  ];
}

function counting({ where, counts, newest, kept, aggregates }: Stream): string {
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
function conclusions({ counts, newest, aggregates }: Stream): string[] {
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
