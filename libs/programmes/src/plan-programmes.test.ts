import { NEVER_EVALUATED } from '@tendril/decisions';
import type { Journey } from '@tendril/rulebook';
import { describe, expect, it } from 'vitest';
import { after, campaignOf, day, journeyOf, MONDAY, rulebookOf, snapshotOf } from '../test/fixtures.ts';
import { advance } from './advance.ts';
import type { LeadChanges, LeadSnapshot } from './types.ts';

function advanceOne(snapshot: LeadSnapshot, journeys: readonly Journey[] = [], now = MONDAY): LeadChanges {
  return advance([snapshot], rulebookOf(journeys), now)[0] ?? expect.fail('no answer');
}

/** How often the journey takes in a lead that leaves its segment and comes back at each of these days. */
function entriesOf(journey: Journey, days: readonly number[]): number[] {
  let lead = snapshotOf([]);
  for (const count of days) {
    lead = after(lead, advanceOne(lead, [journey], day(count)), ['segments/new']);
    lead = after(lead, advanceOne(lead, [journey], day(count)), []);
  }
  return lead.enrolments.map(({ entry }) => entry);
}

describe('a journey', () => {
  it('takes in a lead that enters its segment, and wants its touch with reasons', () => {
    const lead = snapshotOf(['segments/new', 'segments/b2b']);
    const events = [{ type: 'page_viewed', at: day(-1), properties: {} }];
    expect(advanceOne({ ...lead, facts: { ...lead.facts, events } }, [journeyOf({ version: 3 })])).toMatchObject({
      enrolments: [{ programme: 'journeys/welcome', version: 3, entry: 1, at: MONDAY }],
      touches: [
        {
          programme: 'journeys/welcome',
          version: 3,
          entry: 1,
          step: 'hello',
          visit: 1,
          channel: 'email',
          content: 'content/welcome',
          dueAt: MONDAY,
          expiresAt: day(7),
          because: {
            kind: 'journey',
            programme: 'journeys/welcome',
            version: 3,
            file: 'journeys/welcome.json',
            entered: 'segments/new',
            facts: {
              stage: 'awareness',
              scores: { 'scoring/engagement': 12.5, 'scoring/fit': 40 },
              grades: { 'scoring/engagement': 'B' },
              segments: ['segments/b2b', 'segments/new'],
              lastEvent: { type: 'page_viewed', at: '2026-03-01T09:00:00.000Z' },
            },
          },
        },
      ],
    });
  });

  it('leaves a touch without expiry open', () => {
    const journey = journeyOf({ steps: [{ id: 'hello', touch: 'content/welcome', channel: 'sms' }] });
    const [touch] = advanceOne(snapshotOf(['segments/new']), [journey]).touches;
    expect(touch).toMatchObject({ channel: 'sms', expiresAt: null });
  });

  it.each(['draft', 'retired'] as const)('takes nobody in while it is %s', (status) => {
    expect(advanceOne(snapshotOf(['segments/new']), [journeyOf({ status })]).enrolments).toEqual([]);
  });

  it('passes by a lead that was in the segment before, though the journey is new', () => {
    const lead = snapshotOf(['segments/new'], { state: { ...NEVER_EVALUATED, segments: { 'segments/new': day(-1) } } });
    expect(advanceOne(lead, [journeyOf()]).enrolments).toEqual([]);
  });

  it('takes in a lead that enters only because the rules changed', () => {
    const lead = snapshotOf(['segments/new'], { state: { ...NEVER_EVALUATED, evaluatedAt: day(-1), rulebook: 'hash-0' } });
    expect(advanceOne(lead, [journeyOf()]).enrolments).toHaveLength(1);
  });

  it('lets a lead in once when re-entry is never', () => {
    expect(entriesOf(journeyOf({ reentry: 'never' }), [0, 1, 400])).toEqual([1]);
  });

  it('lets a lead in again when the wait since its newest entry is over, to the millisecond', () => {
    const journey = journeyOf({ reentry: { after: '90d' } });
    expect(entriesOf(journey, [0, 89.9999, 90, 179.9999, 180])).toEqual([1, 2, 3]);
  });
});

describe('a campaign', () => {
  it('takes in a lead of its audience, whenever the lead got there', () => {
    const campaigns = [campaignOf({ version: 2, expiresAt: day(3) })];
    const lead = snapshotOf(['segments/old'], { campaigns, state: { ...NEVER_EVALUATED, segments: { 'segments/old': day(-9) } } });
    expect(advanceOne(lead)).toMatchObject({
      enrolments: [{ programme: 'campaigns/spring', version: 2, entry: 1, at: MONDAY }],
      touches: [
        {
          programme: 'campaigns/spring',
          version: 2,
          entry: 1,
          step: 'send',
          visit: 1,
          content: 'content/spring',
          dueAt: MONDAY,
          expiresAt: day(3),
          because: { kind: 'campaign', programme: 'campaigns/spring', version: 2, included: 'segments/old', facts: { stage: 'awareness' } },
        },
      ],
    });
  });

  it.each([
    ['outside the audience', ['segments/other']],
    ['excluded', ['segments/new', 'segments/customers']],
  ])('passes by a lead that is %s', (_, segments) => {
    expect(advanceOne(snapshotOf(segments, { campaigns: [campaignOf()] }))).toMatchObject({ enrolments: [], touches: [] });
  });

  it('never takes a lead in twice, whatever version', () => {
    const enrolments = [{ programme: 'campaigns/spring', version: 1, entry: 1, at: day(-30) }];
    expect(advanceOne(snapshotOf(['segments/new'], { campaigns: [campaignOf({ version: 2 })], enrolments })).enrolments).toEqual([]);
  });
});
