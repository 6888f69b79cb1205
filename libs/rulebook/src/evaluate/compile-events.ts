import { type Json, stableJson } from '@tendril/kernel';
import { isAggregate } from '../language/aggregates.ts';
import { streamKey } from '../language/older.ts';
import { factKey } from '../load/check-guards.ts';
import { aggregateCode, answerCode } from './compile-aggregate.ts';
import { literal, turningPoints } from './compile-comparison.ts';
import { keptCode } from './compile-kept.ts';
import { asksOlder, conclusions, countIn, counting, declarations, newStream, type Stream } from './compile-stream.ts';
import type { Leaf } from './rule-graph.ts';
import type { EventScoring } from '../language/types.ts';

/** JavaScript that reads a lead's events once, newest first, for everything that the rules ask about them. */
export class EventCode {
  readonly #streams = new Map<string, Map<string, Stream>>();
  #variables = 0;

  /** The variable that will hold what the comparison asks for: a number, or undefined for what never was. */
  variable(leaf: Leaf): string {
    const stream = this.#stream(String(leaf.params?.['event']), leaf.params?.['where'] ?? null);
    if (isAggregate(leaf.fact)) return this.#aggregate(stream, leaf);
    if (leaf.fact !== 'daysSince') return countIn(stream, leaf, () => this.#name());
    stream.newest ??= { variable: this.#name(), turns: new Set() };
    for (const turn of turningPoints(leaf.operator, leaf.value)) stream.newest.turns.add(turn);
    return stream.newest.variable;
  }

  /** The variable that will hold the thousandths that a scoring rule gives for events. */
  points(rule: EventScoring): string {
    const variable = this.#name();
    const stream = this.#stream(rule.per.event, rule.per.where ?? null);
    stream.kept.push(keptCode(rule, variable, stream.older));
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
      ...this.#olderStreams(),
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

  #aggregate({ aggregates, older }: Stream, leaf: Leaf): string {
    const key = factKey(leaf);
    const known = aggregates.get(key) ?? aggregateCode(leaf, this.#name(), older);
    aggregates.set(key, known);
    known.answers.add(answerCode(leaf, true));
    return known.variable;
  }

  /** The counters of events that are no longer kept; a stream that asks for none of them has no variable. */
  #olderStreams(): string[] {
    return [...this.#streams].flatMap(([type, byTest]) =>
      [...byTest.values()].flatMap((stream) =>
        asksOlder(stream) ? [`const ${stream.older} = olderStream(lead.older, ${literal(streamKey(type, stream.where))});`] : [],
      ),
    );
  }

  #all(): Stream[] {
    return [...this.#streams.values()].flatMap((byTest) => [...byTest.values()]);
  }

  #stream(type: string, where: Json): Stream {
    const byTest = this.#streams.get(type) ?? new Map<string, Stream>();
    this.#streams.set(type, byTest);
    const key = stableJson(where);
    const stream = byTest.get(key) ?? newStream(where, `${this.#name()}Older`);
    byTest.set(key, stream);
    return stream;
  }

  #name(): string {
    return `e${this.#variables++}`;
  }
}
