import type { Evaluation, Score } from '@tendril/rulebook';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { segmentsEntered } from './segments-entered.ts';
import { type Decision, type LeadState, NEVER_EVALUATED } from './types.ts';

const MONDAY = new Date('2026-03-02T09:00:00Z');
const TUESDAY = new Date('2026-03-03T09:00:00Z');

function evaluation(parts: { scores?: Evaluation['scores']; stage?: string | null; segments?: readonly string[] } = {}): Evaluation {
  return { scores: parts.scores ?? {}, stage: parts.stage ?? null, segments: new Set(parts.segments), nextAt: null };
}

function decideOn(at: Date, before: LeadState, after: Evaluation): Decision {
  return decide(before, after, 'hash', at, 'lead-1');
}

describe('decide', () => {
  it('takes all that holds at the first evaluation as new', () => {
    const answers = evaluation({ scores: { fit: { milli: 1500, grade: 'B' } }, stage: 'awareness', segments: ['segments/b', 'segments/a'] });
    const first = decideOn(MONDAY, NEVER_EVALUATED, answers);
    expect(first.transitions).toEqual([
      { kind: 'grade', subject: 'fit', from: null, to: 'B' },
      { kind: 'score', subject: 'fit', from: '0', to: '1' },
      { kind: 'stage', subject: 'stage', from: null, to: 'awareness' },
      { kind: 'segment', subject: 'segments/a', from: null, to: 'segments/a' },
      { kind: 'segment', subject: 'segments/b', from: null, to: 'segments/b' },
    ]);
    expect(first.state).toEqual({
      evaluatedAt: MONDAY,
      rulebook: 'hash',
      scores: { fit: { milli: 1500, grade: 'B' } },
      stage: 'awareness',
      stageSince: MONDAY,
      segments: { 'segments/a': MONDAY, 'segments/b': MONDAY },
      nextAt: null,
    });
    expect(segmentsEntered(first)).toEqual(['segments/a', 'segments/b']);
  });

  it('keeps since when of what stays, and dates what comes', () => {
    const { state } = decideOn(MONDAY, NEVER_EVALUATED, evaluation({ stage: 'awareness', segments: ['segments/stays', 'segments/goes'] }));
    const next = decideOn(TUESDAY, state, evaluation({ stage: 'awareness', segments: ['segments/stays', 'segments/comes'] }));
    expect(next.state.segments).toEqual({ 'segments/stays': MONDAY, 'segments/comes': TUESDAY });
    expect(next.state.stageSince).toEqual(MONDAY);
    expect(next.transitions).toEqual([
      { kind: 'segment', subject: 'segments/goes', from: 'segments/goes', to: null },
      { kind: 'segment', subject: 'segments/comes', from: null, to: 'segments/comes' },
    ]);
    expect(segmentsEntered(next)).toEqual(['segments/comes']);
  });

  it('moves stageSince with the stage', () => {
    const { state } = decideOn(MONDAY, NEVER_EVALUATED, evaluation({ stage: 'awareness' }));
    expect(decideOn(TUESDAY, state, evaluation({ stage: 'decision' })).state.stageSince).toEqual(TUESDAY);
  });

  it('tells a changed score from a changed grade', () => {
    const scores = { fit: { milli: 1000, grade: 'B' }, gone: { milli: 0, grade: null }, same: { milli: 5, grade: 'A' } };
    const { state } = decideOn(MONDAY, NEVER_EVALUATED, evaluation({ scores }));
    const next = decideOn(TUESDAY, state, evaluation({ scores: { fit: { milli: 2000, grade: 'B' }, same: { milli: 5, grade: 'A' } } }));
    expect(next.changedScores).toEqual(['fit', 'gone']);
    expect(next.transitions).toEqual([{ kind: 'score', subject: 'fit', from: '1', to: '2' }]);
    const regraded = decideOn(TUESDAY, state, evaluation({ scores: { ...state.scores, same: { milli: 5, grade: 'B' } } }));
    expect(regraded.changedScores).toEqual(['same']);
    expect(regraded.transitions).toEqual([{ kind: 'grade', subject: 'same', from: 'A', to: 'B' }]);
  });

  it('tells a score by its whole points, and a slow decay point by point', () => {
    const at = (milli: number) => evaluation({ scores: { fit: { milli, grade: null } } });
    const told = [400, 999, 1000, 1900, 1100, 900, 400, 0, -1].reduce<{ state: LeadState; points: string[] }>(
      ({ state, points }, milli) => {
        const next = decideOn(TUESDAY, state, at(milli));
        return { state: next.state, points: [...points, ...next.transitions.map(({ kind, from, to }) => `${kind} ${from} ${to}`)] };
      },
      { state: NEVER_EVALUATED, points: [] },
    );
    expect(told.points).toEqual(['score 0 1', 'score 1 0', 'score 0 -1']);
  });

  it('sorts the segments left, however the store read them', () => {
    const before = { ...NEVER_EVALUATED, segments: { 'segments/b': MONDAY, 'segments/a': MONDAY } };
    expect(decideOn(TUESDAY, before, evaluation()).transitions.map(({ subject }) => subject)).toEqual(['segments/a', 'segments/b']);
  });
});

