import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, anyRules, NOW, PATIENCE, RUNS } from '../../test/arbitraries.ts';
import { disagreement } from '../../test/disagreement.ts';
import { sampleRulebook } from '../../test/sample-rules.ts';
import { explainLead } from './explain.ts';
import { NO_TOUCHES } from '../language/types.ts';

describe('explainLead', () => {
  it('agrees with evaluate on random rulebooks and leads, and its parts sum to the scores', PATIENCE, async () => {
    await fc.assert(
      fc.asyncProperty(anyRules, fc.array(anyLead, { minLength: 1, maxLength: 2 }), async (rules, leads) => {
        expect(await disagreement({ rules, leads })).toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  it('shows each comparison with what was wanted and what was found', async () => {
    const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000);
    const explained = await explainLead(
      sampleRulebook(),
      {
        id: 'lead-1',
        attributes: { industry: 'retail' },
        account: null,
        events: [
          { type: 'trial_started', at: hoursAgo(24 * 8), properties: {} },
          { type: 'page_viewed', at: hoursAgo(3), properties: { path: '/pricing' } },
          { type: 'page_viewed', at: hoursAgo(2), properties: { path: '/pricing/eu' } },
        ],
        stage: 'decision',
        consents: {},
        ...NO_TOUCHES,
      },
      NOW,
    );
    const [score] = explained.scores;
    expect(score?.milli).toBe(28_500);
    expect(score?.contributions.map(({ kind, milli }) => [kind, milli])).toEqual([
      ['rule', 8_125],
      ['rule', 6_000],
      ['rule', -4_000],
      ['rule', 20_000],
      ['cap', -1_625],
    ]);
    expect(explained.stage).toMatchObject({ stage: 'decision', kept: true });
    expect(explained.segments.find(({ segment }) => segment === 'segments/healthcare')).toEqual({
      segment: 'segments/healthcare',
      title: 'Healthcare',
      member: false,
      conditions: {
        all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'healthcare', found: 'retail', holds: false }],
        holds: false,
      },
    });
    expect(explained.segments.find(({ segment }) => segment === 'segments/quiet')?.conditions).toMatchObject({
      all: [
        { not: { condition: 'segments/healthcare', holds: false }, holds: true },
        { path: '$.country', operator: 'isSet', holds: false },
        {},
        { fact: 'daysSince', found: 0, holds: true },
        { fact: 'consent', found: 'none', holds: false },
      ],
      holds: false,
    });
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
    expect(explained.nextAt).toBe(new Date(NOW.getTime() + 22 * 3_600_000).toISOString());
  });
});
