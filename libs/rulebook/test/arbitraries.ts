import type { LeadEvent, PropertyPlan, TrackingPlan } from '@tendril/events';
import { DAY, HOUR, type Json, type JsonObject } from '@tendril/kernel';
import fc from 'fast-check';
import { AGGREGATES } from '../src/language/aggregates.ts';
import type { LiveRules } from '../src/evaluate/live-rules.ts';
import { TWO_SIDED } from '../src/language/operators.ts';
import type { Leaf } from '../src/evaluate/rule-graph.ts';
import type { Condition, EventScoring, LeadFacts, LeadTouchpoint, ScoringModel, ScoringRule, SegmentRule } from '../src/language/types.ts';

/** How many random cases a property tries: TENDRIL_RUNS, or 400. */
export const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 400);

/** For properties that ask json-rules-engine: 10 ms a case here, several times that on a busy machine. */
export const PATIENCE = { timeout: 30_000 + RUNS * 60 };

/** The evaluation's moment in random tests. */
export const NOW = new Date('2026-03-10T12:00:00.000Z');

const odd = fc.constantFrom<Json>(null, '', 'a', 'ab', '5', '5abc', '9', '10', ' 7', '1e3', 'Infinity', true, false, 0, -0, 5, 9.5, -3);
const date = fc.constantFrom<Json>(
  '2026-03-01', '2026-03-10', '2026-03-10T12:00:00Z', '2026-03-10T12:00:00.001Z', '2026-03-10T12:30:00+01:00', '2026-03-09T12:00:00Z', '2026-03-13', '2026-02-30',
);
const TOPICS = ['crm', 'billing', 'constructor'] as const;
/** One topic, several, or what is none. */
const topics = fc.oneof(
  fc.constantFrom<Json>(...TOPICS, '', 5, null),
  fc.array(fc.constantFrom<Json>(...TOPICS, '', 5, null), { maxLength: 3 }) as fc.Arbitrary<Json>,
);

const value: fc.Arbitrary<Json> = fc.oneof({ weight: 6, arbitrary: odd }, { weight: 3, arbitrary: date }, { weight: 2, arbitrary: fc.array(odd, { maxLength: 3 }) }, fc.constant<Json>({ a: 5 }));
const KEYS = ['a', 'b', 'n', 'length', 'constructor', 'toString_'] as const;
const flat = fc.dictionary(fc.constantFrom<string>(...KEYS), value, { maxKeys: 6, noNullPrototype: true });
const attributes: fc.Arbitrary<JsonObject> = fc
  .tuple(flat, fc.option(flat), fc.option(topics), fc.option(topics))
  .map(([top, nested, topic, likes]) => ({ ...top, ...(nested && { n: nested }), ...(topic !== null && { topic }), ...(likes !== null && { likes }) }));

const path = fc
  .tuple(fc.constantFrom<string>(...KEYS, '0'), fc.option(fc.constantFrom<string>(...KEYS, '0')))
  .map(([first, second]) => (second === null ? `$.${first}` : `$.${first}.${second}`));

const scalar = fc.constantFrom<Json>('a', 'ab', 'b', '5', '9', '10', '', true, false, 0, 5, 9.5, -3);
const list = fc.array(scalar, { minLength: 1, maxLength: 4 });

const SCALAR_OPERATORS = [
  'equal', 'notEqual', 'contains', 'doesNotContain', 'lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive', 'atLeast', 'atMost',
];

const within = fc.record({ operator: fc.constant('withinLast'), value: fc.constantFrom<Json>('90m', '24h', '9d', '30d') });

const anyComparison = fc.oneof(
  fc.record({ operator: fc.constantFrom(...SCALAR_OPERATORS), value: scalar }),
  fc.record({ operator: fc.constantFrom('startsWith', 'endsWith'), value: fc.constantFrom<Json>('a', 'b', '5', '') }),
  fc.record({ operator: fc.constantFrom('in', 'notIn', 'containsAny'), value: list as fc.Arbitrary<Json> }),
  fc.record({ operator: fc.constantFrom('isSet', 'isNotSet'), value: fc.constant<Json>(true) }),
  fc.record({ operator: fc.constant('matches'), value: fc.constantFrom<Json>('b', '^5', '\\d$', '.', '(?i)^A', '(a|b)+$') }),
  fc.record({ operator: fc.constantFrom('before', 'after'), value: fc.constantFrom<Json>('2026-03-01', '2026-03-10T12:00:00Z', '2026-03-10T11:00:00+02:00') }),
  within,
);

