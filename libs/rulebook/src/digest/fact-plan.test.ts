import { DAY } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRules, onlySegments, plainModel, RUNS } from '../../test/arbitraries.ts';
import { sampleRulebook, SAMPLE } from '../../test/sample-rules.ts';
import { eventTypesRead } from '../evaluate/live-rules.ts';
import { shadowRules } from '../evaluate/shadow-rules.ts';
import type { Condition, EventScoring } from '../language/types.ts';
import { factPlan, planOf, type StreamPlan } from './fact-plan.ts';

const asks = (...leaves: readonly Condition[]): ReturnType<typeof planOf> => planOf([onlySegments(leaves.map((leaf) => ({ all: [leaf] })))]);
const count = (value: number, params: Record<string, string> = {}): Condition => ({ fact: 'eventCount', params: { event: 'page_viewed', ...params }, operator: 'atLeast', value });

/** What the plan of one scoring rule keeps and counts. */
function scored(rule: Partial<EventScoring>): Pick<StreamPlan, 'needs' | 'counted'> | undefined {
  const model = plainModel([{ name: 'views', points: 8, per: { event: 'page_viewed' }, ...rule }]);
  const plan = planOf([{ ...onlySegments([]), models: [model] }]);
  const [stream] = plan.events['page_viewed']?.streams ?? [];
  return stream && { needs: stream.needs, counted: stream.counted };
}

describe('the fact plan', () => {
  it('names what the rules of a rulebook and its drafts read', () => {
    const quiet = SAMPLE['segments/quiet.json'] as { readonly conditions: { readonly all: readonly Condition[] } };
    const draft = { ...quiet, status: 'draft', conditions: { all: [...quiet.conditions.all, { fact: 'account', path: '$.tier', operator: 'equal', value: 'small' }] } };
    const rulebook = sampleRulebook({ 'segments/quiet.json': draft });
    const live = factPlan(rulebook, null);
    expect(live).toMatchObject({ attributes: ['industry'], accountAttributes: [], types: ['demo_booked', 'page_viewed', 'trial_started'] });
    expect(live.types).toEqual(rulebook.eventTypes);
    expect(factPlan(rulebook, shadowRules(rulebook))).toMatchObject({ attributes: ['country', 'industry'], accountAttributes: ['tier'] });
  });

  it('has the event types that the rules read, and is plain JSON', () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        const plan = planOf([rules]);
        expect(plan.types).toEqual(eventTypesRead(rules));
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  it('keeps its key when a threshold or the order of rules changes a little', () => {
    const { key } = asks(count(2, { within: '7d' }), count(1, { event: 'app_opened' }));
    expect(asks(count(1, { event: 'app_opened' }), count(5, { within: '7d' })).key).toBe(key);
    expect(asks(count(9, { within: '7d' }), count(1, { event: 'app_opened' })).key).not.toBe(key);
    expect(asks(count(2, { within: '8d' }), count(1, { event: 'app_opened' })).key).not.toBe(key);
    expect(asks(count(2, { within: '7d' }), count(1)).key).not.toBe(key);
  });

  it('leaves out what a longer window or a larger count keeps anyway', () => {
    const plan = asks(count(2, { within: '7d' }), count(3, { within: '30d' }), { fact: 'daysSince', params: { event: 'page_viewed' }, operator: 'atLeast', value: 3 });
    expect(plan.events['page_viewed']?.streams[0]?.needs).toEqual([
      { property: null, within: null, newest: 1 },
      { property: null, within: 30 * DAY, newest: 8 },
    ]);
  });

  it.each<[string, Partial<EventScoring>, ReturnType<typeof scored>]>([
    ['are counted when they never fade', {}, { needs: [], counted: true }],
    ['are counted below a max', { max: 24 }, { needs: [], counted: true }],
    ['are kept as far as max lets them count', { max: 80, halfLife: '14d' }, { needs: [{ property: null, within: 224 * DAY, newest: 16 }], counted: false }],
    ['are kept as long as anything is left of them', { decay: { linear: '10d' } }, { needs: [{ property: null, within: 32 * DAY, newest: null }], counted: false }],
    ['are kept for their window', { halfLife: '14d', per: { event: 'page_viewed', within: '7d' } }, { needs: [{ property: null, within: 7 * DAY, newest: null }], counted: false }],
  ])('knows that scored events %s', (_name, rule, expected) => {
    expect(scored(rule)).toEqual(expected);
  });
});
