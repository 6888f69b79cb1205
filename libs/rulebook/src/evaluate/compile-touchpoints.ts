import { type Json, stableJson } from '@tendril/kernel';
import { conclusions, countIn, counting, declarations, newStream, type Stream } from './compile-stream.ts';
import type { Leaf } from './rule-graph.ts';

/** JavaScript that reads a lead's touchpoints once, newest first, for everything that the rules count of them. */
export class TouchpointCode {
  /** By test: which channel, content and state are wanted. */
  readonly #streams = new Map<string, Stream>();
  #variables = 0;

  /** The variable that will hold the count that the comparison asks for. */
  variable(leaf: Leaf): string {
    const { within: _within, ...wanted } = leaf.params ?? {};
    const where: Json = Object.keys(wanted).length === 0 ? null : wanted;
    const key = stableJson(where);
    const stream = this.#streams.get(key) ?? newStream(where);
    this.#streams.set(key, stream);
    return countIn(stream, leaf, () => `t${this.#variables++}`);
  }

  /** The statements for one lead. They use `lead` and `now` and lower `next` to the first moment at which an answer may change. */
  statements(): string[] {
    if (this.#streams.size === 0) return [];
    const streams = [...this.#streams.values()];
    return [
      ...streams.flatMap(declarations),
      'for (let j = lead.touchpoints.length - 1; j >= 0; j--) {',
      'const properties = lead.touchpoints[j], at = properties.at.getTime();',
      'if (at > now) { if (at < next) next = at; continue; }',
      ...streams.map(counting),
      '}',
      ...streams.flatMap(conclusions),
    ];
  }
}
