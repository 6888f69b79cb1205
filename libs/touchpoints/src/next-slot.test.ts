import { DAY, HOUR, MINUTE, nextClockChange } from '@tendril/kernel';
import type { Cap, QuietHours } from '@tendril/rulebook';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, mayGo } from '../test/other-clock.ts';
import { gate } from './gate.ts';
import { nextSlot, zonesOf } from './next-slot.ts';
import type { GateCandidate, SendingPolicies, SentTouch, Verdict } from './types.ts';

/** TENDRIL_RUNS raises it for a long search. */
const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 100);

const cap: fc.Arbitrary<Cap> = fc
  .tuple(
    fc.record({ channel: fc.constantFrom(undefined, 'email', 'sms'), topic: fc.constantFrom(undefined, 'product', 'guides'), max: fc.integer({ min: 1, max: 3 }) }),
    fc.oneof(fc.constantFrom('90m', '24h', '3d', '7d').map((within) => ({ within })), fc.integer({ min: 1, max: 8 }).map((days) => ({ days }))),
  )
  .map(([scope, window]) => ({ ...scope, ...window }));

/** Monday to Thursday from 10:00 to 16:30 stay open. Some of them begin and end where clocks jump. */
const quietHours: fc.Arbitrary<QuietHours> = fc.constantFrom<QuietHours>(
  { from: '20:00', to: '08:00' },
  { from: '22:00', to: '02:30' },
  { from: '01:30', to: '02:00' },
  { from: '16:30', to: '10:00', channel: 'sms' },
  { from: '00:00', to: '00:30' },
  { from: '23:15', to: '24:00' },
  { weekdays: ['saturday', 'sunday'] },
  { weekdays: ['sunday'], from: '02:10', to: '03:10' },
  { weekdays: ['friday'], from: '13:00', to: '24:00' },
);

const ZONES = Intl.supportedValuesOf('timeZone');
const zone = fc.constantFrom<string | null>(...ZONES, null, null, null);

const CHANGING = ZONES.filter((name) => nextClockChange(name, new Date('2026-01-01T00:00:00Z')) !== null);

/** A zone and a moment near a change of its clocks, mostly; else any zone, or none. */
const place = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...CHANGING) }, { weight: 1, arbitrary: zone }), fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 11, 31) }), fc.integer({ min: -30 * HOUR, max: 6 * HOUR }))
  .map(([where, at, step]) => ({ zone: where, now: new Date((nextClockChange(where ?? 'Europe/London', new Date(at))?.getTime() ?? at) + step) }));

const life = fc
  .record({
    place,
    caps: fc.array(cap, { maxLength: 3 }),
    quietHours: fc.array(quietHours, { maxLength: 3 }),
    holidays: fc.uniqueArray(fc.integer({ min: -1, max: 4 }), { maxLength: 3 }),
    unknownZone: fc.constantFrom(['Europe/London', 'Europe/Helsinki'], ['America/New_York', 'Europe/London'], ['Australia/Lord_Howe']),
    channel: fc.constantFrom('email', 'sms'),
    topic: fc.constantFrom('product', 'guides'),
    sent: fc.array(fc.record({ channel: fc.constantFrom('email', 'email', 'sms'), topic: fc.constantFrom('product', 'guides', '*'), ago: fc.integer({ min: -MINUTE, max: 9 * DAY }) }), { maxLength: 6 }),
  })
  .map(({ place: { zone: where, now }, holidays, sent, channel, topic, ...policies }) => ({
    zone: where,
    now,
    case: {
      policies: { ...policies, holidays: holidays.map((days) => new Date(now.getTime() + days * DAY).toISOString().slice(0, 10)) },
      zones: where === null ? policies.unknownZone : [where],
      channel,
      topic,
      sent: sent.map(({ ago, ...touch }): SentTouch => ({ ...touch, at: new Date(now.getTime() - ago) })),
    } satisfies Case,
  }));

function candidateOf({ channel, topic }: Pick<Case, 'channel' | 'topic'>, now: Date): GateCandidate {
  return {
    id: 'touchpoint-1',
    programme: 'journeys/a',
    channel,
    content: 'content/a',
    dueAt: now,
    expiresAt: null,
    programmeActive: true,
    contentProblem: null,
    connector: 'any',
    address: 'lead',
    suppressed: null,
    consent: { id: '1', state: 'granted' },
    topic,
  };
}

function gateAt(one: Case, where: string | null, now: Date): Verdict {
  const snapshot = { lead: 'lead-1', erased: false, holdout: false, zone: where, sent: one.sent, candidates: [candidateOf(one, now)] };
  return gate([snapshot], { now, stopped: false, policies: one.policies })[0] ?? expect.fail('no verdict');
}

