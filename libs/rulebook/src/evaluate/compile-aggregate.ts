import { durationMs } from '@tendril/kernel';
import { comparison, literal } from './compile-comparison.ts';
import type { Leaf } from './rule-graph.ts';

/** An aggregate of a property of events, and the comparisons that ask for it. */
export interface AggregateCode {
  readonly variable: string;
  readonly fact: string;
  readonly property: string;
  readonly within: number | null;
  /** The variable of the stream's counters of events that are no longer kept. */
  readonly older: string | null;
  /** Code of each comparison with `v`. */
  readonly answers: Set<string>;
}

/** Reads from a comparison what it asks for. */
export function aggregateCode({ fact, params = {} }: Leaf, variable: string, older: string | null): AggregateCode {
  const within = params['within'] === undefined ? null : durationMs(String(params['within']));
  return { variable, fact, property: String(params['property']), within, older, answers: new Set() };
}

/** A comparison's answer as it would be for the value `v`. `numeric`: the fact is a number or undefined for sure. */
export function answerCode({ operator, value }: Leaf, numeric: boolean): string {
  return comparison(operator, 'v', value, numeric);
}

/** All comparisons' answers as one text, of their codes. */
export function answersCode(answers: ReadonlySet<string>): string {
  return [...answers].map((code) => `(${code} ? "1" : "0")`).join(' + ');
}

export function aggregateDeclaration({ variable }: AggregateCode): string {
  return `const ${variable}Samples = { at: [], numbers: [] };`;
}

/** For each fitting event, newest first; what is no number is passed over. */
export function aggregateEach({ variable, property, within }: AggregateCode): string {
  const number = `properties[${literal(property)}]`;
  const window = within === null ? '' : ` && at > now - ${within}`;
  return `if (typeof ${number} === "number"${window}) { ${variable}Samples.at.push(at); ${variable}Samples.numbers.push(${number}); }`;
}

export function aggregateConclusion({ variable, fact, property, within, older, answers }: AggregateCode): string[] {
  const samples = `${variable}Samples`;
  if (within === null) {
    const before = older === null ? '' : `, olderNumbers(${older}, ${literal(property)})`;
    return [`const ${variable} = aggregate(${literal(fact)}, ${samples}.numbers${before});`];
  }
  const value = `const ${variable} = aggregate(${literal(fact)}, ${samples}.numbers);`;
  const due = `const ${variable}Due = turnOfWindow(${literal(fact)}, ${samples}, ${within}, (v) => ${answersCode(answers)});`;
  return [value, due, `if (${variable}Due < next) next = ${variable}Due;`];
}
