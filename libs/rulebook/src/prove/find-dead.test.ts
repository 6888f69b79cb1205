import type { TrackingPlan } from '@tendril/events';
import { DAY, HOUR, type Json, type JsonObject } from '@tendril/kernel';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { anyLead, anyRules, attributeLeaf, eventLeaf, NOW, onlySegments, plainLeaf, RUNS, segment, touchpointLeaf, tree, windowLeaf } from '../../test/arbitraries.ts';
import { compileRules } from '../evaluate/compile.ts';
import { type Finding, findDead } from './find-dead.ts';
import type { JsonPath } from '../load/json-file.ts';
import { Judge } from './judge.ts';
import type { LiveRules } from '../evaluate/live-rules.ts';
import type { Names } from '../language/names.ts';
import { NormalForms } from './normal-form.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import type { Condition, LeadFacts } from '../language/types.ts';

const NOTHING: LiveRules = onlySegments([]);

/** What is found about the tree among the rules. */
function find(condition: Condition, rules: LiveRules = NOTHING, plan: TrackingPlan | null = null): Finding[] {
  const byId = <Rule extends { readonly id: string }>(all: readonly Rule[]): Map<string, Rule> => new Map(all.map((rule) => [rule.id, rule]));
  const names: Names = {
    ...{ plan, policies: null, stages: rules.stages, journeys: new Map(), content: new Map() },
    models: byId(rules.models),
    segments: byId(rules.segments),
  };
  const forms = new NormalForms(new Map(rules.segments.map(({ id, conditions }) => [id, conditions])));
  const judges = { strict: new Judge({ names, byPlan: false }), byPlan: new Judge({ names, byPlan: true }) };
  return findDead(forms.of(condition, []), judges, { steps: 4_096 });
}

const TRUE: Condition = { any: [{ fact: 'lead', path: '$.x', operator: 'isSet', value: true }, { fact: 'lead', path: '$.x', operator: 'isNotSet', value: true }] };

/** The tree without the elements at the paths. */
function without(condition: Condition, paths: readonly JsonPath[], here: JsonPath = []): Condition {
  if ('not' in condition) return { not: without(condition.not, paths, [...here, 'not']) };
  if (!('all' in condition) && !('any' in condition)) return condition;
  const key = 'all' in condition ? 'all' : 'any';
  const inner = 'all' in condition ? condition.all : condition.any;
  const kept = inner.flatMap((one, at) => {
    const path = [...here, key, at];
    return paths.some((gone) => gone.join('.') === path.join('.')) ? [] : [without(one, paths, path)];
  });
  // Where everything is implied, an `all` holds, and an `any` under a `not` does not.
  if (kept.length === 0) return key === 'all' ? TRUE : { not: TRUE };
  return key === 'all' ? { all: kept } : { any: kept };
}

/** Whether each of the trees holds for each of the leads. */
function answers(trees: readonly Condition[], leads: readonly LeadFacts[], rules: LiveRules = NOTHING): boolean[][] {
  const segments = [...rules.segments, ...trees.map((one, at) => segment(`tree-${at}`, one))];
  const found = compileRules({ ...rules, segments })(leads, NOW);
  return trees.map((_, at) => found.map((answer) => answer.segments.has(`segments/tree-${at}`)));
}

const seen: Record<string, number> = {};

/** Whatever is found is true of all leads. */
function holdTo(findings: readonly Finding[], condition: Condition, leads: readonly LeadFacts[], rules?: LiveRules): void {
  for (const { kind, byPlan } of findings) seen[byPlan ? `${kind} by plan` : kind] = (seen[byPlan ? `${kind} by plan` : kind] ?? 0) + 1;
  if (findings.length === 0) return;
  const gone = findings.filter(({ kind }) => kind !== 'dead' && kind !== 'always').map(({ form }) => form.written.path);
  const [before, after] = answers([condition, without(condition, gone)], leads, rules);
  expect(after).toEqual(before);
  const [{ kind } = { kind: '' }] = findings;
  if (kind === 'dead') expect(before).not.toContain(true);
  if (kind === 'always') expect(before).not.toContain(false);
  for (const { cores } of findings) expect(cores.length).toBeGreaterThan(0);
}

const drawn = fc.sample(anyLead, { numRuns: 200, seed: 7 });
/** Besides any leads, those with a number on and between those that rules ask for, as what it is and as what vendors make of it. */
const leads = [
  ...drawn,
  ...[-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4].flatMap((number) => [number, String(number), [number]]).map((a) => ({ ...(drawn[0] as LeadFacts), attributes: { a } })),
];

