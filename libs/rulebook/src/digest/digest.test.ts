import { DAY, type JsonObject } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, anyRules, type Arrival, arrivals, eventRules, NOW, onlySegments, PATIENCE, RUNS } from '../../test/arbitraries.ts';
import { compileRules } from '../evaluate/compile.ts';
import { eventTypesRead, type LiveRules } from '../evaluate/live-rules.ts';
import { type LeadFacts, NO_TOUCHES } from '../language/types.ts';
import { answersAt, type Digest, EMPTY_DIGEST, factsOf, type KeptEvent } from './digest.ts';
import { fromJson, toJson } from './digest-json.ts';
import { planOf } from './fact-plan.ts';
import { foldEvents } from './fold-events.ts';

const nobody: LeadFacts = { id: 'x', attributes: {}, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES };

/** As the database stores it and gives it back. */
const stored = (digest: Digest): Digest => fromJson(JSON.parse(JSON.stringify(toJson(digest))) as ReturnType<typeof toJson>);

const oldestFirst = (events: readonly KeptEvent[]): KeptEvent[] => [...events].sort((a, b) => a.at.getTime() - b.at.getTime() || a.seq - b.seq);

/** When each batch arrives, and its events, numbered as they come. */
function lived(batches: readonly Arrival[]): { now: Date; fresh: KeptEvent[] }[] {
  let now = NOW.getTime();
  let seq = 0;
  return batches.map(({ after, events }) => {
    now += after;
    return { now: new Date(now), fresh: events.map(({ age, type, properties }) => ({ seq: ++seq, type, properties, at: new Date(now - age) })) };
  });
}

/** After each batch: the digest, everything that happened so far, and the time. */
function course(batches: readonly Arrival[], rules: readonly LiveRules[]): { digest: Digest; history: KeptEvent[]; now: Date }[] {
  const plan = planOf(rules);
  let digest = EMPTY_DIGEST;
  const history: KeptEvent[] = [];
  return lived(batches).map(({ now, fresh }) => {
    history.push(...fresh);
    digest = stored(foldEvents(digest, fresh, plan, now));
    return { digest, history: oldestFirst(history), now };
  });
}

/** Moments at which digests and histories are compared: now, when an answer changes, some time later, and before, if the digest still answers then. */
function moments(digest: Digest, now: Date, nextAt: Date | null | undefined, later: number): Date[] {
  const earlier = new Date(now.getTime() - 1);
  return [now, new Date(now.getTime() + later), ...(nextAt ? [new Date(nextAt.getTime() - 1), nextAt] : []), ...(answersAt(digest, earlier) ? [earlier] : [])];
}

/** Holds every answer from the digest against the one from the whole history. */
function expectSameAnswers(rules: readonly LiveRules[], batches: readonly Arrival[], later: number, lead: LeadFacts = nobody): void {
  const evaluators = rules.map(compileRules);
  for (const { digest, history, now } of course(batches, rules)) {
    for (const evaluate of evaluators) {
      const [first] = evaluate([{ ...lead, events: history }], now);
      for (const moment of moments(digest, now, first?.nextAt, later)) {
        expect(evaluate([{ ...lead, ...factsOf(digest) }], moment)).toEqual(evaluate([{ ...lead, events: history }], moment));
      }
    }
  }
}

