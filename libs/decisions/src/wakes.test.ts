import { BUILT_IN_EVENTS, checkEvent, TrackingPlan } from '@tendril/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEVER_EVALUATED, type Transition } from './types.ts';
import { transitionEvents } from './transition-events.ts';
import { causeOf, wakeOf } from './wakes.ts';

const entered = (id: string): Transition => ({ kind: 'segment', subject: id, from: null, to: id });
const left = (id: string): Transition => ({ kind: 'segment', subject: id, from: id, to: null });
const TRANSITIONS: readonly Transition[] = [
  entered('segments/a'),
  left('segments/b'),
  { kind: 'stage', subject: 'stage', from: null, to: 'customer' },
  { kind: 'grade', subject: 'scoring/fit', from: 'B', to: null },
  { kind: 'score', subject: 'scoring/fit', from: '-2', to: '14' },
];

describe('transitionEvents', () => {
  it('tells transitions as events of the built-in types, without the sides that are nothing', () => {
    const at = new Date('2026-03-02T09:00:00Z');
    const events = transitionEvents({ transitions: TRANSITIONS, state: { ...NEVER_EVALUATED, evaluatedAt: at } });
    expect(events).toEqual([
      { type: 'segment_entered', at, properties: { segment: 'segments/a' } },
      { type: 'segment_left', at, properties: { segment: 'segments/b' } },
      { type: 'stage_changed', at, properties: { to: 'customer' } },
      { type: 'grade_changed', at, properties: { model: 'scoring/fit', from: 'B' } },
      { type: 'score_changed', at, properties: { model: 'scoring/fit', from: -2, to: 14 } },
    ]);
    const plan = TrackingPlan.parse({ attributes: {}, events: {} });
    expect(events.flatMap((event) => checkEvent(plan, event))).toEqual([]);
    expect(events.every(({ type }) => type in BUILT_IN_EVENTS)).toBe(true);
  });
});

describe('wakeOf', () => {
  const wake = (transitions: readonly Transition[], chain: readonly string[], read: readonly string[]) => wakeOf({ lead: 'ana', transitions }, chain, new Set(read));

  it('names each transition that is read, of one subject or of all, and the whole chain', () => {
    expect(wake(TRANSITIONS, [], ['segment_entered:segments/a', 'grade_changed'])).toEqual({
      causes: ['segment_entered:segments/a', 'grade_changed:scoring/fit:'],
      after: TRANSITIONS.map((transition) => `${causeOf(transition)}@ana`),
    });
    expect(wake(TRANSITIONS, [], ['segment_entered:segments/b', 'segment_left:segments/a'])).toBeNull();
    expect(wake([], [], ['stage_changed'])).toBeNull();
  });

  it('wakes nobody for what its chain holds already, but for what another lead did', () => {
    expect(wake([entered('segments/a')], ['segment_entered:segments/a@ana'], ['segment_entered'])).toBeNull();
    expect(wake([entered('segments/a')], ['segment_entered:segments/a@bo'], ['segment_entered'])?.after).toEqual(['segment_entered:segments/a@bo', 'segment_entered:segments/a@ana']);
    expect(wake([left('segments/a')], ['segment_entered:segments/a@ana'], ['segment_left'])).not.toBeNull();
  });

  it('ends every chain: no more looks than there are causes, whatever each look changes', () => {
    const transition = fc.constantFrom(...['a', 'b', 'c'].flatMap((id) => [entered(id), left(id)]));
    fc.assert(
      fc.property(fc.infiniteStream(fc.array(transition, { maxLength: 3 })), (looks) => {
        let chain: readonly string[] = [];
        let count = 0;
        for (const transitions of looks) {
          const next = wake(transitions, chain, ['segment_entered', 'segment_left']);
          if (!next) break;
          chain = next.after;
          count += 1;
        }
        expect(count).toBeLessThanOrEqual(6);
      }),
    );
  });
});