const numberComparison = fc.oneof(
  fc.record({
    operator: fc.constantFrom('equal', 'notEqual', 'lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive', 'atLeast', 'atMost'),
    value: fc.constantFrom<Json>(-1, 0, 1, 2, 2.5, 3, 5),
  }),
  fc.record({ operator: fc.constantFrom('in', 'notIn'), value: fc.array(fc.constantFrom<Json>(0, 1, 3), { minLength: 1, maxLength: 2 }) as fc.Arbitrary<Json> }),
);

/** A comparison with an attribute of the lead or its account. */
export const attributeLeaf: fc.Arbitrary<Leaf> = fc
  .tuple(fc.constantFrom('lead', 'account'), path, anyComparison)
  .map(([fact, where, compared]) => ({ fact, path: where, ...compared }));

/** A comparison of two attributes. */
export const pairLeaf: fc.Arbitrary<Leaf> = fc
  .record({ fact: fc.constantFrom('lead', 'account'), path, operator: fc.constantFrom(...TWO_SIDED), other: fc.constantFrom('lead', 'account'), to: path })
  .map(({ other, to, ...leaf }) => ({ ...leaf, value: { fact: other, path: to } }));

const event = fc.constantFrom('page_viewed', 'app_opened');
const where = fc.constantFrom<JsonObject | null>(null, { path: '/a' }, { path: { startsWith: '/a' } }, { path: { in: ['/b', '/ab'] }, n: 1 });
const counted = fc
  .record({ event, within: fc.constantFrom(null, '90m', '24h', '3d', '7d'), where })
  .map((params) => Object.fromEntries(Object.entries(params).filter(([, given]) => given !== null)) as JsonObject);
const dated = fc.record({ event, where }).map(({ event: type, where: test }): JsonObject => (test ? { event: type, where: test } : { event: type }));

/** Is a date of the lead in a window? */
export const windowLeaf: fc.Arbitrary<Leaf> = fc
  .tuple(fc.constantFrom('$.a', '$.b', '$.n.a'), within)
  .map(([where, compared]) => ({ fact: 'lead', path: where, ...compared }));

/** A comparison with a count of events, or with the days since one. */
export const eventLeaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.tuple(counted, numberComparison).map(([params, compared]) => ({ fact: 'eventCount', params, ...compared })),
  fc
    .tuple(fc.constantFrom(...AGGREGATES), counted, numberComparison)
    .map(([fact, params, compared]) => ({ fact, params: { ...params, property: 'n' }, ...compared })),
  fc
    .tuple(fc.constantFrom(...AGGREGATES), counted)
    .map(([fact, params]) => ({ fact, params: { ...params, property: 'n' }, operator: 'isNotSet', value: true })),
  fc.tuple(dated, numberComparison).map(([params, compared]) => ({ fact: 'daysSince', params, ...compared })),
  dated.map((params) => ({ fact: 'daysSince', params, operator: 'isSet', value: true })),
);

const consentLeaf = fc.record({
  fact: fc.constant('consent'),
  params: fc.constant<JsonObject>({ channel: 'email', topic: 'product' }),
  operator: fc.constantFrom('equal', 'notEqual'),
  value: fc.constantFrom<Json>('granted', 'denied', 'none'),
});

const CHANNELS = ['email', 'sms'] as const;
const CONTENT = ['content/a', 'content/b'] as const;
const STATES = ['planned', 'held', 'accepted', 'suppressed'] as const;
const JOURNEYS = ['journeys/a', 'journeys/b', 'constructor'] as const;
const COUNTED = ['segments/a', 'segments/b', 'constructor', '__proto__'] as const;

const sometimes = <Value extends Json>(...values: readonly Value[]): fc.Arbitrary<Value | null> => fc.constantFrom(null, ...values);
const touched = fc
  .record({ channel: sometimes(...CHANNELS), content: sometimes(...CONTENT), state: sometimes(...STATES), within: sometimes('90m', '24h', '3d', '7d') })
  .map((params) => Object.fromEntries(Object.entries(params).filter(([, given]) => given !== null)) as JsonObject);

/** A comparison with a count of touchpoints. */
export const touchpointLeaf: fc.Arbitrary<Leaf> = fc
  .tuple(touched, numberComparison)
  .map(([params, compared]) => ({ fact: 'touchpointCount', ...(Object.keys(params).length > 0 && { params }), ...compared }));

