import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, anyRules, NOW, PATIENCE, RUNS } from '../../test/arbitraries.ts';
import { sampleRulebook } from '../../test/sample-rules.ts';
import { compileRules } from '../evaluate/compile.ts';
import { explainLead } from './explain.ts';
import { withStageAsRead } from './with-stage-as-read.ts';

const PARTS = { hash: 'h', eventTypes: [] };

const stage = fc.constantFrom(null, 'awareness', 'consideration', 'decision', 'a-stage-of-another-rulebook');

describe('withStageAsRead', () => {
  it('answers with that stage, whatever the rules say, and explains what it answers', PATIENCE, async () => {
    await fc.assert(
      fc.asyncProperty(anyRules, anyLead, stage, async (rules, lead, read) => {
        const asked = withStageAsRead({ ...rules, ...PARTS, evaluate: compileRules(rules) }, read);
        const [answer] = asked.evaluate([lead], NOW);
        expect(answer?.stage).toBe(read);
        const explained = await explainLead(asked, lead, NOW);
        expect(explained.stage.stage).toBe(read);
        expect(new Set(explained.segments.filter(({ member }) => member).map(({ segment }) => segment))).toEqual(answer?.segments);
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('changes nothing where the rules find that stage themselves', PATIENCE, () => {
    fc.assert(
      fc.property(anyRules, anyLead, (rules, lead) => {
        const evaluate = compileRules(rules);
        const [answer] = evaluate([lead], NOW);
        const [again] = withStageAsRead({ ...rules, ...PARTS, evaluate }, answer?.stage ?? null).evaluate([lead], NOW);
        expect([again?.scores, again?.segments]).toEqual([answer?.scores, answer?.segments]);
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('keeps the hash of the rulebook', () => {
    const rulebook = sampleRulebook();
    expect(withStageAsRead(rulebook, 'decision')).toMatchObject({ hash: rulebook.hash, stages: [{ name: 'decision' }] });
  });
});
