import { HOUR, MINUTE } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gate } from './gate.ts';
import type { GateCandidate, GateSnapshot, GateWorld, Verdict } from './types.ts';

const NOW = new Date('2026-03-02T09:00:00Z');
const WORLD: GateWorld = { now: NOW, stopped: false, policies: {} };
const QUESTIONS = ['kill switch', 'erased', 'address', 'suppression', 'consent', 'holdout', 'programme', 'expiry', 'content', 'connector'];

function after(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}

function candidateOf(parts: Partial<GateCandidate> = {}): GateCandidate {
  return {
    id: 'touchpoint-1',
    programme: 'journeys/welcome',
    channel: 'email',
    content: 'content/welcome',
    dueAt: NOW,
    expiresAt: after(HOUR),
    programmeActive: true,
    contentProblem: null,
    connector: 'mail',
    address: 'lead@example.test',
    suppressed: null,
    consent: { id: 'consent-1', state: 'granted' },
    topic: 'product',
    ...parts,
  };
}

function snapshotOf(candidates: readonly GateCandidate[], parts: Partial<GateSnapshot> = {}): GateSnapshot {
  return { lead: 'lead-1', erased: false, holdout: false, zone: null, sent: [], candidates, ...parts };
}

function gateOne(candidate: Partial<GateCandidate>, lead: Partial<GateSnapshot> = {}, world: Partial<GateWorld> = {}): Verdict {
  return gate([snapshotOf([candidateOf(candidate)], lead)], { ...WORLD, ...world })[0] ?? expect.fail('no verdict');
}

interface Case {
  readonly asked: string;
  readonly candidate?: Partial<GateCandidate>;
  readonly lead?: Partial<GateSnapshot>;
  readonly world?: Partial<GateWorld>;
  readonly verdict: object;
  readonly says: string;
}

const STOPS: readonly Case[] = [
  {
    asked: 'kill switch',
    world: { stopped: true },
    verdict: { go: 'hold', reason: 'stopped', until: after(MINUTE) },
    says: 'Sending is stopped',
  },
  { asked: 'erased', lead: { erased: true }, verdict: { go: 'end', state: 'suppressed', reason: 'erased' }, says: 'erased' },
  {
    asked: 'address',
    candidate: { address: null },
    verdict: { go: 'end', state: 'suppressed', reason: 'no-address' },
    says: 'no address for email',
  },
  {
    asked: 'suppression',
    candidate: { suppressed: 'unsubscribed' },
    verdict: { go: 'end', state: 'suppressed', reason: 'unsubscribed' },
    says: 'unsubscribed',
  },
  {
    asked: 'consent',
    candidate: { consent: null },
    verdict: { go: 'end', state: 'suppressed', reason: 'no-consent' },
    says: 'Consent for email about product: never asked.',
  },
  {
    asked: 'consent',
    candidate: { consent: { id: 'consent-2', state: 'denied' } },
    verdict: { go: 'end', state: 'suppressed', reason: 'consent-denied' },
    says: 'Consent for email about product: denied.',
  },
  { asked: 'holdout', lead: { holdout: true }, verdict: { go: 'end', state: 'suppressed', reason: 'holdout' }, says: 'holdout' },
  {
    asked: 'programme',
    candidate: { programmeActive: false },
    verdict: { go: 'end', state: 'cancelled', reason: 'programme-ended' },
    says: 'journeys/welcome has ended',
  },
  {
    asked: 'expiry',
    candidate: { expiresAt: NOW },
    verdict: { go: 'end', state: 'expired', reason: 'expired' },
    says: '2026-03-02T09:00:00.000Z',
  },
  {
    asked: 'content',
    candidate: { contentProblem: 'content/welcome has no email.hbs.' },
    verdict: { go: 'hold', reason: 'content', until: after(HOUR) },
    says: 'content/welcome has no email.hbs.',
  },
  {
    asked: 'connector',
    candidate: { connector: null },
    verdict: { go: 'hold', reason: 'no-connector', until: after(HOUR) },
    says: 'No connector is installed for email',
  },
];

