import type { Json, JsonObject } from '@tendril/kernel';
import type { Literal } from './normal-form.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';

/** A comparison in the words of its file, short enough for a sentence: `eventCount page_viewed within 7d atLeast 3`. */
export function comparisonText({ fact, path, params = {}, operator, value }: Leaf): string {
  const { event, within, where, ...others } = params;
  const subject = [
    fact === 'lead' && path !== undefined ? path : [fact, path],
    event,
    Object.entries(others).map(([key, given]) => (key === 'model' ? given : `${key} ${short(given)}`)),
    within === undefined ? [] : `within ${String(within)}`,
    where === undefined ? [] : `where ${whereText(where)}`,
    operator,
    operator === 'isSet' || operator === 'isNotSet' ? [] : short(value),
  ];
  return subject.flat().filter((part) => part !== undefined).join(' ');
}

/** What a literal says in its tree, and in which segment it stands if that is another file. */
export function literalText({ asked, wanted, written }: Literal): string {
  const text = 'fact' in asked ? comparisonText(asked) : asked.condition;
  const place = written.within === null ? '' : ` (in ${written.within})`;
  return `${wanted ? text : `not (${text})`}${place}`;
}

function whereText(where: Json): string {
  const tests = Object.entries((where ?? {}) as JsonObject).map(([name, test]) => {
    if (test === null || typeof test !== 'object' || Array.isArray(test)) return `${name} ${short(test)}`;
    return Object.entries(test as JsonObject).map(([operator, value]) => `${name} ${operator} ${short(value)}`);
  });
  return tests.flat().join(' and ');
}

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