const score: fc.Arbitrary<Score> = fc.record({ milli: fc.integer({ min: -3, max: 3 }).map((n) => n * 700), grade: fc.constantFrom('A', 'B', null) });
const anyEvaluation: fc.Arbitrary<Evaluation> = fc.record({
  scores: fc.dictionary(fc.constantFrom('scoring/fit', 'scoring/engagement', 'scoring/other'), score),
  stage: fc.constantFrom(null, 'awareness', 'decision'),
  segments: fc.shuffledSubarray(['segments/a', 'segments/b', 'segments/c', 'segments/d']).map((ids) => new Set(ids)),
  nextAt: fc.constantFrom(null, TUESDAY),
});

/** The answers alone, without dates. */
function answers({ scores, stage, segments }: LeadState): { points: object; grades: object; stage: string | null; segments: string[] } {
  const grades = Object.fromEntries(Object.entries(scores).flatMap(([model, { grade }]) => (grade === null ? [] : [[model, grade]])));
  const points = Object.fromEntries(Object.entries(scores).flatMap(([model, { milli }]) => (Math.floor(milli / 1000) === 0 ? [] : [[model, Math.floor(milli / 1000)]])));
  return { points, grades, stage, segments: Object.keys(segments).sort() };
}

/** What the transitions alone make of the answers before. */
function apply(before: LeadState, { transitions }: Decision): ReturnType<typeof answers> {
  const grades = new Map(Object.entries(answers(before).grades));
  const points = new Map(Object.entries(answers(before).points));
  const segments = new Set(Object.keys(before.segments));
  let stage = before.stage;
  for (const { kind, subject, from, to } of transitions) {
    if (kind === 'stage') {
      expect(from).toBe(stage);
      stage = to;
    } else if (kind === 'grade') {
      expect(from).toBe(grades.get(subject) ?? null);
      if (to === null) grades.delete(subject);
      else grades.set(subject, to);
    } else if (kind === 'score') {
      expect(Number(from)).toBe(points.get(subject) ?? 0);
      if (Number(to) === 0) points.delete(subject);
      else points.set(subject, Number(to));
    } else {
      expect(segments.has(subject)).toBe(from !== null);
      if (to === null) segments.delete(subject);
      else segments.add(subject);
    }
  }
  return { points: Object.fromEntries(points), grades: Object.fromEntries(grades), stage, segments: [...segments].sort() };
}

describe('what is changed', () => {
  it('is a first evaluation, however little it says', () => {
    expect(decideOn(MONDAY, NEVER_EVALUATED, evaluation()).changed).toBe(true);
  });

  it('is a score within its grade, and the time of the next look', () => {
    const scores = { fit: { milli: 1000, grade: 'B' } };
    const { state } = decideOn(MONDAY, NEVER_EVALUATED, evaluation({ scores }));
    const changed = (after: Evaluation): boolean => decideOn(TUESDAY, state, after).changed;
    expect(changed(evaluation({ scores }))).toBe(false);
    expect(changed(evaluation({ scores: { fit: { milli: 1001, grade: 'B' } } }))).toBe(true);
    expect(changed({ ...evaluation({ scores }), nextAt: TUESDAY })).toBe(true);
  });
});

describe('decide, for any two evaluations', () => {
  it('changes nothing when asked twice, even under another rulebook', () => {
    fc.assert(
      fc.property(anyEvaluation, anyEvaluation, (first, second) => {
        const before = decideOn(MONDAY, decideOn(MONDAY, NEVER_EVALUATED, first).state, second);
        const again = decide(before.state, second, 'other hash', TUESDAY, 'lead-1');
        expect(again.transitions).toEqual([]);
        expect(again.changedScores).toEqual([]);
        expect(again.changed).toBe(false);
        expect(again.state).toEqual({ ...before.state, evaluatedAt: TUESDAY, rulebook: 'other hash' });
      }),
    );
  });

  it('lists transitions that lead from before to after', () => {
    fc.assert(
      fc.property(anyEvaluation, anyEvaluation, (first, second) => {
        const before = decideOn(MONDAY, NEVER_EVALUATED, first).state;
        const decision = decideOn(TUESDAY, before, second);
        expect(apply(before, decision)).toEqual(answers(decision.state));
        // What is not written because nothing changed is as it was.
        if (!decision.changed) expect(decision.state).toEqual({ ...before, evaluatedAt: TUESDAY });
        expect(Object.keys(decision.state.segments)).toEqual([...second.segments].sort());
      }),
    );
  });

  it('lists them in one order, however the answers were ordered', () => {
    const rank = { grade: 0, score: 1, stage: 2, segment: 3 };
    fc.assert(
      fc.property(anyEvaluation, anyEvaluation, (first, second) => {
        const { transitions } = decideOn(TUESDAY, decideOn(MONDAY, NEVER_EVALUATED, first).state, second);
        const keys = transitions.map(({ kind, subject, to }) => `${rank[kind]} ${to === null ? 0 : 1} ${subject}`);
        const segments = keys.filter((key) => key.startsWith('3'));
        expect(segments).toEqual([...segments].sort());
        expect(transitions.map(({ kind }) => rank[kind])).toEqual(transitions.map(({ kind }) => rank[kind]).sort());
        const grades = transitions.filter(({ kind }) => kind === 'grade').map(({ subject }) => subject);
        expect(grades).toEqual([...grades].sort());
      }),
    );
  });
});