/** A comparison with the journeys of the lead, or with the leads of its account. */
const standingLeaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({
    fact: fc.constant('inJourney'),
    params: fc.constantFrom(...JOURNEYS).map((journey): JsonObject => ({ journey })),
    operator: fc.constantFrom('equal', 'notEqual', 'isSet'),
    value: fc.boolean() as fc.Arbitrary<Json>,
  }),
  fc
    .tuple(fc.constantFrom(...COUNTED), numberComparison)
    .map(([condition, compared]) => ({ fact: 'accountCount', params: { condition }, ...compared })),
);

const textComparison = fc.oneof(
  fc.record({ operator: fc.constantFrom('equal', 'notEqual'), value: fc.constantFrom<Json>(...TOPICS, 'other') }),
  fc.record({ operator: fc.constantFrom('in', 'notIn'), value: fc.subarray([...TOPICS], { minLength: 1 }) as fc.Arbitrary<Json> }),
  fc.record({ operator: fc.constantFrom('isSet', 'isNotSet'), value: fc.constant<Json>(true) }),
  fc.record({ operator: fc.constantFrom('startsWith', 'matches'), value: fc.constantFrom<Json>('c', 'b') }),
);

/** A comparison with what the lead is interested in. */
export const interestLeaf: fc.Arbitrary<Leaf> = fc
  .tuple(fc.record({ rank: sometimes(1, 2, 3), within: sometimes('90m', '24h', '3d', '7d') }), textComparison)
  .map(([given, compared]) => {
    const params = Object.fromEntries(Object.entries(given).filter(([, param]) => param !== null)) as JsonObject;
    return { fact: 'interest', ...(Object.keys(params).length > 0 && { params }), ...compared };
  });

/** Any comparison with a plain fact. */
export const plainLeaf: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 4, arbitrary: attributeLeaf },
  { weight: 3, arbitrary: eventLeaf },
  pairLeaf,
  windowLeaf,
  consentLeaf,
  touchpointLeaf,
  standingLeaf,
  interestLeaf,
);

/** A tree over the given leaves, with a node at the top. */
export function tree(leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  const { node } = fc.letrec<{ node: Condition; any: Condition }>((tie) => ({
    any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('node')),
    node: fc.oneof(
      fc.record({ all: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('any') }),
    ),
  }));
  return node;
}

// Round ages, so that events lie on the edges of windows and days as often as beside them.
const age = fc.oneof(fc.constantFrom(0, HOUR, 90 * 60_000, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY), fc.integer({ min: 0, max: 9 * DAY }));

/** A history, oldest first. */
export const leadEvents: fc.Arbitrary<LeadEvent[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom('page_viewed', 'app_opened', 'never_read'),
      age,
      path: fc.constantFrom<Json>('/a', '/ab', '/b', null, 5),
      n: fc.constantFrom<Json>(1, '1', 2.5, -3, 0.1, 0.2),
      topic: topics,
    }),
    { maxLength: 10 },
  )
  .map((events) =>
    events
      .sort((a, b) => b.age - a.age)
      .map(({ type, age: since, path: at, n, topic }) => ({ type, at: new Date(NOW.getTime() - since), properties: { n, topic, ...(at !== null && { path: at }) } })),
  );

const STAGES = ['awareness', 'consideration', 'decision'] as const;

/** Oldest first. */
const touchpoints: fc.Arbitrary<LeadTouchpoint[]> = fc
  .array(fc.record({ channel: fc.constantFrom(...CHANNELS), content: fc.constantFrom(...CONTENT), state: fc.constantFrom<string>(...STATES), age }), { maxLength: 6 })
  .map((all) => all.sort((a, b) => b.age - a.age).map(({ age: since, ...touch }) => ({ ...touch, at: new Date(NOW.getTime() - since) })));

/** A lead with odd attributes and a history. */
export const anyLead: fc.Arbitrary<LeadFacts> = fc.record({
  id: fc.constant('lead-1'),
  attributes,
  account: fc.option(attributes),
  events: leadEvents,
  stage: fc.constantFrom(null, ...STAGES, 'a-stage-of-another-rulebook'),
  consents: fc.constantFrom<LeadFacts['consents']>({}, { 'email:product': 'granted' }, { 'email:product': 'denied' }, { 'email:*': 'granted' }, { 'email:*': 'granted', 'email:product': 'denied' }, { 'sms:*': 'granted' }),
  journeys: fc.subarray([...JOURNEYS]),
  touchpoints,
  accountCounts: fc.dictionary(fc.constantFrom(...COUNTED), fc.nat(4), { noNullPrototype: true }),
});

