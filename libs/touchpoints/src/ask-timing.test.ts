import { DAY, HOUR } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { askCaps, askQuietHours } from './ask-timing.ts';
import type { GateCandidate, GateSnapshot, SendingPolicies } from './types.ts';

/** A Tuesday, 09:14 in Berlin. */
const NOW = new Date('2026-03-03T08:14:00Z');

const CANDIDATE: GateCandidate = {
  id: 'touchpoint-1',
  programme: 'journeys/welcome',
  channel: 'email',
  content: 'content/welcome',
  dueAt: NOW,
  expiresAt: null,
  programmeActive: true,
  contentProblem: null,
  connector: 'mail',
  address: 'lead@example.test',
  suppressed: null,
  consent: { id: 'consent-1', state: 'granted' },
  topic: 'product',
};

const snapshotOf = (sent: GateSnapshot['sent'], zone: string | null): GateSnapshot => ({ lead: 'lead-1', erased: false, holdout: false, zone, sent, candidates: [] });
const ago = (milliseconds: number, channel = 'email', topic = 'product') => ({ channel, topic, at: new Date(NOW.getTime() - milliseconds) });

function caps(policy: NonNullable<SendingPolicies['caps']>[number], sent: GateSnapshot['sent'], zone: string | null = 'Europe/Berlin', expiresAt: Date | null = null) {
  const policies = { caps: [policy], unknownZone: ['Europe/London', 'Asia/Tokyo'] };
  return askCaps({ ...CANDIDATE, expiresAt }, snapshotOf(sent, zone), { now: NOW, stopped: false, policies });
}

function quiet(policies: SendingPolicies, now: string, zone: string | null = 'Europe/Berlin', expiresAt: Date | null = null) {
  return askQuietHours({ ...CANDIDATE, expiresAt }, snapshotOf([], zone), { now: new Date(now), stopped: false, policies });
}

describe('askCaps', () => {
  const sent = [ago(2 * DAY), ago(5 * DAY), ago(6 * DAY, 'sms'), ago(8 * DAY)];

  it('asks nothing without a policy, and says when none is full', () => {
    expect(askCaps(CANDIDATE, snapshotOf(sent, null), { now: NOW, stopped: false, policies: {} })).toBeNull();
    expect(caps({ channel: 'email', max: 3, within: '7d' }, sent)).toEqual({ answer: 'No cap is full.', stop: null });
    expect(caps({ channel: 'sms', max: 1, within: '7d' }, sent)?.stop).toBeNull();
    expect(caps({ topic: 'guides', max: 1, within: '7d' }, sent)?.stop).toBeNull();
  });

  it.each([
    [{ channel: 'email', max: 2, within: '7d' }, '2 by email went out in the last 7 days, at most 2 may: held until Thursday 2026-03-05 09:14 (Europe/Berlin).'],
    [{ max: 1, within: '7d' }, '3 went out in the last 7 days, at most 1 may: held until Sunday 2026-03-08 09:14 (Europe/Berlin).'],
    [{ topic: 'product', max: 1, days: 3 }, '1 about product went out in 3 days, today among them, at most 1 may: held until Wednesday 2026-03-04 00:00 (Europe/Berlin).'],
  ])('says what went out, what may, and until when it waits: %j', (policy, answer) => {
    expect(caps(policy, sent)).toMatchObject({ answer, stop: { go: 'hold', reason: 'capped' } });
  });

  it('counts what is about an unknown topic for every topic', () => {
    expect(caps({ topic: 'product', max: 1, within: '24h' }, [ago(HOUR, 'email', '*')])?.stop).toMatchObject({ go: 'hold' });
  });

  it('counts days where the lead is; where that is unknown, in the zone that is the strictest', () => {
    // Sent on Monday at 23:30 in London, which is Tuesday in Tokyo.
    const late = [{ channel: 'email', topic: 'product', at: new Date('2026-03-02T23:30:00Z') }];
    expect(caps({ max: 1, days: 1 }, late, 'Europe/London')?.stop).toBeNull();
    expect(caps({ max: 1, days: 1 }, late, 'Asia/Tokyo')?.stop).toMatchObject({ until: new Date('2026-03-03T15:00:00Z') });
    expect(caps({ max: 1, days: 1 }, late, null)?.stop).toMatchObject({ until: new Date('2026-03-03T15:00:00Z') });
  });

  it('ends at once what is of no use by then', () => {
    const slot = new Date(NOW.getTime() + 2 * DAY);
    const at = (expiresAt: Date) => caps({ channel: 'email', max: 2, within: '7d' }, sent, 'Europe/Berlin', expiresAt);
    expect(at(new Date(slot.getTime() + 1))?.stop).toMatchObject({ go: 'hold', until: slot });
    expect(at(slot)).toEqual({
      answer:
        '2 by email went out in the last 7 days, at most 2 may: it could go at Thursday 2026-03-05 09:14 (Europe/Berlin), ' +
        'but it is of use until Thursday 2026-03-05 09:14 (Europe/Berlin) only.',
      stop: { go: 'end', state: 'expired', reason: 'capped' },
    });
  });
});

describe('askQuietHours', () => {
  const NIGHT: SendingPolicies = { quietHours: [{ from: '20:00', to: '08:00' }, { weekdays: ['saturday', 'sunday'] }], holidays: ['2026-03-09'], unknownZone: ['Europe/London', 'Asia/Tokyo'] };

  it.each([
    ['2026-03-02T21:30:00Z', 'It is Monday 2026-03-02 22:30 (Europe/Berlin), and 20:00 to 08:00 is quiet: held until Tuesday 2026-03-03 08:00 (Europe/Berlin).'],
    ['2026-03-06T21:30:00Z', 'It is Friday 2026-03-06 22:30 (Europe/Berlin), and 20:00 to 08:00 is quiet: held until Tuesday 2026-03-10 08:00 (Europe/Berlin).'],
    ['2026-03-07T11:00:00Z', 'It is Saturday 2026-03-07 12:00 (Europe/Berlin), and saturday and sunday are quiet: held until Tuesday 2026-03-10 08:00 (Europe/Berlin).'],
    ['2026-03-09T11:00:00Z', 'It is Monday 2026-03-09 12:00 (Europe/Berlin), and 2026-03-09 is a holiday: held until Tuesday 2026-03-10 08:00 (Europe/Berlin).'],
  ])('says what the lead’s clocks show, why that is quiet, and until when it waits', (now, answer) => {
    expect(quiet(NIGHT, now)).toMatchObject({ answer, stop: { go: 'hold', reason: 'quiet' } });
  });

  it('says that it is not quiet, and asks nothing without a policy', () => {
    expect(quiet(NIGHT, '2026-03-03T08:14:00Z')).toEqual({ answer: 'It is Tuesday 2026-03-03 09:14 (Europe/Berlin), which is not quiet.', stop: null });
    expect(quiet(NIGHT, '2026-03-03T10:00:00Z', null)?.answer).toBe(
      'It is Tuesday 2026-03-03 10:00 (Europe/London) and Tuesday 2026-03-03 19:00 (Asia/Tokyo), which is not quiet.',
    );
    expect(quiet({}, '2026-03-03T22:00:00Z')).toBeNull();
  });

  it('ends at once what is of no use by then', () => {
    expect(quiet(NIGHT, '2026-03-06T21:30:00Z', 'Europe/Berlin', new Date('2026-03-09T12:00:00Z'))).toMatchObject({
      stop: { go: 'end', state: 'expired', reason: 'quiet' },
    });
  });
});
