import type { Json } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW, onlySegments, RUNS, tree } from '../../test/arbitraries.ts';
import { checkGuards } from './check-guards.ts';
import { compileRules } from '../evaluate/compile.ts';
import { TWO_SIDED } from '../language/operators.ts';
import { type Condition, NO_TOUCHES } from '../language/types.ts';

const attribute = (name: string, operator: string, value: Json): Condition => ({ fact: 'lead', path: `$.${name}`, operator, value });

const places = (condition: Condition): string[] => checkGuards(condition, [], () => ({ type: 'text', optional: true })).map(({ path }) => path.join('.'));

const isSet = attribute('a', 'isSet', true);
const notEqual = attribute('a', 'notEqual', 'x');
const isSetB = attribute('b', 'isSet', true);
/** $.a compared with $.b */
const pair = (operator: string): Condition => ({ fact: 'lead', path: '$.a', operator, value: { fact: 'lead', path: '$.b' } });

describe('checkGuards', () => {
  it.each<[string, Condition]>([
    ['isSet beside it', { all: [isSet, notEqual] }],
    ['isSet beside it, in another order', { all: [notEqual, isSet] }],
    ['isSet above an any', { all: [isSet, { any: [notEqual, attribute('b', 'equal', 1)] }] }],
    ['a comparison that fails without the fact', { all: [attribute('a', 'startsWith', 'y'), notEqual] }],
    ['isSet beside a not', { all: [isSet, { not: attribute('a', 'equal', 'x') }] }],
    ['the same, seen from the other side', { not: { any: [attribute('a', 'isNotSet', true), attribute('a', 'equal', 'x')] } }],
    ['a negative comparison under a not', { not: notEqual }],
    ['unknown asked for on purpose', { any: [attribute('a', 'isNotSet', true), attribute('a', 'equal', 'x')] }],
    ['membership of a segment', { not: { condition: 'segments/a' } }],
    ['one of two equal attributes', { all: [isSet, pair('equal')] }],
    ['the other of them', { all: [isSetB, pair('equal')] }],
    ['one of two that do not differ', { all: [isSetB, { not: pair('notEqual') }] }],
    ['both of two that differ', { all: [isSet, isSetB, pair('notEqual')] }],
    ['both of two that are not equal', { all: [isSet, isSetB, { not: pair('equal') }] }],
    ['the second of two numbers', { all: [isSetB, pair('greaterThan')] }],
    ['the first of two numbers by their comparison', { all: [isSetB, pair('atLeast'), notEqual] }],
  ])('accepts %s', (_name, condition) => {
    expect(places(condition)).toEqual([]);
  });

  it.each<[string, Condition, string]>([
    ['nothing beside it', { all: [notEqual] }, 'all.0.operator'],
    ['isSet of another fact', { all: [attribute('b', 'isSet', true), notEqual] }, 'all.1.operator'],
    ['isSet as an alternative', { any: [isSet, notEqual] }, 'any.1.operator'],
    ['isSet in a neighbour’s any', { all: [{ any: [isSet, attribute('b', 'equal', 1)] }, notEqual] }, 'all.1.operator'],
    ['not around a comparison', { all: [{ not: attribute('a', 'equal', 'x') }] }, 'all.0.not.operator'],
    ['two attributes that are equal, also when both are unknown', { all: [pair('equal')] }, 'all.0.operator'],
    ['two attributes that differ, with one known', { all: [isSet, pair('notEqual')] }, 'all.1.operator'],
    ['two numbers, of which the second is unknown', { all: [isSet, pair('lessThan')] }, 'all.1.operator'],
    ['two numbers under a not, with one known', { all: [isSetB, { not: pair('atMost') }] }, 'all.1.not.operator'],
    ['a comparison of two as a guard of the second', { all: [pair('equal'), isSetB, attribute('a', 'notEqual', 5)] }, 'all.2.operator'],
    ['not around all, which is an any', { not: { all: [attribute('a', 'isNotSet', true), attribute('a', 'equal', 'x')] } }, 'not.all.1.operator'],
  ])('refuses %s', (_name, condition, path) => {
    expect(places(condition)).toEqual([path]);
  });

  it('lets nothing hold for a lead of whom nothing is known', () => {
    const leaf = fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('equal', 'notEqual', 'lessThan', 'contains', 'doesNotContain', 'isSet'))
      .map(([name, operator]) => attribute(name, operator, operator === 'isSet' ? true : 5));
    const two = fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('a', 'b'), fc.constantFrom(...TWO_SIDED))
      .map(([name, other, operator]) => attribute(name, operator, { fact: 'lead', path: `$.${other}` }));
    const asked = { accepted: 0 };
    fc.assert(
      fc.property(tree(fc.oneof({ weight: 3, arbitrary: leaf }, two)), (condition) => {
        // A bare "not isSet" says "unknown" on purpose.
        if (places(condition).length > 0 || JSON.stringify(condition).includes('isSet')) return;
        asked.accepted++;
        for (const attributes of [{}, { a: null, b: null }, { a: null }]) {
          const lead = { id: 'x', attributes, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES };
          expect(compileRules(onlySegments([condition]))([lead], NOW)[0]?.segments.size).toBe(0);
        }
      }),
      { numRuns: RUNS * 2 },
    );
    expect(asked.accepted).toBeGreaterThan(RUNS / 10);
  });
});