const header = { version: 1, status: 'live', owner: 'growth', title: 'Random' } as const;

/** A live segment of the conditions. */
export function segment(id: string, conditions: Condition): SegmentRule {
  return { ...header, id: `segments/${id}`, conditions };
}

const stating: PropertyPlan = { type: 'strings', meaning: 'What it is about', interest: true };

/** Leads state topics in two attributes, and read about one in two events. */
export const PLAN: TrackingPlan = {
  attributes: { likes: stating, topic: stating },
  account: {},
  events: { app_opened: { meaning: 'Opened', properties: { topic: stating } }, page_viewed: { meaning: 'Viewed', properties: { topic: stating } } },
};

/** A segment for each of the conditions, and nothing else. */
export function onlySegments(conditions: readonly Condition[]): LiveRules {
  return { models: [], stages: [], regression: 'allow', trackingPlan: PLAN, segments: conditions.map((one, at) => segment(String(at), one)) };
}

const points = fc.integer({ min: -20_000, max: 20_000 }).map((milli) => milli / 1000);

const fading = fc.constantFrom<Pick<EventScoring, 'halfLife' | 'decay'>>(
  {},
  { halfLife: '1d' },
  { halfLife: '36h' },
  { halfLife: '14d' },
  { decay: { linear: '3d' } },
  { decay: { linear: '100h' } },
  { decay: { steps: { '5d': 0.5, '2d': 1 } } },
  { decay: { steps: { '1d': 0.333333, '7d': 0.1, '30d': 0.1 } } },
);

/** Points for each event, as a scoring rule of the name `events`. */
export const eventScoring: fc.Arbitrary<EventScoring> = fc
  .record({
    points: points.filter((each) => each !== 0),
    times: fc.option(fc.constantFrom(1, 1.5, 2, 3, 8, 9)),
    per: counted as fc.Arbitrary<EventScoring['per'] & JsonObject>,
    fading,
  })
  .map(({ points: each, times, per, fading: how }) => ({ name: 'events', points: each, per, ...how, ...(times !== null && { max: each * times }) }));

/** A model of these lines with nothing that hides a change of their sum. */
export function plainModel(rules: readonly ScoringRule[]): ScoringModel {
  return { ...header, id: 'scoring/plain', scale: { min: -1e9, max: 1e9 }, groups: {}, rules };
}

function model(id: string, leaf: fc.Arbitrary<Condition>): fc.Arbitrary<ScoringModel> {
  return fc
    .record({
      rules: fc.array(
        fc.tuple(fc.oneof({ weight: 2, arbitrary: fc.record({ points, conditions: tree(leaf) }) }, eventScoring), fc.constantFrom(undefined, 'web', 'email')),
        { minLength: 1, maxLength: 5 },
      ),
      groups: fc.record({ web: fc.record({ max: points }), email: fc.record({ max: points }) }),
      scale: fc.constantFrom({ min: 0, max: 20 }, { min: -5.5, max: 7.125 }, { min: -100, max: 100 }),
      grades: fc.option(fc.constant({ A: 8, C: -100, B: 0.5 }), { nil: undefined }),
    })
    .map(({ rules, ...rest }) => ({ ...header, ...rest, id, rules: rules.map(([rule, group], at) => ({ ...rule, group, name: `rule-${at}` })) }));
}

