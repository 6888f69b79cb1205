import { loadRulebook, parseCases, type Rulebook } from '@tendril/rulebook';
import { describe, expect, it } from 'vitest';
import { BASICS, JOURNEY } from '../test/small-rules.ts';
import { judgeCase, touchesOf } from './judge-case.ts';
import { caseWorld, liveThrough } from '@tendril/plan';
import { traceCase } from './trace-case.ts';

const OF = 'journeys/hello';
const rulebook = load();
const visited = (at: string) => ({ at, event: 'visited' });
const named = { firstName: 'Ada', consents: { 'sms:news': 'granted' } };
const HELLO = { touch: 'content/hello', channel: 'sms' };

function load(changes: object = {}): Rulebook {
  const files = Object.entries({ ...BASICS, ...JOURNEY, ...changes }).map(([path, value]) => ({ path, text: typeof value === 'string' ? value : JSON.stringify(value) }));
  return loadRulebook(files).rulebook ?? expect.fail('the rules are broken');
}

function lived(one: object, rules = rulebook) {
  const text = JSON.stringify({ of: OF, cases: [{ name: 'a', lead: named, expect: [], ...one }] });
  const { cases, problems } = parseCases({ path: 'journeys/hello.cases.json', text }, rules);
  const read = cases?.cases[0] ?? expect.fail(JSON.stringify(problems));
  const life = liveThrough(read, caseWorld(rules));
  return { read, life, judgement: judgeCase(read, OF, life) };
}

describe('a life under the virtual clock', () => {
  const march = (day: number, event: string, properties: object = {}) => ({ at: `2026-03-0${day}T09:00`, event, properties });
  const consent = (day: number, topic: string, state: string) => march(day, 'consent_changed', { channel: 'sms', topic, state });

  it.each<[string, object, string]>([
    ['goes out at once', {}, 'content/hello by sms at 2026-03-02T09:00'],
    ['is shown in the lead’s zone', { zone: 'Asia/Tokyo' }, 'content/hello by sms at 2026-03-02T09:00'],
    ['needs consent', { lead: { firstName: 'Ada' } }, 'nothing goes out'],
    ['takes consent for every topic', { lead: { firstName: 'Ada', consents: { 'sms:*': 'granted' } } }, 'content/hello by sms at 2026-03-02T09:00'],
    ['hears the newest word', { timeline: [consent(1, '*', 'denied'), visited('2026-03-02T09:00')] }, 'nothing goes out'],
    ['hears the newest word again', { timeline: [consent(1, '*', 'denied'), consent(2, 'news', 'granted'), visited('2026-03-02T09:00')] }, 'content/hello by sms at 2026-03-02T09:00'],
    ['does not reach a suppressed number', { timeline: [march(1, 'suppressed', { channel: 'sms', reason: 'bounced' }), visited('2026-03-02T09:00')] }, 'nothing goes out'],
    ['is held until it can be said', { lead: { consents: named.consents }, timeline: [visited('2026-03-02T08:30'), march(2, 'lead_updated', { firstName: 'Ada' })] }, 'content/hello by sms at 2026-03-02T09:30'],
    ['expires while it is held', { lead: { consents: named.consents } }, 'nothing goes out'],
    ['is watched until "now" only', { lead: { consents: named.consents }, now: '2026-03-02T08:00', timeline: [] }, 'nothing goes out'],
    ['goes out once', { timeline: [visited('2026-03-02T09:00'), visited('2026-03-20T09:00')] }, 'content/hello by sms at 2026-03-02T09:00'],
  ])('a touch %s', (_what, one, got) => {
    expect(lived({ timeline: [visited('2026-03-02T09:00')], ...one }).judgement.got).toBe(got);
  });

  it('lets rules react to what became of the lead, at the same moment', () => {
    const entered = { fact: 'eventCount', params: { event: 'segment_entered', where: { segment: 'segments/visitors' }, within: '7d' }, operator: 'atLeast', value: 1 };
    const greeted = { ...(JOURNEY['segments/visitors.json'] as object), id: 'segments/greeted', conditions: { all: [entered] } };
    const journey = { ...(JOURNEY['journeys/hello.json'] as object), entry: { segment: 'segments/greeted' } };
    const rules = load({ 'segments/greeted.json': greeted, 'journeys/hello.json': journey });
    expect(lived({ timeline: [visited('2026-03-02T09:00')] }, rules).judgement.got).toBe('content/hello by sms at 2026-03-02T09:00');
    const flips = { ...greeted, conditions: { not: { all: [{ ...entered, params: { ...entered.params, where: { segment: 'segments/greeted' } } }] } } };
    expect(lived({ timeline: [visited('2026-03-02T09:00')] }, load({ 'segments/greeted.json': flips, 'journeys/hello.json': journey })).life.decision.state.segments).not.toHaveProperty('segments/greeted');
  });

  it('passes when what goes out is as expected, at the expected time where one is given', () => {
    const passes = (...touches: object[]) => lived({ timeline: [visited('2026-03-02T09:00')], expect: touches }).judgement.passed;
    expect([passes(HELLO), passes({ ...HELLO, at: '2026-03-02T09:00' }), passes({ ...HELLO, at: '2026-03-02T10:00' })]).toEqual([true, true, false]);
    expect([passes(), passes(HELLO, HELLO)]).toEqual([false, false]);
  });

  it.each<[string, object, string]>([
    ['waits for the morning of the lead', { zone: 'Asia/Tokyo', timeline: [visited('2026-03-02T21:00')] }, 'content/hello by sms at 2026-03-03T08:00'],
    ['lets an earlier one of another journey go first', { timeline: [visited('2026-03-02T09:00'), march(2, 'called')] }, 'content/hello by sms at 2026-03-04T08:00'],
    ['waits no longer than it is of use', { timeline: [march(2, 'called'), visited('2026-03-02T10:00')] }, 'nothing goes out'],
  ])('a touch that the policies hold %s', (_what, one, got) => {
    const news = (days: number) => ({ ...(BASICS['policies.json'] as object), caps: [{ max: 1, days }], quietHours: [{ from: '20:00', to: '08:00' }], unknownZone: ['UTC'] });
    const calls = { all: [{ fact: 'eventCount', params: { event: 'called', within: '7d' }, operator: 'atLeast', value: 1 }] };
    const first = {
      'segments/callers.json': { ...(JOURNEY['segments/visitors.json'] as object), id: 'segments/callers', conditions: calls },
      'journeys/first.json': { ...(JOURNEY['journeys/hello.json'] as object), id: 'journeys/first', entry: { segment: 'segments/callers' } },
    };
    const days = got === 'nothing goes out' ? 5 : 2;
    expect(lived(one, load({ ...first, 'policies.json': news(days) })).judgement.got).toBe(got);
  });

  it('traces the gate’s answers, up to the one that ended it', async () => {
    const { read, life } = lived({ lead: { firstName: 'Ada' }, timeline: [visited('2026-03-02T09:00')] });
    expect(touchesOf(life, OF).map(({ verdict }) => verdict.go)).toEqual(['end']);
    const trace = await traceCase(read, OF, life, caseWorld(rulebook));
    expect(trace.slice(0, 2)).toEqual(['at 2026-03-02T09:00 UTC:', 'yes segments/visitors']);
    expect(trace).toContain('content/hello by sms suppressed (no-consent) at 2026-03-02T09:00:');
    expect(trace.at(-1)).toBe('  no  consent: Consent for sms about news: never asked.');
  });
});
