import type { Json } from '@tendril/kernel';
import { ownOperators } from '../language/operators.ts';
import type { Rulebook } from '../language/types.ts';

/** One comparison with an attribute or an event's property, wherever in the rules it stands and whatever the rule's status. */
export interface AskedValue {
  /** `lead.industry`, `account.sites`, `page_viewed.path`. */
  readonly place: string;
  readonly operator: string;
  readonly value: Json;
}

/** Everything that a rulebook's rules compare attributes and properties with, in the order of its files. */
export function askedValues({ models, segments, stages, journeys }: Pick<Rulebook, 'models' | 'segments' | 'stages' | 'journeys'>): AskedValue[] {
  return objectsIn([models, segments, stages, journeys]).flatMap((object) => [...askedOfAttribute(object), ...askedOfEvent(object)]);
}

/** All objects inside a value, so that whatever form of rule holds a comparison, it is found. */
function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (value === null || typeof value !== 'object') return [];
  return [value as Readonly<Record<string, unknown>>, ...Object.values(value).flatMap(objectsIn)];
}

function askedOfAttribute({ fact, path, operator, value }: Readonly<Record<string, unknown>>): AskedValue[] {
  if ((fact !== 'lead' && fact !== 'account') || typeof path !== 'string') return [];
  const [name = '', ...inner] = path.replace(/^\$\./, '').split('.');
  return [{ place: `${fact}.${name}`, operator: inner.length > 0 ? 'inside' : String(operator), value: value as Json }];
}

function askedOfEvent({ event, where, property }: Readonly<Record<string, unknown>>): AskedValue[] {
  if (typeof event !== 'string') return [];
  const tests = where !== null && typeof where === 'object' ? Object.entries(where as Readonly<Record<string, Json>>) : [];
  return [
    ...tests.flatMap(([name, wanted]) => whereTests(wanted).map(([operator, value]) => ({ place: `${event}.${name}`, operator, value }))),
    ...(typeof property === 'string' ? [{ place: `${event}.${property}`, operator: 'aggregate', value: null }] : []),
  ];
}

function whereTests(wanted: Json): [operator: string, value: Json][] {
  if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) return [['equal', wanted]];
  return Object.entries(wanted as Readonly<Record<string, Json>>);
}

/** Do all these comparisons answer alike for two values? Operators that are not known here tell any two values apart. */
export function answeredAlike(asked: readonly AskedValue[], one: Json, other: Json, now: Date): boolean {
  const own = ownOperators(now);
  return asked.every(({ operator, value }) => {
    const compare = own[operator] ?? ENGINE[operator];
    return compare ? compare(one, value) === compare(other, value) : one === other;
  });
}

type Compare = (fact: Json, wanted: Json) => boolean;

const oneOf: Compare = (fact, wanted) => Array.isArray(wanted) && wanted.includes(fact);
const contains: Compare = (fact, wanted) => Array.isArray(fact) && fact.includes(wanted);

/** Those of json-rules-engine that texts and lists are compared with. */
const ENGINE: Readonly<Record<string, Compare>> = {
  equal: (fact, wanted) => fact === wanted,
  notEqual: (fact, wanted) => fact !== wanted,
  in: oneOf,
  notIn: (fact, wanted) => !oneOf(fact, wanted),
  contains,
  doesNotContain: (fact, wanted) => Array.isArray(fact) && !contains(fact, wanted),
};