describe('a touchpoint that caps or quiet hours hold back', () => {
  it('is held until the first moment at which it may go, to the millisecond, in any zone and through any clock change', { timeout: RUNS * 600 }, () => {
    const seen = { send: 0, capped: 0, quiet: 0 };
    fc.assert(
      fc.property(life, fc.integer({ min: 7 * MINUTE, max: 31 * MINUTE }), ({ zone: where, now, case: one }, step) => {
        const verdict = gateAt(one, where, now);
        expect(verdict.go === 'send').toBe(mayGo(one, now));
        if (verdict.go !== 'hold') return void (seen.send += 1);
        seen[verdict.reason as 'capped' | 'quiet'] += 1;
        const until = verdict.until.getTime();
        expect(mayGo(one, verdict.until)).toBe(true);
        for (let at = until - 1; at > now.getTime(); at -= step) expect(mayGo(one, new Date(at))).toBe(false);
        expect(gateAt(one, where, verdict.until).go).toBe('send');
        expect(gateAt(one, where, new Date(until - 1))).toMatchObject({ go: 'hold', until: verdict.until });
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(seen.send, seen.capped, seen.quiet)).toBeGreaterThan(RUNS / 20);
  });

  it('goes outside quiet hours only, every quarter of an hour around any clock change', { timeout: RUNS * 600 }, () => {
    const one: Case = { policies: { quietHours: [{ from: '20:00', to: '08:00' }, { from: '01:30', to: '02:30' }] }, zones: [], channel: 'sms', topic: 'product', sent: [] };
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 11, 31) }), (where, at) => {
        const change = nextClockChange(where, new Date(at))?.getTime() ?? at;
        for (let step = -48 * HOUR; step <= 48 * HOUR; step += 15 * MINUTE) {
          const now = new Date(change + step);
          expect([now, gateAt(one, where, now).go === 'send']).toEqual([now, mayGo({ ...one, zones: [where] }, now)]);
        }
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });

  it('never lets more go than a cap allows, when all that is held comes back at its time', { timeout: RUNS * 600 }, () => {
    const plans = fc.array(fc.record({ channel: fc.constantFrom('email', 'sms'), topic: fc.constantFrom('product', 'guides'), at: fc.integer({ min: 0, max: 5 * DAY }) }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(plans, place, fc.array(cap, { minLength: 1, maxLength: 3 }), (planned, { zone: where, now: begin }, caps) => {
        const policies: SendingPolicies = { caps, unknownZone: ['Europe/London', 'Europe/Helsinki'] };
        const sent: SentTouch[] = [];
        let waiting = planned.map(({ at, ...touch }, n) => ({ ...touch, id: String(n), due: begin.getTime() + at }));
        while (waiting.length > 0) {
          const now = new Date(Math.min(...waiting.map(({ due }) => due)));
          const due = waiting.filter((touch) => touch.due <= now.getTime());
          const candidates = due.map((touch) => ({ ...candidateOf(touch, now), id: touch.id }));
          const snapshot = { lead: 'lead-1', erased: false, holdout: false, zone: where, sent: [...sent], candidates };
          const verdicts = new Map(gate([snapshot], { now, stopped: false, policies }).map((verdict) => [verdict.touchpoint, verdict]));
          for (const touch of due) {
            if (verdicts.get(touch.id)?.go !== 'send') continue;
            const zones = zonesOf(where, policies);
            expect(mayGo({ policies, zones, sent, ...touch }, now)).toBe(true);
            sent.push({ channel: touch.channel, topic: touch.topic, at: now });
          }
          waiting = waiting.flatMap((touch) => {
            const verdict = verdicts.get(touch.id);
            if (!verdict) return [touch];
            return verdict.go === 'hold' ? [{ ...touch, due: verdict.until.getTime() }] : [];
          });
        }
        expect(sent).toHaveLength(planned.length);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('nextSlot', () => {
  it('looks 400 days ahead, and answers with a moment before which nothing may go', () => {
    const holidays = Array.from({ length: 500 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
    const from = new Date('2026-01-01T09:00:00Z');
    const found = nextSlot({ candidate: { channel: 'email', topic: 'product' }, sent: [], zones: ['UTC'] }, { holidays }, from);
    expect(found.toISOString()).toBe('2027-02-06T00:00:00.000Z');
  });
});

describe('zonesOf', () => {
  it('is where the lead is, or everywhere it may be', () => {
    const policies = { unknownZone: ['Europe/London', 'Europe/Berlin'] };
    expect(['Asia/Tokyo', null, 'Atlantis/Capital'].map((name) => zonesOf(name, policies))).toEqual([['Asia/Tokyo'], policies.unknownZone, policies.unknownZone]);
    expect(zonesOf(null, {})).toEqual(['UTC']);
  });
});
