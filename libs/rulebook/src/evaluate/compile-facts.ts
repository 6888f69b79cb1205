import { durationMs } from '@tendril/kernel';
import { AttributeCode } from './compile-attributes.ts';
import { isOrder, literal } from './compile-comparison.ts';
import { EventCode } from './compile-events.ts';
import { InterestCode } from './compile-interest.ts';
import { TouchpointCode } from './compile-touchpoints.ts';
import { factKey } from '../load/check-guards.ts';
import { keysOf, type Leaf } from './rule-graph.ts';
import type { EventScoring } from '../language/types.ts';

/** JavaScript that reads each distinct fact of the rules once per lead. Ask for all variables first, then for the statements. */
export class FactCode {
  readonly #events = new EventCode();
  readonly #interests = new InterestCode();
  readonly #touchpoints = new TouchpointCode();
  readonly #lead = new AttributeCode('l');
  readonly #account = new AttributeCode('a');
  readonly #reads = new Map<string, { readonly variable: string; readonly code: string }>();
  /** Variable of a date → the windows that are asked about it. */
  readonly #moments = new Map<string, Set<number>>();
  /** Variable of a fact that is compared with numbers → where that number is. */
  readonly #numbers = new Map<string, string>();
  readonly #models: readonly string[];

  /** Ids of the scoring models; their points and grades are the variables `points0`, `grade0`, … */
  constructor(models: readonly string[]) {
    this.#models = models;
  }

  /** The variable that holds the fact of a comparison, and whether that is a number or undefined for sure. */
  variable(leaf: Leaf): { readonly name: string; readonly numeric: boolean } {
    const model = this.#models.indexOf(String(leaf.params?.['model']));
    switch (leaf.fact) {
      case 'eventCount':
      case 'daysSince':
      case 'eventSum':
      case 'eventMin':
      case 'eventMax':
      case 'eventAvg':
        return { name: this.#events.variable(leaf), numeric: true };
      case 'score':
        return { name: `points${model}`, numeric: true };
      case 'grade':
        return { name: `grade${model}`, numeric: false };
      case 'stage':
        return { name: 'stage', numeric: false };
      case 'interest':
        return { name: this.#interests.variable(leaf), numeric: false };
      case 'touchpointCount':
        return { name: this.#touchpoints.variable(leaf), numeric: true };
      case 'accountCount':
        return { name: this.#read(leaf), numeric: true };
      default:
        if (MOMENTS.includes(leaf.operator)) return { name: this.#moment(leaf), numeric: false };
        if (isOrder(leaf.operator) && typeof leaf.value === 'number') return { name: this.#number(leaf), numeric: true };
        return { name: this.#read(leaf), numeric: false };
    }
  }

  /** The variable that holds the thousandths of a scoring rule that gives points for events. */
  points(rule: EventScoring): string {
    return this.#events.points(rule);
  }

  /** Statements that stand before all leads. */
  constants(): string[] {
    return [...this.#lead.declarations(), ...this.#account.declarations(), `const numbers = new Float64Array(${this.#numbers.size});`, ...this.#events.constants()];
  }

  /** Statements for one lead. */
  statements(): string[] {
    return [
      ...this.#lead.statements('lead.attributes'),
      ...this.#account.statements('lead.account'),
      ...[...this.#reads.values()].map(({ variable, code }) => `const ${variable} = ${code};`),
      ...[...this.#numbers].map(([read, number]) => `${number} = typeof ${read} === "number" ? ${read} : numberOf(${read});`),
      ...[...this.#moments].flatMap(([read, windows]) => momentCode(read, windows)),
      ...this.#events.statements(),
      ...this.#interests.statements(),
      ...this.#touchpoints.statements(),
    ];
  }

  /** The variable of a date as Unix milliseconds. */
  #moment(leaf: Leaf): string {
    const read = this.#read(leaf);
    const windows = this.#moments.get(read) ?? new Set();
    this.#moments.set(read, windows);
    if (leaf.operator === 'withinLast') windows.add(durationMs(String(leaf.value)));
    return `${read}At`;
  }

  /**
   * A fact as the number that it is compared as: made once, however many comparisons there are. In a typed array, because
   * machine code for variables is made for whole numbers as long as nothing else came, and made anew when it does.
   */
  #number(leaf: Leaf): string {
    const read = this.#read(leaf);
    const number = this.#numbers.get(read) ?? `numbers[${this.#numbers.size}]`;
    this.#numbers.set(read, number);
    return number;
  }

  #read(leaf: Leaf): string {
    const key = factKey(leaf);
    const known = this.#reads.get(key);
    if (known) return known.variable;
    const variable = `f${this.#reads.size}`;
    this.#reads.set(key, { variable, code: this.#readCode(leaf) });
    return variable;
  }

  #readCode(leaf: Leaf): string {
    const { fact, params } = leaf;
    if (fact === 'inJourney') return `lead.journeys.includes(${literal(String(params?.['journey']))})`;
    if (fact === 'accountCount') return `(own(lead.accountCounts, ${literal(String(params?.['condition']))}) ?? 0)`;
    if (fact === 'consent') return `consentOf(lead.consents, ${literal(`${String(params?.['channel'])}:${String(params?.['topic'])}`)})`;
    const [first = '', ...inner] = keysOf(leaf);
    const read = (fact === 'account' ? this.#account : this.#lead).variable(first);
    return inner.reduce((code, key) => `own(${code}, ${literal(key)})`, read);
  }
}

/** Operators that compare moments. */
const MOMENTS: readonly string[] = ['before', 'after', 'withinLast'];

/** A date enters each window when it comes, and leaves it the window's length later. */
function momentCode(read: string, windows: ReadonlySet<number>): string[] {
  const at = `${read}At`;
  return [
    `const ${at} = momentOf(${read});`,
    ...(windows.size > 0 ? [`if (${at} > now && ${at} < next) next = ${at};`] : []),
    ...[...windows].map((window) => `if (${at} <= now && ${at} > now - ${window} && ${at} + ${window} < next) next = ${at} + ${window};`),
  ];
}

/** What jsonpath-plus finds at a step of a path: own keys only, of texts and lists too; undefined elsewhere. */
export function own(value: unknown, key: string): unknown {
  return value && Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The consent state of `channel:topic`: its own word, else the one about every topic; `none` when the lead was never asked. */
export function consentOf(consents: Readonly<Record<string, string>>, key: string): string {
  if (Object.hasOwn(consents, key)) return consents[key] ?? 'none';
  const every = `${key.slice(0, key.indexOf(':'))}:*`;
  return Object.hasOwn(consents, every) ? (consents[every] ?? 'none') : 'none';
}
