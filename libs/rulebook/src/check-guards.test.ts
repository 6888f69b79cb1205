import type { Json } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW, onlySegments, RUNS, tree } from '../test/arbitraries.ts';
import { checkGuards } from './check-guards.ts';
import { compileRules } from './compile.ts';
import type { Condition } from './types.ts';

const attribute = (name: string, operator: string, value: Json): Condition => ({ fact: 'lead', path: `$.${name}`, operator, value });

const places = (condition: Condition): string[] => checkGuards(condition, [], () => ({ type: 'text', optional: true })).map(({ path }) => path.join('.'));

const isSet = attribute('a', 'isSet', true);
const notEqual = attribute('a', 'notEqual', 'x');

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
  ])('accepts %s', (_name, condition) => {
    expect(places(condition)).toEqual([]);
  });

  it.each<[string, Condition, string]>([
    ['nothing beside it', { all: [notEqual] }, 'all.0.operator'],
    ['isSet of another fact', { all: [attribute('b', 'isSet', true), notEqual] }, 'all.1.operator'],
    ['isSet as an alternative', { any: [isSet, notEqual] }, 'any.1.operator'],
    ['isSet in a neighbour’s any', { all: [{ any: [isSet, attribute('b', 'equal', 1)] }, notEqual] }, 'all.1.operator'],
    ['not around a comparison', { all: [{ not: attribute('a', 'equal', 'x') }] }, 'all.0.not.operator'],
    ['not around all, which is an any', { not: { all: [attribute('a', 'isNotSet', true), attribute('a', 'equal', 'x')] } }, 'not.all.1.operator'],
  ])('refuses %s', (_name, condition, path) => {
    expect(places(condition)).toEqual([path]);
  });

  it('lets nothing hold for a lead of whom nothing is known', () => {
    const leaf = fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('equal', 'notEqual', 'lessThan', 'contains', 'doesNotContain', 'isSet'))
      .map(([name, operator]) => attribute(name, operator, operator === 'isSet' ? true : 5));
    const asked = { accepted: 0 };
    fc.assert(
      fc.property(tree(leaf), (condition) => {
        // A bare "not isSet" says "unknown" on purpose.
        if (places(condition).length > 0 || JSON.stringify(condition).includes('isSet')) return;
        asked.accepted++;
        for (const attributes of [{}, { a: null, b: null }]) {
          const lead = { id: 'x', attributes, account: null, events: [], stage: null, consents: {} };
          expect(compileRules(onlySegments([condition]))([lead], NOW)[0]?.segments.size).toBe(0);
        }
      }),
      { numRuns: RUNS * 2 },
    );
    expect(asked.accepted).toBeGreaterThan(RUNS / 10);
  });
});
