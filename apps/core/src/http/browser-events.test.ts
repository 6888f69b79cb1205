import { type IntakeEvent, TrackingPlan } from '@tendril/events';
import { describe, expect, it } from 'vitest';
import { checkPublicEvents, type PublicRequest } from './browser-events.ts';

const plan = TrackingPlan.parse({
  attributes: {},
  events: {
    page_viewed: { meaning: 'Read a page', public: true },
    trial_started: { meaning: 'Started a trial' },
    consent_changed: { meaning: 'A plan that says too much', public: true },
  },
});
const now = new Date('2026-03-02T09:00:00Z');
const request: PublicRequest = { source: 'website', plan, now };
const VISITOR = '0123456789abcdef0123456789abcdef';

const page = (more: Partial<IntakeEvent> = {}): IntakeEvent => ({
  source: 'website',
  key: 'key-1',
  type: 'page_viewed',
  at: '2026-03-02T08:59:59Z',
  lead: { anonymousId: VISITOR, id: undefined, email: undefined, phone: undefined },
  properties: {},
  ...more,
});
const lead = (more: Partial<IntakeEvent['lead']>): Partial<IntakeEvent> => ({ lead: { ...page().lead, ...more } });
const check = (events: IntakeEvent[], more: Partial<PublicRequest> = {}) => checkPublicEvents(events, { ...request, ...more });

describe('events of a page', () => {
  it('pass when they are public, about an anonymous visitor, and now', () => {
    expect(check([page()])).toEqual({ accepted: [{ index: 0, event: page({ at: '2026-03-02T08:59:59.000Z' }) }], refused: [] });
  });

  it.each([
    ['a type that is not public', { type: 'trial_started' }, 'type'],
    ['a type that nobody knows', { type: 'page_closed' }, 'type'],
    ['what Tendril records itself', { type: 'lead_updated' }, 'type'],
    ['the same, whatever the plan says', { type: 'consent_changed' }, 'type'],
    ['a name that every object has', { type: 'constructor' }, 'type'],
    ['another source', { source: 'crm' }, 'source'],
    ['an address', lead({ email: 'ana@clinic.example' }), 'lead.email'],
    ['an address alone', lead({ anonymousId: undefined, email: 'ana@clinic.example' }), 'lead.email'],
    ['a phone number', lead({ phone: '+447700900123' }), 'lead.phone'],
    ["the company's own id", lead({ id: 'crm-1' }), 'lead.id'],
    ['an id that can be guessed', lead({ anonymousId: 'visitor-7' }), 'lead.anonymousId'],
    ['a company', { account: { domain: 'clinic.example' } }, 'account'],
  ] satisfies [string, Partial<IntakeEvent>, string][])('may not name %s', (_what, more, field) => {
    const { accepted, refused } = check([page(), page(more), page()]);
    expect(accepted.map(({ index }) => index)).toEqual([0, 2]);
    expect(refused).toMatchObject([{ index: 1, code: 'event-not-public', field }]);
  });

  it('name what is public when something is not', () => {
    expect(check([page({ type: 'trial_started' })]).refused[0]?.hint).toContain('Public are: page_viewed.');
  });

  it('are refused after a day', () => {
    expect(check([page({ at: '2026-03-01T09:00:00Z' })]).refused).toEqual([]);
    expect(check([page({ at: '2026-03-01T08:59:59.999Z' })]).refused).toMatchObject([{ code: 'event-too-old', field: 'at' }]);
  });

  it('are corrected by what the clock of the visitor is wrong, in both directions', () => {
    const atOf = (at: string, sentAt: string) => check([page({ at })], { sentAt: new Date(sentAt) }).accepted[0]?.event.at;
    expect(atOf('2026-02-01T00:00:00Z', '2026-02-01T00:00:05Z')).toBe('2026-03-02T08:59:55.000Z');
    expect(atOf('2031-02-01T00:00:00Z', '2031-02-01T00:00:05Z')).toBe('2026-03-02T08:59:55.000Z');
  });

  it('never happen later than now, and no clock takes them out of time', () => {
    expect(check([page({ at: '9999-12-31T23:59:59Z' })], { sentAt: new Date(-8.64e15) }).accepted[0]?.event.at).toBe(now.toISOString());
    expect(check([page({ at: '0000-01-01T00:00:00Z' })], { sentAt: new Date(8.64e15) }).refused).toMatchObject([{ code: 'event-too-old' }]);
    expect(check([page({ at: '2026-03-02T09:00:00Z' })], { sentAt: new Date('2026-03-02T08:59:00Z') }).accepted[0]?.event.at).toBe(now.toISOString());
  });
});