/** All kinds of rules, building on each other: model → stage and first segment → second model → second segment. */
export const anyRules: fc.Arbitrary<LiveRules> = fc
  .record({
    first: model('scoring/first', plainLeaf),
    second: model('scoring/second', withScore('scoring/first', fc.constantFrom<Condition>({ condition: 'segments/one' }, { condition: 'segments/two' }))),
    consideration: tree(withScore('scoring/first', plainLeaf)),
    decision: tree(withScore('scoring/first', plainLeaf)),
    one: tree(withScore('scoring/first', plainLeaf)),
    two: tree(fc.oneof(withScore('scoring/first', plainLeaf), stageLeaf(), fc.constant<Condition>({ condition: 'segments/one' }))),
    three: tree(fc.oneof(withScore('scoring/second', plainLeaf), gridLeaf(), fc.constant<Condition>({ condition: 'segments/two' }))),
    regression: fc.constantFrom('never' as const, 'allow' as const),
    open: fc.option(tree(plainLeaf), { nil: undefined }),
    guards: fc.array(fc.option(tree(withScore('scoring/first', plainLeaf)), { nil: undefined }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ first, second, consideration, decision, one, two, three, regression, open, guards }) => ({
    models: [grid, second, first],
    segments: [segment('three', three), segment('two', two), segment('one', one)],
    stages: [
      { name: 'awareness', title: 'Awareness', conditions: open, guard: open && guards[0] },
      { name: 'consideration', title: 'Consideration', conditions: consideration, guard: guards[1] },
      { name: 'decision', title: 'Decision', conditions: decision, guard: guards[2] },
    ],
    regression,
    trackingPlan: PLAN,
  }));

function withScore(id: string, leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  const params = fc.constant<JsonObject>({ model: id });
  const score = fc.tuple(params, numberComparison).map(([given, compared]): Condition => ({ fact: 'score', params: given, ...compared }));
  const grade = fc.record({ fact: fc.constant('grade'), params, operator: fc.constantFrom('equal', 'notEqual'), value: fc.constantFrom<Json>('A', 'B', 'C') });
  return fc.oneof({ weight: 3, arbitrary: leaf }, score, grade);
}

const grid: ScoringModel = { ...header, id: 'scoring/grid', scale: { min: 0, max: 0 }, groups: {}, rules: [], axes: ['scoring/second', 'scoring/first'] };

function gridLeaf(): fc.Arbitrary<Condition> {
  const params: JsonObject = { model: 'scoring/grid' };
  return fc.subarray(['AA', 'AB', 'BC', 'CC'], { minLength: 1 }).map((letters) => ({ fact: 'grade', params, operator: 'in', value: letters }));
}

function stageLeaf(): fc.Arbitrary<Condition> {
  return fc.record({ fact: fc.constant('stage'), operator: fc.constantFrom('in', 'notIn'), value: fc.subarray([...STAGES], { minLength: 1 }) });
}

/** Counts of the size at which digests keep fewer events than there are. */
const manyLeaf: fc.Arbitrary<Leaf> = fc
  .tuple(counted, fc.constantFrom('equal', 'notEqual', 'lessThanInclusive', 'atLeast'), fc.constantFrom(6, 8, 9, 16))
  .map(([params, operator, value]) => ({ fact: 'eventCount', params, operator, value }));

/** Rules about events alone. Each comparison is a segment, each scoring rule a model, so that nothing hides a wrong answer. */
export const eventRules: fc.Arbitrary<LiveRules> = fc
  .record({
    leaves: fc.array(fc.oneof(eventLeaf, manyLeaf, interestLeaf), { minLength: 1, maxLength: 5 }),
    lines: fc.array(eventScoring, { maxLength: 3 }),
  })
  .map(({ leaves, lines }) => ({
    ...onlySegments(leaves.map((leaf) => ({ all: [leaf] }))),
    models: lines.map((line, at) => ({ ...plainModel([line]), id: `scoring/${at}` })),
  }));

/** Events that arrive together, a while after those before them. `ages`: how long ago each happened then; below 0 for one to come. */
export interface Arrival {
  readonly after: number;
  readonly events: readonly (Pick<LeadEvent, 'type' | 'properties'> & { readonly age: number })[];
}

const arrivedAge = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, age, fc.constantFrom(-60_000, -1, 30 * DAY), fc.integer({ min: 0, max: 40 * DAY }));

/** An event, or several like it: of one moment, of the following hours, of the days before. */
const arrived = fc
  .record({
    type: fc.constantFrom('page_viewed', 'page_viewed', 'app_opened', 'never_read'),
    age: arrivedAge,
    times: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 20 })),
    apart: fc.constantFrom(0, 1, HOUR, DAY),
    path: fc.constantFrom<Json>('/a', '/ab', '/b', null, 5),
    n: fc.constantFrom<Json>(1, '1', 2.5, -3, 0.1, 0.2),
    topic: topics,
  })
  .map(({ type, age: newest, times, apart, path: at, n, topic }) =>
    Array.from({ length: times }, (_, place) => ({ type, age: newest + place * apart, properties: { n, topic, unread: 'x', ...(at !== null && { path: at }) } })),
  );

/** Arrivals in the course of some days, in any order. */
export const arrivals: fc.Arbitrary<Arrival[]> = fc.array(
  fc.record({
    after: fc.oneof(fc.constantFrom(0, 1, HOUR, DAY, 3 * DAY, 7 * DAY), fc.nat(9 * DAY)),
    events: fc.array(arrived, { maxLength: 6 }).chain((drawn) => fc.shuffledSubarray(drawn.flat(), { minLength: drawn.flat().length })),
  }),
  { minLength: 1, maxLength: 6 },
);
