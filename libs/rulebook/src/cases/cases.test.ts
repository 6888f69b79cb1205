import { describe, expect, it } from 'vitest';
import { sampleRulebook } from '../../test/sample-rules.ts';
import { isCasesFile, parseCases } from './cases.ts';

const rulebook = sampleRulebook();
const parse = (file: object, path = 'segments/healthcare.cases.json') => parseCases({ path, text: JSON.stringify(file, null, 2) }, rulebook);
const healthcare = (one: object) => parse({ of: 'segments/healthcare', cases: [{ name: 'a', expect: true, ...one }] });

describe('parseCases', () => {
  it('reads a lead with its events in order, times in its zone', () => {
    const { cases, problems } = healthcare({
      zone: 'Europe/Berlin',
      now: '2026-03-05T09:00',
      lead: { industry: 'retail', consents: { 'email:product': 'granted' } },
      account: { tier: 'small' },
      accountCounts: { 'segments/healthcare': 2 },
      timeline: [
        { at: '2026-03-04T09:00', event: 'demo_booked' },
        { at: '2026-03-02T09:00', event: 'page_viewed', properties: { path: '/' } },
      ],
    });
    expect(problems).toEqual([]);
    expect(cases).toEqual({
      file: 'segments/healthcare.cases.json',
      of: 'segments/healthcare',
      cases: [
        {
          ...{ name: 'a', line: 4, column: 5, zone: 'Europe/Berlin', now: new Date('2026-03-05T08:00:00Z') },
          ...{ attributes: { industry: 'retail' }, account: { tier: 'small' }, accountCounts: { 'segments/healthcare': 2 }, consents: { 'email:product': 'granted' } },
          events: [
            { type: 'page_viewed', at: new Date('2026-03-02T08:00:00Z'), properties: { path: '/' } },
            { type: 'demo_booked', at: new Date('2026-03-04T08:00:00Z'), properties: {} },
          ],
          expected: { kind: 'segments', member: true },
        },
      ],
    });
  });

  it.each<[string, object, string, string | RegExp]>([
    ['an unknown key', { timelin: [] }, '7:7', 'Did you mean "timeline"?'],
    ['another kind of answer', { expect: { stage: 'decision' } }, '6:17', 'Write true or false.'],
    ['an unknown event', { timeline: [{ at: '2026-03-02T09:00', event: 'demo_boked' }] }, '10:20', 'Did you mean "demo_booked"?'],
    ['a wrong property', { timeline: [{ at: '2026-03-02T09:00', event: 'page_viewed', properties: { path: 1 } }] }, '12:21', /Send/],
    ['an unknown attribute', { lead: { industri: 'retail' } }, '8:21', 'Did you mean "industry"?'],
    ['a value that no lead has', { lead: { industry: 'retal' } }, '8:21', 'Did you mean "retail"?'],
    ['an unknown attribute of the account', { account: { teir: 'small' } }, '8:17', 'Did you mean "tier"?'],
    ['a count of an unknown segment', { accountCounts: { 'segments/helthcare': 2 } }, '8:9', 'Did you mean "segments/healthcare"?'],
    ['consent about nothing', { lead: { consents: { 'email:prodct': 'granted' } } }, '9:11', 'Did you mean "product"?'],
    ['an unknown zone', { zone: 'Berlin' }, '7:15', /Europe\/Berlin/],
    ['an hour that clocks skip', { zone: 'Europe/Berlin', now: '2026-03-29T02:30' }, '8:14', /spring/],
    ['a day in words', { now: 'today' }, '7:14', /2026-03-27T16:00/],
    ['an event after the question', { now: '2026-03-01T09:00', timeline: [{ at: '2026-03-02T09:00', event: 'demo_booked' }] }, '10:17', /Move/],
  ])('says where there is %s', (_what, one, place, hint) => {
    const { cases, problems } = healthcare(one);
    expect(cases).toBeNull();
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual([place]);
    expect(problems[0]?.hint).toMatch(hint);
  });

  const score = (expected: object) => ({ of: 'scoring/engagement', cases: [{ name: 'a', expect: expected }] });
  it.each<[string, object, string, string | RegExp]>([
    ['no rule', { cases: [] }, 'segments/a.cases.json', /"stages"/],
    ['a kind that has no cases', { of: 'content/case-study', cases: [] }, 'content/case-study.cases.json', /"stages"/],
    ['a rule that is not there', { of: 'segments/helthcare', cases: [{ name: 'a', expect: true }] }, 'segments/helthcare.cases.json', 'Did you mean "segments/healthcare"?'],
    ['a rule of another folder', { of: 'stages', cases: [{ name: 'a', expect: { stage: 'awareness' } }] }, 'segments/stages.cases.json', 'Move them to stages.cases.json.'],
    ['an unknown stage', { of: 'stages', cases: [{ name: 'a', expect: { stage: 'decison' } }] }, 'stages.cases.json', 'Did you mean "decision"?'],
    ['an unknown scoring rule', score({ rules: { 'reads-pricng': true } }), 'scoring/a.cases.json', 'Did you mean "reads-pricing"?'],
    ['an unknown grade', score({ grade: 'AAA' }), 'scoring/a.cases.json', /./],
    ['scores that expect nothing', score({}), 'scoring/a.cases.json', 'Write "points", "grade" or "rules".'],
    ['an unknown content', { of: 'journeys/welcome', cases: [{ name: 'a', expect: [{ touch: 'content/x', channel: 'email' }] }] }, 'journeys/welcome.cases.json', /content\//],
    ['a name twice', { of: 'segments/healthcare', cases: [{ name: 'a', expect: true }, { name: 'a', expect: true }] }, 'segments/x.cases.json', /own/],
  ])('refuses %s', (_what, file, path, hint) => {
    const { cases, problems } = parse(file, path);
    expect(cases).toBeNull();
    expect(problems.map((one) => one.hint)).toEqual([expect.stringMatching(hint)]);
  });

  it('refuses what is not JSON, as any rule file', () => {
    const { problems } = parseCases({ path: 'segments/a.cases.json', text: '{ "of": "segments/healthcare", }' }, rulebook);
    expect(problems).toMatchObject([{ line: 1, column: 30, message: 'A comma stands before a closing bracket' }]);
  });
});

it('knows files of cases by their names', () => {
  expect(['a.cases.json', 'segments/a.cases.json', 'segments/cases.json', 'schema/a.cases.json'].map(isCasesFile)).toEqual([true, true, false, false]);
});