describe('a digest', () => {
  const later = fc.nat(40 * DAY);

  it('answers as the whole history does, at every moment: scores, grades, stage, segments, and when to look again', PATIENCE, () => {
    fc.assert(
      fc.property(fc.array(eventRules, { minLength: 1, maxLength: 2 }), arrivals, later, (rules, batches, time) => expectSameAnswers(rules, batches, time)),
      { numRuns: RUNS },
    );
  });

  it('does so for rules of every kind', PATIENCE, () => {
    fc.assert(
      fc.property(anyRules, anyLead, arrivals, later, (rules, lead, batches, time) => expectSameAnswers([rules], batches, time, lead)),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  it('is the same however its events arrive', PATIENCE, () => {
    fc.assert(
      fc.property(eventRules, arrivals, (rules, batches) => {
        const last = course(batches, [rules]).at(-1);
        if (!last) return;
        const atOnce = foldEvents(EMPTY_DIGEST, last.history, planOf([rules]), last.now);
        expect(last.digest).toEqual({ ...atOnce, prunedAt: last.digest.prunedAt });
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps the newest event of every type that is read, and those to come', () => {
    fc.assert(
      fc.property(eventRules, arrivals, (rules, batches) => {
        const read = eventTypesRead(rules);
        for (const { digest, history, now } of course(batches, [rules])) {
          const seqs = digest.events.map(({ seq }) => seq);
          const known = history.filter(({ type }) => read.includes(type));
          const newest = read.flatMap((type) => known.findLast((event) => event.type === type && event.at <= now) ?? []);
          for (const { seq } of [...newest, ...known.filter(({ at }) => at > now)]) expect(seqs).toContain(seq);
          expect(digest.events.at(-1)?.seq).toBe(known.at(-1)?.seq);
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  it('needs no other attributes than the plan names', () => {
    fc.assert(
      fc.property(anyRules, anyLead, (rules, lead) => {
        const { attributes, accountAttributes } = planOf([rules]);
        const only = (all: LeadFacts['attributes'], names: readonly string[]): LeadFacts['attributes'] =>
          Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
        const narrowed = { ...lead, attributes: only(lead.attributes, attributes), account: lead.account && only(lead.account, accountAttributes) };
        const evaluate = compileRules(rules);
        expect(evaluate([narrowed], NOW)).toEqual(evaluate([lead], NOW));
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

const views = (within: string | null, where: JsonObject | null = null): LiveRules =>
  onlySegments([
    { all: [{ fact: 'eventCount', params: { event: 'page_viewed', ...(within && { within }), ...(where && { where }) }, operator: 'atLeast', value: 3 }] },
  ]);

const view = (seq: number, age: number, path = '/a'): KeptEvent => ({ seq, type: 'page_viewed', at: new Date(NOW.getTime() - age), properties: { path, title: 'Pricing' } });

describe('foldEvents', () => {
  const plan = planOf([views('7d')]);

  it('keeps the newest few of a window, and counts nothing that nobody asks for', () => {
    const { events, older, prunedAt } = foldEvents(EMPTY_DIGEST, Array.from({ length: 50 }, (_, at) => view(at, at * 1000)), plan, NOW);
    expect(events.map(({ seq }) => seq)).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(events[0]?.properties).toEqual({});
    expect(older).toEqual({ streams: {}, topics: {} });
    expect(prunedAt).toBe(NOW.getTime());
  });

  it('counts what is asked for without a window', () => {
    const { events, older } = foldEvents(EMPTY_DIGEST, Array.from({ length: 50 }, (_, at) => view(at, at * 1000)), planOf([views(null)]), NOW);
    expect(events.map(({ seq }) => seq)).toEqual([0]);
    expect(older.streams).toEqual({ page_viewed: { count: 49, numbers: {} } });
  });

  it('gives back the same digest when there is nothing to change', () => {
    const digest = foldEvents(EMPTY_DIGEST, [view(1, 0)], plan, NOW);
    expect(foldEvents(digest, [{ ...view(2, 0), type: 'never_read' }], plan, new Date(NOW.getTime() + DAY))).toBe(digest);
    expect(digest.prunedAt).toBe(0);
  });

  it('says when the clock has jumped back behind what was dropped', () => {
    const digest = foldEvents(EMPTY_DIGEST, [view(1, 0), view(2, 8 * DAY)], plan, NOW);
    expect(answersAt(digest, NOW)).toBe(true);
    expect(answersAt(digest, new Date(NOW.getTime() - 1))).toBe(false);
    expect(answersAt(EMPTY_DIGEST, new Date(0))).toBe(true);
  });

  it('keeps of long texts only what tells the tests apart', () => {
    const { events } = foldEvents(EMPTY_DIGEST, [view(1, 0, `/pricing${'x'.repeat(9999)}`), view(2, 0, '/p')], planOf([views('7d', { path: { startsWith: '/pri' } })]), NOW);
    expect(events.map(({ properties }) => properties)).toEqual([{ path: '/pric' }, { path: '/p' }]);
  });

  it('never cuts a character in two', () => {
    const { events } = foldEvents(EMPTY_DIGEST, [view(1, 0, '/pri😀😀')], planOf([views('7d', { path: { startsWith: '/pri' } })]), NOW);
    expect(events[0]?.properties).toEqual({ path: '/pri😀' });
  });
});

describe('toJson', () => {
  it('is short', () => {
    const digest = foldEvents(EMPTY_DIGEST, [view(1, 0), view(2, 8 * DAY), view(3, 9 * DAY)], planOf([views('7d', { path: '/a' }), views(null)]), NOW);
    expect(toJson(digest)).toEqual({
      y: ['page_viewed'],
      e: [[0, NOW.getTime(), 1, { path: '/a' }]],
      s: { page_viewed: [2] },
      p: NOW.getTime(),
    });
    expect(toJson(EMPTY_DIGEST)).toEqual({});
  });

  it('loses nothing of odd topics and the greatest numbers', () => {
    const numbers = { n: { count: 2, milli: Infinity, min: -1, max: 1e308 } };
    const topics = Object.fromEntries([['__proto__', { count: 1, newest: 5 }], ['constructor', { count: 2, newest: 6 }]]) as Digest['older']['topics'];
    const digest: Digest = { events: [], older: { streams: { page_viewed: { count: 3, numbers } }, topics }, prunedAt: 7 };
    expect(stored(digest)).toEqual(digest);
    expect(Object.keys(stored(digest).older.topics)).toEqual(['__proto__', 'constructor']);
  });
});