describe('gate', () => {
  it('sends what passes every question, and keeps the answers', () => {
    const verdict = gateOne({});
    expect(verdict).toMatchObject({ touchpoint: 'touchpoint-1', go: 'send', connector: 'mail', address: 'lead@example.test', consent: 'consent-1' });
    expect(verdict.answers.map(({ asked }) => asked)).toEqual(QUESTIONS);
    expect(verdict.answers.every(({ passed }) => passed)).toBe(true);
    expect(verdict.answers).toContainEqual({ asked: 'consent', passed: true, answer: 'Consent for email about product: granted.' });
  });

  it.each(STOPS)('stops at $asked: $says', ({ asked, candidate = {}, lead = {}, world = {}, verdict, says }) => {
    const stopped = gateOne(candidate, lead, world);
    expect(stopped).toMatchObject(verdict);
    expect(stopped.answers.map((answer) => answer.asked)).toEqual(QUESTIONS.slice(0, QUESTIONS.indexOf(asked) + 1));
    expect(stopped.answers.map(({ passed }) => passed)).toEqual(stopped.answers.map((answer) => answer.asked !== asked));
    expect(stopped.answers.at(-1)?.answer).toContain(says);
  });

  it('sends what never expires, and what expires a millisecond later', () => {
    expect(gateOne({ expiresAt: null }).go).toBe('send');
    expect(gateOne({ expiresAt: after(1) }).go).toBe('send');
  });

  it('answers for each touchpoint in order, leads after each other', () => {
    const ids = (...names: string[]): GateCandidate[] => names.map((id) => candidateOf({ id }));
    const verdicts = gate([snapshotOf(ids('a', 'b')), snapshotOf([]), snapshotOf(ids('c'), { erased: true })], WORLD);
    expect(verdicts.map(({ touchpoint, go }) => `${touchpoint} ${go}`)).toEqual(['a send', 'b send', 'c end']);
  });

  it('asks about caps and quiet hours after expiry, where there are policies', () => {
    const policies = { caps: [{ max: 1, within: '24h' }], quietHours: [{ from: '20:00', to: '08:00' }], unknownZone: ['UTC'] };
    const asked = gateOne({}, {}, { policies }).answers.map((answer) => answer.asked);
    expect(asked).toEqual([...QUESTIONS.slice(0, 8), 'caps', 'quiet hours', ...QUESTIONS.slice(8)]);
  });

  it('lets one of two that are due at once pass a cap of one, and what never goes takes nobody’s place', () => {
    const candidates = ['a', 'b', 'c'].map((id) => candidateOf({ id, expiresAt: null, suppressed: id === 'a' ? 'complained' : null }));
    const policies = { caps: [{ channel: 'email', max: 1, within: '24h' }] };
    const verdicts = gate([snapshotOf(candidates)], { ...WORLD, policies });
    expect(verdicts.map(({ touchpoint, go }) => `${touchpoint} ${go}`)).toEqual(['a end', 'b send', 'c hold']);
    expect(verdicts[2]).toMatchObject({ reason: 'capped', until: after(24 * HOUR) });
  });

  it('says the time at which both let it go, when it is capped until a quiet hour', () => {
    const policies = { caps: [{ max: 1, within: '12h' }], quietHours: [{ from: '20:00', to: '08:00' }], unknownZone: ['UTC'] };
    const sent = [{ channel: 'sms', topic: 'product', at: NOW }];
    const verdict = gateOne({ expiresAt: null }, { sent }, { policies });
    expect(verdict).toMatchObject({ go: 'hold', reason: 'capped', until: new Date('2026-03-03T08:00:00Z') });
  });
});

const candidate: fc.Arbitrary<GateCandidate> = fc
  .record({
    expiresAt: fc.constantFrom(null, after(-1), NOW, after(1)),
    programmeActive: often(true, false),
    contentProblem: often<string | null>(null, 'It has no subject.'),
    connector: often<string | null>('mail', null),
    address: often<string | null>('lead@example.test', null),
    suppressed: often<string | null>(null, 'complained'),
    consent: often<GateCandidate['consent']>({ id: 'yes', state: 'granted' }, null, { id: 'no', state: 'denied' }),
  })
  .map(candidateOf);
const lead = fc.record({ erased: often(false, true), holdout: often(false, true) });
const world = fc.record({ now: fc.constant(NOW), stopped: often(false, true), policies: fc.constant({}) });

/** The first value mostly, so that many samples get past the early questions. */
function often<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(usual, usual, usual, usual, usual, usual, ...others);
}

describe('gate, for any touchpoint', () => {
  it('says send exactly when every condition holds', () => {
    fc.assert(
      fc.property(candidate, lead, world, (touchpoint, person, everybody) => {
        const verdict = gate([snapshotOf([touchpoint], person)], everybody)[0] ?? expect.fail('no verdict');
        const maySend =
          !everybody.stopped &&
          !person.erased &&
          !person.holdout &&
          touchpoint.suppressed === null &&
          touchpoint.consent?.state === 'granted' &&
          touchpoint.programmeActive &&
          (touchpoint.expiresAt === null || touchpoint.expiresAt > NOW) &&
          touchpoint.contentProblem === null &&
          touchpoint.address !== null &&
          touchpoint.connector !== null;
        expect(verdict.go === 'send').toBe(maySend);
        const { address, connector, consent } = touchpoint;
        if (verdict.go === 'send') expect(verdict).toMatchObject({ address, connector, consent: consent?.id });
      }),
      { numRuns: 500 },
    );
  });

  it('explains a stop by its last answer alone, and holds only until later', () => {
    fc.assert(
      fc.property(candidate, lead, world, (touchpoint, person, everybody) => {
        const verdict = gate([snapshotOf([touchpoint], person)], everybody)[0] ?? expect.fail('no verdict');
        expect(verdict.answers.filter(({ passed }) => !passed)).toEqual(verdict.go === 'send' ? [] : [verdict.answers.at(-1)]);
        if (verdict.go === 'hold') expect(verdict.until > NOW).toBe(true);
      }),
    );
  });
});