/** Trees over a few comparisons with few facts, so that they often have to do with each other. */
function crowded(leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  return fc.array(leaf, { minLength: 2, maxLength: 5 }).chain((leaves) => tree(fc.constantFrom(...leaves)));
}

const oneAttribute = fc.constantFrom('$.a', '$.b').chain((path) => attributeLeaf.map((leaf): Condition => ({ ...leaf, fact: 'lead', path })));
const oneEvent = eventLeaf.map((leaf): Condition => ({ ...leaf, params: { ...leaf.params, event: 'page_viewed' } }));
const nearNumbers = fc.constantFrom('equal', 'notEqual', 'atLeast', 'atMost', 'lessThan', 'greaterThan').chain((operator) =>
  fc.constantFrom<Json>(0, 1, 2, 3).map((value) => ({ operator, value })),
);
const windows = fc.constantFrom('eventCount', 'daysSince').chain((fact) =>
  fc.tuple(fc.constantFrom(undefined, '24h', '30h', '3d', '7d'), fc.constantFrom<Json>(null, { path: '/a' }, { path: { startsWith: '/a' } }), nearNumbers).map(([within, where, compared]): Leaf => {
    const params: JsonObject = { event: 'page_viewed', ...(within !== undefined && fact === 'eventCount' && { within }), ...(where !== null && { where }) };
    return { fact, params, ...compared };
  }),
);
const dates = fc.constantFrom('$.a', '$.b').chain((path) =>
  fc.oneof(
    windowLeaf.map((leaf): Condition => ({ ...leaf, path })),
    fc.constantFrom('before', 'after').chain((operator) => fc.constantFrom('2026-03-01', '2026-03-10').map((value): Condition => ({ fact: 'lead', path, operator, value }))),
  ),
);

