import { durationMs } from '@tendril/kernel';
import { answerCode, answersCode } from './compile-aggregate.ts';
import type { Leaf } from './rule-graph.ts';

/** The topic of one rank, and the comparisons that ask for it. */
interface Rank {
  readonly variable: string;
  /** Code of each comparison with `v`. */
  readonly answers: Set<string>;
}

/** JavaScript that reads a lead's interests, once for each window that is asked about. */
export class InterestCode {
  /** Milliseconds, or Infinity for all time → by rank. */
  readonly #windows = new Map<number, { readonly variable: string; readonly ranks: Map<number, Rank> }>();

  /** The variable that will hold the topic that the comparison asks for, or undefined. */
  variable(leaf: Leaf): string {
    const within = leaf.params?.['within'] === undefined ? Infinity : durationMs(String(leaf.params['within']));
    const window = this.#windows.get(within) ?? { variable: `i${this.#windows.size}`, ranks: new Map<number, Rank>() };
    this.#windows.set(within, window);
    const number = Number(leaf.params?.['rank'] ?? 1);
    const rank = window.ranks.get(number) ?? { variable: `${window.variable}_${number}`, answers: new Set() };
    window.ranks.set(number, rank);
    rank.answers.add(answerCode(leaf, false));
    return rank.variable;
  }

  /** The statements for one lead. They use `lead` and `now` and lower `next` to the first moment at which an answer may change. */
  statements(): string[] {
    return [...this.#windows].flatMap(([within, { variable, ranks }]) => [
      `const ${variable} = interests(lead, now, ${within});`,
      `if (${variable}.future < next) next = ${variable}.future;`,
      ...[...ranks].flatMap(([number, rank]) => [
        `const ${rank.variable} = ${variable}.topics[${number - 1}];`,
        ...(within === Infinity ? [] : turnCode(variable, number, rank)),
      ]),
    ]);
  }
}

function turnCode(interests: string, number: number, { variable, answers }: Rank): string[] {
  return [`const ${variable}Due = ${interests}.turn(${number}, (v) => ${answersCode(answers)});`, `if (${variable}Due < next) next = ${variable}Due;`];
}
