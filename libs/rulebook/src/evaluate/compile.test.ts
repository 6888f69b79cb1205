import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, attributeLeaf, eventLeaf, interestLeaf, NOW, onlySegments, pairLeaf, PATIENCE, plainLeaf, RUNS, segment, touchpointLeaf, tree, windowLeaf } from '../../test/arbitraries.ts';
import { compileRules, evaluatorCode } from './compile.ts';
import { explainConditions } from '../explain/explain-conditions.ts';
import type { LiveRules } from './live-rules.ts';
import { type Condition, type LeadFacts, NO_TOUCHES, type ScoringModel } from '../language/types.ts';

const nobody: LeadFacts = { id: 'x', attributes: {}, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES };

/** Which of the conditions hold, by the compiled code. */
function compiled(conditions: readonly Condition[], lead: LeadFacts): boolean[] {
  const [answer] = compileRules(onlySegments(conditions))([lead], NOW);
  return conditions.map((_, at) => answer?.segments.has(`segments/${at}`) === true);
}

/** The same, by json-rules-engine. */
async function interpreted(conditions: readonly Condition[], lead: LeadFacts): Promise<boolean[]> {
  const rules = onlySegments(conditions);
  const found = { scores: new Map(), stage: null };
  return (await explainConditions(conditions, rules, { lead, now: NOW, found })).map(({ holds }) => holds);
}

