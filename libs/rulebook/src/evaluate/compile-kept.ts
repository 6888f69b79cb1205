import { DAY, durationMs } from '@tendril/kernel';
import { literal } from './compile-comparison.ts';
import { fadingTable, mostEvents } from '../language/fading.ts';
import { milliOf } from '../language/points.ts';
import type { EventScoring } from '../language/types.ts';

/** The events that one scoring rule gives points for, as JavaScript. `variable` will hold their sum in thousandths. */
export interface KeptCode {
  /** Once for all leads. */
  readonly constants: readonly string[];
  /** Once per lead. */
  readonly declaration: string;
  /** Does the declaration count events that are no longer kept? */
  readonly readsOlder: boolean;
  /** For each fitting event, newest first; uses `at`, `now` and `next`. */
  readonly each: string;
}

/**
 * `older`: the variable of the counters of events that are no longer kept. They give points where neither a window nor fading
 * takes these away; then all of the stream's events give the same, so it makes no difference which ones are beyond `max`.
 *
 * Adds up the rule's kept events, newest first, and lowers `next` to the first moment at which one of them is worth another
 * number: a turn of its fading, or its leaving the window. Older events left the window before it, so none moves up.
 */
export function keptCode(rule: EventScoring, variable: string, older: string | null): KeptCode {
  const { points, max, per, halfLife, decay } = rule;
  const window = per.within === undefined ? Infinity : durationMs(per.within);
  const fades = halfLife !== undefined || decay !== undefined;
  const conditions = [
    ...(max === undefined ? [] : [`${variable}Kept < ${mostEvents(rule)}`]),
    ...(per.within === undefined ? [] : [`at > now - ${window}`]),
  ];
  const table = fades ? fadingTable(points, { halfLife, decay }) : null;
  const add = table ? fading(variable, window) : constant(variable, milliOf(points), window);
  const readsOlder = older !== null && window === Infinity && !fades;
  const body = `${max === undefined ? '' : `${variable}Kept++; `}${add}`;
  return {
    constants: table ? [`const ${variable}Milli = ${literal(table.milli)}, ${variable}Turns = ${literal(table.turns)};`] : [],
    declaration: readsOlder ? startAt(rule, variable, older) : `let ${variable} = 0${max === undefined ? '' : `, ${variable}Kept = 0`};`,
    readsOlder,
    each: conditions.length === 0 ? body : `if (${conditions.join(' && ')}) { ${body} }`,
  };
}

function startAt(rule: EventScoring, variable: string, older: string): string {
  const milli = milliOf(rule.points);
  if (rule.max === undefined) return `let ${variable} = ${older}.count * ${milli};`;
  return `let ${variable}Kept = Math.min(${older}.count, ${mostEvents(rule)}), ${variable} = ${variable}Kept * ${milli};`;
}

function constant(variable: string, milli: number, window: number): string {
  const due = window === Infinity || milli === 0 ? '' : ` if (at + ${window} < next) next = at + ${window};`;
  return `${variable} += ${milli};${due}`;
}

function fading(variable: string, window: number): string {
  const turn = `${variable}Turns[age] * ${DAY}`;
  const due = window === Infinity ? `at + ${turn}` : `at + Math.min(${turn}, ${window})`;
  return `{ const age = Math.floor((now - at) / ${DAY}); if (age < ${variable}Milli.length) { ${variable} += ${variable}Milli[age]; const due = ${due}; if (due < next) next = due; } }`;
}
