import { loadRulebook, parseCases, TOUCHPOINT_STATES } from '@tendril/rulebook';
import type { TouchpointState } from '@tendril/touchpoints';
import { describe, expect, it } from 'vitest';
import { caseWorld, liveThrough } from './live-through.ts';

const head = (id: string): object => ({ id, version: 1, status: 'live', owner: 'growth', title: id });
const segment = (id: string, ...all: object[]): object => ({ ...head(id), conditions: { all } });
const touches = (state: string): object => ({ fact: 'touchpointCount', params: { state, within: '3d' }, operator: 'atLeast', value: 1 });
const journey = (name: string, entry: string): object => ({
  ...head(`journeys/${name}`),
  entry: { segment: `segments/${entry}` },
  reentry: 'never',
  steps: [{ id: 'hello', touch: 'content/hello', channel: 'sms', expires: '3d' }],
});

/** Visitors are greeted; who was sent something or has a greeting on its way stands in a segment of its own. */
const RULES: Readonly<Record<string, unknown>> = {
  'tracking-plan.json': { attributes: { firstName: { type: 'string', meaning: 'Given name' } }, events: { visited: { meaning: 'Was here' } } },
  'policies.json': {
    company: { name: 'Example', postalAddress: '1 Example Street', website: 'https://example.com' },
    topics: { news: { title: 'News' } },
    holdout: { share: 0, salt: 'a' },
  },
  'stages.json': { regression: 'never', stages: [{ name: 'open', title: 'Open' }] },
  'connectors.json': { connectors: [] },
  'segments/visitors.json': segment('segments/visitors', { fact: 'eventCount', params: { event: 'visited' }, operator: 'atLeast', value: 1 }),
  'segments/greeted.json': segment('segments/greeted', touches('accepted')),
  'segments/waiting.json': segment('segments/waiting', { fact: 'inJourney', params: { journey: 'journeys/hello' }, operator: 'equal', value: true }),
  'segments/held.json': segment('segments/held', touches('held')),
  'segments/committee.json': segment('segments/committee', { fact: 'accountCount', params: { condition: 'segments/visitors' }, operator: 'atLeast', value: 2 }),
  'content/hello/content.json': { ...head('content/hello'), topic: 'news', intent: 'help' },
  'content/hello/sms.hbs': 'Good day {{lead.firstName}}! Reply STOP to opt out.',
  'journeys/hello.json': journey('hello', 'visitors'),
  'journeys/again.json': journey('again', 'greeted'),
};

const rulebook = loadRulebook(Object.entries(RULES).map(([path, rule]) => ({ path, text: typeof rule === 'string' ? rule : JSON.stringify(rule) }))).rulebook;

function life(of: string, one: object) {
  const rules = rulebook ?? expect.fail('the rules are broken');
  const expected = of.startsWith('journeys/') ? [] : false;
  const lead = { firstName: 'Ada', consents: { 'sms:news': 'granted' } };
  const text = JSON.stringify({ of, cases: [{ name: 'a', lead, expect: expected, timeline: [{ at: '2026-03-02T09:00', event: 'visited' }], ...one }] });
  const { cases, problems } = parseCases({ path: `${of}.cases.json`, text }, rules);
  return liveThrough(cases?.cases[0] ?? expect.fail(JSON.stringify(problems)), caseWorld(rules));
}

const segmentsOf = (one: object): string[] => Object.keys(life('segments/visitors', one).decision.state.segments).sort();

describe('rules about touches in a life', () => {
  it.each<[string, object, string[]]>([
    ['see what went out', {}, ['segments/greeted', 'segments/visitors']],
    ['see no longer what left the window', { now: '2026-03-05T09:00' }, ['segments/visitors']],
    ['see it until then', { now: '2026-03-05T08:59' }, ['segments/greeted', 'segments/visitors']],
    ['see what is held, which is still on its way', { lead: { consents: { 'sms:news': 'granted' } } }, ['segments/held', 'segments/visitors', 'segments/waiting']],
    ['see nothing of what the gate refused', { lead: { firstName: 'Ada' } }, ['segments/visitors']],
    ['see nothing where nothing was wanted', { timeline: [] }, []],
  ])('%s', (_name, one, expected) => {
    expect(segmentsOf(one)).toEqual(expected);
  });

  it('let one journey follow another one’s touch', () => {
    const { touches: lived } = life('journeys/again', {});
    expect(lived.map(({ touch, verdict }) => [touch.programme, verdict.go])).toEqual([['journeys/hello', 'send'], ['journeys/again', 'send']]);
  });

  it('take the leads of the account from the case', () => {
    expect(segmentsOf({ accountCounts: { 'segments/visitors': 2 } })).toContain('segments/committee');
    expect(segmentsOf({ accountCounts: { 'segments/visitors': 1 } })).not.toContain('segments/committee');
  });
});

it('rules may ask for every state but those that last for seconds', () => {
  const states: Readonly<Record<TouchpointState, boolean>> = {
    planned: true, held: true, claimed: false, sending: false, accepted: true, rejected: true, unknown: true, cancelled: true, suppressed: true, expired: true,
  };
  expect([...TOUCHPOINT_STATES].sort()).toEqual(Object.entries(states).flatMap(([state, asked]) => (asked ? [state] : [])).sort());
});