describe('the compiled evaluator', () => {
  it('answers as json-rules-engine does, on random trees and odd facts', PATIENCE, async () => {
    const cases = fc.tuple(fc.array(tree(plainLeaf), { minLength: 1, maxLength: 4 }), anyLead);
    await fc.assert(
      fc.asyncProperty(cases, async ([conditions, lead]) => {
        expect(compiled(conditions, lead)).toEqual(await interpreted(conditions, lead));
      }),
      { numRuns: RUNS },
    );
  });

  it('answers each comparison as json-rules-engine does', PATIENCE, async () => {
    const cases = fc.tuple(fc.array(fc.oneof({ weight: 2, arbitrary: attributeLeaf }, pairLeaf), { minLength: 5, maxLength: 20 }), anyLead);
    await fc.assert(
      fc.asyncProperty(cases, async ([leaves, lead]) => {
        const conditions = leaves.map((leaf) => ({ all: [leaf] }));
        expect(compiled(conditions, lead)).toEqual(await interpreted(conditions, lead));
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['a numeric text compares as a number', 'greaterThan', '12', 5, true],
    ['a text that begins with digits only does not', 'greaterThan', '12abc', 5, false],
    ['two texts compare as texts', 'greaterThan', '9', '10', true],
    ['a list of one number compares', 'greaterThan', [5], 3, true],
    ['true is no number', 'greaterThanInclusive', true, 1, false],
    ['null is not less', 'lessThan', null, 5, false],
    ['an empty text is not less', 'lessThan', '', 5, false],
    ['a pattern is sought anywhere', 'matches', 'chief of operations', 'oper', true],
    ['a pattern can be tied to both ends', 'matches', 'operations', '^oper$', false],
    ['a pattern finds nothing in numbers', 'matches', 5, '5', false],
    ['a nested repetition takes no time', 'matches', 'a'.repeat(50_000), '(a+)+$b', false],
    ['a day alone begins at midnight UTC', 'before', '2026-03-01', '2026-03-01T00:00:01Z', true],
    ['no moment is before itself', 'before', '2026-03-01T01:00:00+01:00', '2026-03-01', false],
    ['a moment is after an earlier one', 'after', '2026-03-01T01:00:01+01:00', '2026-03-01', true],
    ['what is no date is neither before nor after', 'after', 'tomorrow', '2026-03-01', false],
    ['a window is open at its far end', 'withinLast', '2026-03-09T12:00:00Z', '24h', false],
    ['a window is closed at now', 'withinLast', '2026-03-10T12:00:00Z', '24h', true],
    ['a date to come is not within the last', 'withinLast', '2026-03-10T12:00:00.001Z', '24h', false],
    ['an object whose toString is data is no number', 'lessThan', { toString: 1 }, 5, false],
  ] as const)('knows that %s', (_name, operator, a, value, holds) => {
    expect(compiled([{ all: [{ fact: 'lead', path: '$.a', operator, value }] }], { ...nobody, attributes: { a } })).toEqual([holds]);
  });

  it('reads nothing that an object merely inherits', () => {
    const conditions = ['$.constructor', '$.__proto__', '$.a.concat'].map((path) => ({ all: [{ fact: 'lead', path, operator: 'isSet', value: true }] }));
    expect(compiled(conditions, { ...nobody, attributes: { a: [] } })).toEqual([false, false, false]);
  });

  it('lets no text of an author become code', () => {
    const evil = '"];throw 1;//\u2028\n${x}';
    const rules = onlySegments([{ all: [{ fact: 'lead', path: '$.a', operator: 'in', value: [evil] }] }]);
    expect(compileRules(rules)([{ ...nobody, attributes: { a: evil } }], NOW)[0]?.segments.size).toBe(1);
    const where = { fact: 'eventCount', params: { event: evil, where: { path: { startsWith: evil } } }, operator: 'equal', value: 0 };
    expect(compiled([{ all: [where] }], nobody)).toEqual([true]);
  });

  it('computes a comparison that several rules share once', () => {
    const leaf = { fact: 'lead', path: '$.a', operator: 'equal', value: 'shared' };
    const code = evaluatorCode({ ...onlySegments([{ all: [leaf] }, { any: [leaf] }]), segments: [segment('a', { all: [leaf] }), segment('b', { not: leaf })] });
    expect(code.match(/shared/g)).toHaveLength(1);
  });
});

describe('scores', () => {
  it.each([
    [[0.7, 0.1], 800, 'A'],
    [[0.7, 0.099], 799, 'B'],
    [[0.1, 0.2], 300, 'B'],
    [[0.299], 299, 'C'],
    [[-5], 0, 'C'],
    [[50, 60], 100_000, 'A'],
  ])('of %j points are exact thousandths within the scale, and the grades begin where they say', (points, milli, grade) => {
    const holds: Condition = { all: [{ fact: 'stage', operator: 'equal', value: 'awareness' }] };
    const model: ScoringModel = {
      ...segment('x', holds),
      id: 'scoring/fit',
      scale: { min: 0, max: 100 },
      groups: {},
      rules: points.map((each, at) => ({ name: String(at), points: each, conditions: holds })),
      grades: { B: 0.3, C: 0, A: 0.8 },
    };
    const rules: LiveRules = { ...onlySegments([]), models: [model], stages: [{ name: 'awareness', title: 'Awareness' }] };
    expect(compileRules(rules)([nobody], NOW)[0]?.scores).toEqual({ 'scoring/fit': { milli, grade } });
  });
});

describe('the next moment to look', () => {
  const evaluate = compileRules(onlySegments([]));

  it('is never for rules without time', () => {
    expect(evaluate([nobody], NOW)[0]?.nextAt).toBeNull();
  });

  const cases = fc.tuple(fc.array(tree(plainLeaf), { minLength: 1, maxLength: 4 }), anyLead, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }));

  it('comes after a time in which no answer changes', () => {
    fc.assert(
      fc.property(cases, ([conditions, lead, part]) => {
        const run = compileRules(onlySegments(conditions));
        const [answer] = run([lead], NOW);
        const next = answer?.nextAt?.getTime() ?? NOW.getTime() + 1e11;
        expect(next).toBeGreaterThan(NOW.getTime());
        for (const until of [next - 1, NOW.getTime() + Math.floor((next - NOW.getTime()) * part)]) {
          expect(run([lead], new Date(until))).toEqual([answer]);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('is not too early: some comparison changes at it', () => {
    fc.assert(
      fc.property(fc.tuple(fc.array(fc.oneof(eventLeaf, windowLeaf, touchpointLeaf, interestLeaf), { minLength: 1, maxLength: 4 }), anyLead), ([leaves, lead]) => {
        const run = compileRules(onlySegments(leaves.map((leaf) => ({ all: [leaf] }))));
        const [answer] = run([lead], NOW);
        if (!answer?.nextAt) return;
        expect(run([lead], answer.nextAt)[0]?.segments).not.toEqual(answer.segments);
      }),
      { numRuns: RUNS },
    );
  });

  it('is when a date to come enters its window, then when it leaves', () => {
    const at = new Date(NOW.getTime() + 60_000);
    const run = compileRules(onlySegments([{ all: [{ fact: 'lead', path: '$.a', operator: 'withinLast', value: '24h' }] }]));
    const lead = { ...nobody, attributes: { a: at.toISOString() } };
    expect(run([lead], NOW)[0]).toMatchObject({ segments: new Set(), nextAt: at });
    expect(run([lead], at)[0]).toMatchObject({ segments: new Set(['segments/0']), nextAt: new Date(at.getTime() + 24 * 3_600_000) });
  });

  it('is when an event from the future, should there be one, begins to count', () => {
    const at = new Date(NOW.getTime() + 60_000);
    const run = compileRules(onlySegments([{ all: [{ fact: 'eventCount', params: { event: 'page_viewed' }, operator: 'atLeast', value: 1 }] }]));
    const [answer] = run([{ ...nobody, events: [{ type: 'page_viewed', at, properties: {} }] }], NOW);
    expect(answer?.segments.size).toBe(0);
    expect(answer?.nextAt).toEqual(at);
  });
});
