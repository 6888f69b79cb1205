import type { TrackingPlan } from '@tendril/events';
import { DAY, type Json } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { interestReader } from './interest.ts';
import { NO_TOUCHES } from './types.ts';

const NOW = new Date('2026-03-10T12:00:00Z').getTime();
const PLAN: TrackingPlan = {
  attributes: {
    product: { type: 'string', meaning: 'What they asked for', interest: true },
    industry: { type: 'string', meaning: 'Trade' },
    likes: { type: 'strings', meaning: 'What they ticked', interest: true },
  },
  account: {},
  events: {
    read: { meaning: 'Read about it', properties: { topic: { type: 'string', meaning: 'Topic', interest: true }, tags: { type: 'strings', meaning: 'Topics', interest: true } } },
    seen: { meaning: 'Saw a page', properties: { path: { type: 'string', meaning: 'Path' } } },
  },
};

const topics = (attributes: Readonly<Record<string, Json>>, read: readonly (readonly [days: number, ...topics: string[]])[], within = Infinity): readonly string[] => {
  const events = read
    .map(([days, topic = null, ...tags]) => ({ type: 'read', at: new Date(NOW - days * DAY), properties: { topic, tags } }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return interestReader(PLAN)({ id: 'x', attributes, account: null, events, stage: null, consents: {}, ...NO_TOUCHES }, NOW, within).topics;
};

describe('interests', () => {
  it.each<[string, Parameters<typeof topics>, string[]]>([
    ['nothing is known', [{}, []], []],
    ['the stated ones come first, in the plan’s and the list’s order', [{ likes: ['b', 'c'], product: 'z' }, [[1, 'a']]], ['z', 'b', 'c', 'a']],
    ['no topic comes twice', [{ likes: ['b', 'b'], product: 'b' }, [[1, 'b']]], ['b']],
    ['what was read most comes first', [{}, [[1, 'a'], [2, 'b'], [3, 'b']]], ['b', 'a']],
    ['then what was read last', [{}, [[1, 'b'], [2, 'a']]], ['b', 'a']],
    ['then the alphabet', [{}, [[1, 'b'], [1, 'a']]], ['a', 'b']],
    ['an event counts once for each of its topics', [{}, [[1, 'a', 'a', 'b'], [2, 'b']]], ['b', 'a']],
    ['what left the window does not count', [{}, [[1, 'a'], [7, 'b'], [8, 'b']], 7 * DAY], ['a']],
    ['what was stated stays, whatever the window', [{ product: 'z' }, [[8, 'b']], 7 * DAY], ['z']],
    ['what is not marked is no topic', [{ industry: 'retail' }, []], []],
    ['an empty text is no topic', [{ product: '', likes: ['', 'b'] }, []], ['b']],
  ])('when %s', (_name, given, expected) => {
    expect(topics(...given)).toEqual(expected);
  });
});
