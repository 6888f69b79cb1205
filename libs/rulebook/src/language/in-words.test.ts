import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLeaf, RUNS, tree } from '../../test/arbitraries.ts';
import { durationInWords, eventsInWords, inWords, type WordedComparison } from './in-words.ts';
import { leavesOf } from '../evaluate/rule-graph.ts';

const PRICING = { event: 'page_viewed', within: '7d', where: { path: { startsWith: '/pricing' } } };

describe('inWords', () => {
  it.each<[WordedComparison | { condition: string }, string]>([
    [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'clinics' }, 'the lead’s industry is "clinics"'],
    [{ fact: 'account', path: '$.employees', operator: 'atLeast', value: 50 }, 'the account’s employees is at least 50'],
    [{ fact: 'lead', path: '$.country', operator: 'notIn', value: ['FR', 'ES'] }, 'the lead’s country is not "FR" or "ES"'],
    [{ fact: 'lead', path: '$.country', operator: 'isSet', value: true }, 'the lead’s country is known'],
    [{ fact: 'lead', path: '$.renewal', operator: 'withinLast', value: '30d' }, 'the lead’s renewal is within the last 30 days'],
    [{ fact: 'eventCount', params: PRICING, operator: 'atLeast', value: 2 }, 'at least 2 page_viewed in the last 7 days (path begins with "/pricing")'],
    [{ fact: 'eventCount', params: { event: 'trial_started' }, operator: 'equal', value: 0 }, 'no trial_started ever'],
    [{ fact: 'eventCount', params: { event: 'a', where: { b: 1, c: { in: ['x', 'y'] } } }, operator: 'greaterThan', value: 0 }, 'more than 0 a ever (b is 1, c is "x" or "y")'],
    [{ fact: 'eventSum', params: { event: 'deal_won', property: 'amount' }, operator: 'atLeast', value: 3 }, 'the sum of amount of deal_won ever is at least 3'],
    [{ fact: 'daysSince', params: { event: 'trial_started' }, operator: 'atLeast', value: 7 }, 'at least 7 whole days since the newest trial_started'],
    [{ fact: 'daysSince', params: { event: 'trial_started' }, operator: 'isNotSet', value: true }, 'there never was trial_started'],
    [{ fact: 'score', params: { model: 'scoring/fit' }, operator: 'atLeast', value: 45 }, 'at least 45 points of scoring/fit'],
    [{ fact: 'grade', params: { model: 'scoring/fit' }, operator: 'in', value: ['A', 'B'] }, 'the grade of scoring/fit is "A" or "B"'],
    [{ fact: 'stage', operator: 'equal', value: 'decision' }, 'the stage is "decision"'],
    [{ fact: 'consent', params: { channel: 'sms', topic: 'product' }, operator: 'equal', value: 'granted' }, 'the consent to product by sms is "granted"'],
    [{ fact: 'inJourney', params: { journey: 'journeys/welcome' }, operator: 'equal', value: true }, 'on the way in journeys/welcome is true'],
    [{ fact: 'touchpointCount', params: { channel: 'email', state: 'accepted', within: '7d' }, operator: 'lessThan', value: 2 }, 'less than 2 accepted touchpoints by email in the last 7 days'],
    [{ fact: 'touchpointCount', params: { content: 'content/a' }, operator: 'equal', value: 0 }, 'no touchpoints of content/a ever'],
    [{ fact: 'accountCount', params: { condition: 'segments/a' }, operator: 'atLeast', value: 2 }, 'at least 2 leads of the account in segments/a'],
    [{ fact: 'weather', params: { in: 'x' }, operator: 'equal', value: 'rain' }, 'weather {"in":"x"} is "rain"'],
    [{ condition: 'segments/sales-ready' }, 'in segments/sales-ready'],
  ])('%j', (leaf, words) => {
    expect(inWords(leaf)).toBe(words);
  });

  it('says windows and events by themselves', () => {
    expect([durationInWords('1h'), durationInWords('30m')]).toEqual(['1 hour', '30 minutes']);
    expect(eventsInWords({ event: 'page_viewed' }, '')).toBe('page_viewed');
  });

  it('has words for every comparison that a rule may make, with its value in them', () => {
    fc.assert(
      fc.property(tree(plainLeaf), (condition) => {
        for (const { condition: leaf } of leavesOf(condition)) {
          const words = inWords(leaf);
          expect(words).not.toMatch(/undefined|\[object/);
          const shown = 'fact' in leaf && !['isSet', 'isNotSet', 'withinLast'].includes(leaf.operator) && leaf.value !== 0;
          for (const part of shown ? [leaf.value].flat() : []) expect(words).toContain(JSON.stringify(part));
        }
      }),
      { numRuns: RUNS },
    );
  });
});
