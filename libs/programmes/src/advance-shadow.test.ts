import { NEVER_EVALUATED } from '@tendril/decisions';
import type { Evaluation, ShadowRules } from '@tendril/rulebook';
import { describe, expect, it } from 'vitest';
import { day, journeyOf, MONDAY, rulebookOf, snapshotOf } from '../test/fixtures.ts';
import { advanceShadow, type ShadowSnapshot } from './advance-shadow.ts';

const DRAFT = journeyOf({ id: 'journeys/draft', entry: { segment: 'segments/draft' }, reentry: { after: '2d' } });
const ON_LIVE = journeyOf({ id: 'journeys/on-live', entry: { segment: 'segments/live' } });

/** Drafts that answer this, whatever the lead. */
function shadow(answer: Partial<Evaluation>): ShadowRules {
  const evaluation: Evaluation = { scores: {}, stage: null, segments: new Set(), nextAt: null, ...answer };
  return { models: ['scoring/draft'], segments: ['segments/draft'], rulebook: rulebookOf([DRAFT, ON_LIVE], { evaluate: (leads) => leads.map(() => evaluation) }) };
}

const IN = { segments: new Set(['segments/draft']), scores: { 'scoring/draft': { milli: 1_500, grade: 'B' }, 'scoring/fit': { milli: 1, grade: null } } };

function snapshot(parts: Partial<ShadowSnapshot> = {}): ShadowSnapshot {
  return { facts: snapshotOf([]).facts, before: NEVER_EVALUATED, after: NEVER_EVALUATED, enrolments: [], answers: [], ...parts };
}

describe('advanceShadow', () => {
  it('says what drafts answer for the first time, and what their journeys would plan; of live rules it says nothing', () => {
    const [changes] = advanceShadow([snapshot()], shadow({ ...IN, nextAt: day(1) }), MONDAY);
    expect(changes).toMatchObject({
      lead: 'lead-1',
      answers: [{ rule: 'segments/draft', score: null, since: MONDAY }, { rule: 'scoring/draft', score: { milli: 1_500, grade: 'B' }, since: MONDAY }],
      gone: [],
      touches: [{ programme: 'journeys/draft', entry: 1, content: 'content/welcome' }],
      nextAt: day(1),
    });
    expect(changes?.touches).toHaveLength(1);
  });

  it('says nothing of what stays, and names what is gone', () => {
    const answers = [{ rule: 'segments/draft', score: null, since: MONDAY }, { rule: 'scoring/draft', score: { milli: 1_500, grade: 'B' }, since: MONDAY }];
    expect(advanceShadow([snapshot({ answers })], shadow(IN), day(1))).toMatchObject([{ answers: [], gone: [], touches: [] }]);
    expect(advanceShadow([snapshot({ answers })], shadow({ scores: { 'scoring/draft': { milli: 1_500, grade: 'A' } } }), day(1))).toMatchObject([
      { answers: [{ rule: 'scoring/draft', score: { milli: 1_500, grade: 'A' }, since: day(1) }], gone: ['segments/draft'], touches: [] },
    ]);
  });

  it('lets a draft journey take in who enters a live segment now, and nobody who was in it', () => {
    const inLive = { ...NEVER_EVALUATED, segments: { 'segments/live': MONDAY } };
    const touches = (parts: Partial<ShadowSnapshot>) => advanceShadow([snapshot(parts)], shadow({}), MONDAY)[0]?.touches.map(({ programme }) => programme);
    expect(touches({ after: inLive })).toEqual(['journeys/on-live']);
    expect(touches({ before: inLive, after: inLive })).toEqual([]);
  });

  it('remembers enrolments of its own and those made when the journey was live', () => {
    const enrolment = { programme: 'journeys/draft', version: 1, entry: 3, at: MONDAY };
    const again = (at: Date) => advanceShadow([snapshot({ enrolments: [enrolment] })], shadow(IN), at)[0]?.touches.map(({ entry }) => entry);
    expect([again(day(1)), again(day(2))]).toEqual([[], [4]]);
  });

  it('goes on from the membership of a segment that was live until now', () => {
    const before = { ...NEVER_EVALUATED, segments: { 'segments/draft': MONDAY } };
    const [changes] = advanceShadow([snapshot({ before })], shadow(IN), day(1));
    expect(changes?.answers[0]).toEqual({ rule: 'segments/draft', score: null, since: MONDAY });
    expect(changes?.touches).toEqual([]);
  });
});
