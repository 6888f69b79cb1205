import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, campaignOf, day, journeyOf, MONDAY, rulebookOf, snapshotOf } from '../test/fixtures.ts';
import { advance } from './advance.ts';
import type { LeadChanges, LeadSnapshot } from './types.ts';

describe('advance', () => {
  it('evaluates the batch in one call and answers in its order', () => {
    const rulebook = rulebookOf([]);
    const sizes: number[] = [];
    const counting = rulebookOf([], {
      evaluate: (leads, now) => {
        sizes.push(leads.length);
        return rulebook.evaluate(leads, now);
      },
    });
    const snapshots = ['a', 'b', 'c'].map((id) => snapshotOf([], { facts: { ...snapshotOf([`segments/${id}`]).facts, id } }));
    const changes = advance(snapshots, counting, MONDAY);
    expect(sizes).toEqual([3]);
    expect(changes.map(({ decision }) => [decision.lead, Object.keys(decision.state.segments)])).toEqual([
      ['a', ['segments/a']],
      ['b', ['segments/b']],
      ['c', ['segments/c']],
    ]);
    expect(changes[0]?.decision.state.rulebook).toBe('hash-1');
  });

  it('says so when the rulebook leaves a lead out', () => {
    const short = rulebookOf([], { evaluate: () => [] });
    expect(() => advance([snapshotOf([])], short, MONDAY)).toThrow(expect.objectContaining({ code: 'evaluation-missing' }));
  });
});

const SEGMENTS = ['segments/new', 'segments/old', 'segments/customers'] as const;
const journeys = fc
  .uniqueArray(fc.constantFrom('journeys/a', 'journeys/b', 'journeys/c'))
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            segment: fc.constantFrom(...SEGMENTS),
            reentry: fc.constantFrom('never' as const, { after: '2d' }),
            status: fc.constantFrom('live' as const, 'live' as const, 'draft' as const),
          })
          .map(({ segment, reentry, status }) => journeyOf({ id, reentry, status, entry: { segment } })),
      ),
    ),
  );
const audience = fc.subarray([...SEGMENTS]);
const campaigns = fc
  .uniqueArray(fc.constantFrom('campaigns/x', 'campaigns/y'))
  .chain((ids) => fc.tuple(...ids.map((id) => fc.tuple(audience, audience).map(([include, exclude]) => campaignOf({ id, include, exclude })))));
/** A life: the segments that the rules put the lead in, half a day apart. */
const life = fc.array(audience, { minLength: 1, maxLength: 14 });

describe('a life of any kind', () => {
  it('never wants the same contact twice, nor anything when nothing happened', () => {
    fc.assert(
      fc.property(journeys, campaigns, life, (someJourneys, someCampaigns, segmentsByTick) => {
        const rulebook = rulebookOf(someJourneys);
        let lead: LeadSnapshot = snapshotOf([], { campaigns: someCampaigns });
        const wanted: LeadChanges['touches'][number][] = [];
        for (const [tick, segments] of segmentsByTick.entries()) {
          lead = snapshotOf(segments, { state: lead.state, enrolments: lead.enrolments, campaigns: lead.campaigns });
          const changes = one(lead, day(tick / 2));
          wanted.push(...changes.touches);
          lead = after(lead, changes);
          expect(one(lead, day(tick / 2))).toMatchObject({ enrolments: [], touches: [], decision: { transitions: [] } });
        }
        const keys = wanted.map(({ programme, entry, step, visit }) => `${programme} ${entry} ${step} ${visit}`);
        expect(new Set(keys).size).toBe(keys.length);
        const passages = (all: readonly { programme: string; entry: number }[]): string[] => all.map(({ programme, entry }) => `${programme} ${entry}`);
        expect(passages(lead.enrolments)).toEqual(passages(wanted));

        function one(snapshot: LeadSnapshot, now: Date): LeadChanges {
          const [changes] = advance([snapshot], rulebook, now);
          return changes ?? expect.fail('no answer');
        }
      }),
    );
  });
});