describe('what is found about a condition tree', () => {
  it.each<[string, fc.Arbitrary<Condition>]>([
    ['one attribute', oneAttribute],
    ['one number', nearNumbers.map((compared): Condition => ({ fact: 'lead', path: '$.a', ...compared }))],
    ['events of one type', oneEvent],
    ['counts of nested windows, and days since', windows],
    ['dates', dates],
    ['counts of touchpoints', touchpointLeaf],
    ['plain facts', plainLeaf],
  ])('is true of every lead: %s', (_name, leaf) => {
    fc.assert(fc.property(crowded(leaf), (condition) => holdTo(find(condition), condition, leads)), { numRuns: RUNS });
  });

  it('is true of every lead, with scores, grades, stages and references', () => {
    fc.assert(
      fc.property(anyRules, fc.infiniteStream(fc.nat()), (rules, numbers) => {
        const trees = [...rules.segments, ...rules.stages].flatMap(({ conditions }) => conditions ?? []);
        const leaves = trees.flatMap((one) => leavesIn(one));
        const pick = (): Condition => leaves[(numbers.next().value ?? 0) % leaves.length] ?? TRUE;
        const mixed: Condition = { all: [pick(), { any: [pick(), { not: pick() }, { all: [pick(), pick()] }] }] };
        for (const condition of [...rules.segments.map(({ conditions }) => conditions), mixed]) holdTo(find(condition, rules), condition, leads, rules);
      }),
      { numRuns: Math.ceil(RUNS / 8) },
    );
  }, 120_000);

  it('is true of leads as the plan has them, where it is found by the plan', () => {
    fc.assert(
      fc.property(planned, fc.array(plannedLead, { minLength: 100, maxLength: 100 }), (condition, fitting) => {
        const findings = find(condition, NOTHING, PLAN);
        holdTo(findings, condition, findings.some(({ byPlan }) => byPlan) ? fitting : leads);
      }),
      { numRuns: RUNS },
    );
  });

  it('ends without an answer where there are too many ways', () => {
    const inHole = (pigeon: number, hole: number): Condition => ({ fact: 'lead', path: `$.p${pigeon}`, operator: 'equal', value: hole });
    const pigeons = Array.from({ length: 12 }, (_, at) => at);
    const holes = pigeons.slice(1);
    const everyPigeon = pigeons.map((pigeon): Condition => ({ any: holes.map((hole) => inHole(pigeon, hole)) }));
    const noneTogether = pigeons.flatMap((one) =>
      pigeons.slice(one + 1).flatMap((other) => holes.map((hole): Condition => ({ not: { all: [inHole(one, hole), inHole(other, hole)] } }))),
    );
    const start = performance.now();
    expect(find({ all: [...everyPigeon, ...noneTogether] })).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  afterAll(() => {
    // Each kind was put to the proof often enough to mean something.
    const often = Object.entries(seen).filter(([kind, times]) => times > RUNS / (kind === 'dead by plan' ? 200 : 10));
    expect(often.map(([kind]) => kind)).toEqual(expect.arrayContaining(['dead', 'branch', 'always', 'implied', 'covered', 'dead by plan']));
  });
});

function leavesIn(condition: Condition): Condition[] {
  if ('not' in condition) return leavesIn(condition.not);
  const inner = 'all' in condition ? condition.all : 'any' in condition ? condition.any : null;
  return inner ? inner.flatMap(leavesIn) : [condition];
}

const PLAN: TrackingPlan = {
  attributes: {
    industry: { type: 'string', meaning: 'Trade', values: ['healthcare', 'retail'] },
    size: { type: 'number', meaning: 'Head count' },
    reads: { type: 'boolean', meaning: 'Reads it' },
    tags: { type: 'strings', meaning: 'Labels', values: ['x', 'y'] },
    ends: { type: 'date', meaning: 'End of contract' },
  },
  account: {},
  events: {},
};

const PLANNED: Readonly<Record<string, readonly (readonly [operators: readonly string[], values: readonly Json[]])[]>> = {
  industry: [
    [['equal', 'notEqual'], ['healthcare', 'retail']],
    [['in', 'notIn'], [['healthcare'], ['retail', 'healthcare']]],
    [['startsWith', 'endsWith', 'matches'], ['re', 'care', 'tail', 'x']],
  ],
  size: [[['equal', 'notEqual', 'atLeast', 'atMost', 'lessThan', 'greaterThan'], [0, 1, 1.5, 2]]],
  reads: [[['equal', 'notEqual'], [true, false]]],
  tags: [
    [['contains', 'doesNotContain'], ['x', 'y']],
    [['containsAny'], [['x'], ['x', 'y']]],
  ],
  ends: [
    [['before', 'after'], ['2026-03-01', '2026-03-10T12:00:00Z']],
    [['withinLast'], ['24h', '9d']],
    [['equal', 'startsWith'], ['2026-03-01', '2026-03']],
  ],
};

const plannedLeaf = (name: string): fc.Arbitrary<Condition> =>
  fc
    .constantFrom(...(PLANNED[name] ?? []), [['isSet', 'isNotSet'], [true]] as const)
    .chain(([operators, values]) => fc.tuple(fc.constantFrom(...operators), fc.constantFrom(...values)))
    .map(([operator, value]) => ({ fact: 'lead', path: `$.${name}`, operator, value }));

const planned = fc.uniqueArray(fc.constantFrom(...Object.keys(PLANNED)), { minLength: 1, maxLength: 2 }).chain((names) => aboutKnown(names));

/** Besides any trees, such that ask for what is known and rule out one thing after the other. */
function aboutKnown(names: readonly string[]): fc.Arbitrary<Condition> {
  const leaf = fc.oneof(...names.map(plannedLeaf));
  const known = names.map((name): Condition => ({ fact: 'lead', path: `$.${name}`, operator: 'isSet', value: true }));
  const ruledOut = fc.array(fc.oneof(leaf, leaf.map((not): Condition => ({ not }))), { minLength: 1, maxLength: 4 });
  return fc.oneof(crowded(leaf), ruledOut.map((others): Condition => ({ all: [...known, ...others] })));
}

const plannedLead: fc.Arbitrary<LeadFacts> = fc
  .record<{ industry: Json; size: Json; reads: Json; tags: Json; ends: Json }, never>(
    {
      industry: fc.constantFrom<Json>('healthcare', 'retail', null),
      size: fc.constantFrom<Json>(-1, 0, 0.5, 1, 1.25, 1.5, 2, 3, null),
      reads: fc.constantFrom<Json>(true, false, null),
      tags: fc.constantFrom<Json>([], ['x'], ['y'], ['x', 'y'], null),
      ends: fc.oneof(
        fc.constantFrom<Json>('2026-02-28', '2026-03-01', '2026-03-10T12:00:00Z', null),
        fc.constantFrom(-DAY, 0, HOUR, DAY - 1, DAY, 9 * DAY - 1, 9 * DAY, 20 * DAY).map((age): Json => new Date(NOW.getTime() - age).toISOString()),
      ),
    },
    { noNullPrototype: true },
  )
  .map((attributes) => ({ ...(leads[0] as LeadFacts), attributes }));
