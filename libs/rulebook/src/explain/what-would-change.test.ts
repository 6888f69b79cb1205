import { DAY, HOUR } from '@tendril/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, anyRules, eventLeaf, NOW, onlySegments, PATIENCE, RUNS } from '../../test/arbitraries.ts';
import { SAMPLE, sampleRulebook } from '../../test/sample-rules.ts';
import { applyChanges } from './apply-changes.ts';
import { compileRules } from '../evaluate/compile.ts';
import { type Evaluation, type LeadFacts, NO_TOUCHES } from '../language/types.ts';
import { type OfferedWay, whatWouldChange } from './what-would-change.ts';

const LEAD: LeadFacts = { id: 'lead-1', attributes: {}, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES };
/** The sample's stages, with a way back. */
const OPEN_STAGES = { ...(SAMPLE['stages.json'] as object), regression: 'allow' };
const ago = (milliseconds: number): Date => new Date(NOW.getTime() - milliseconds);
const wordsOf = (ways: readonly OfferedWay[] = []): string[] => ways.map(({ words }) => words);

describe('whatWouldChange', () => {
  it('offers only what gives another answer, and names the moment at which time alone does', PATIENCE, () => {
    fc.assert(
      fc.property(anyRules, anyLead, (rules, lead) => {
        const evaluate = compileRules(rules);
        const answer = (facts: LeadFacts, at: Date) => evaluate([facts], at)[0]!;
        const now = answer(lead, NOW);
        // As ticks would find it: each evaluation begins in the stage that the one before found.
        const lived = (at: Date): Evaluation => {
          let last = now;
          while (last.nextAt && last.nextAt <= at) last = answer({ ...lead, stage: last.stage }, last.nextAt);
          return last;
        };
        const found = whatWouldChange({ ...rules, evaluate }, lead, NOW);
        const stageAt = (facts: LeadFacts): number => rules.stages.findIndex(({ name }) => name === answer(facts, NOW).stage);
        for (const { segment, member, ways, alone } of found.segments) {
          expect(member).toBe(now.segments.has(segment));
          for (const { changes } of ways) expect(answer(applyChanges(lead, changes, NOW), NOW).segments.has(segment)).toBe(!member);
          if (!alone) continue;
          expect(lived(new Date(alone.at)).segments.has(segment)).toBe(!member);
          expect(lived(new Date(new Date(alone.at).getTime() - 1)).segments.has(segment)).toBe(member);
        }
        for (const { changes } of found.stage?.ways ?? []) expect(stageAt(applyChanges(lead, changes, NOW))).toBeGreaterThan(stageAt(lead));
        for (const { model, next, ways } of found.grades) {
          const least = (rules.models.find(({ id }) => id === model)?.grades?.[next] ?? NaN) * 1000;
          for (const { changes } of ways) expect(answer(applyChanges(lead, changes, NOW), NOW).scores[model]!.milli).toBeGreaterThanOrEqual(least);
        }
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      }),
      { numRuns: RUNS },
    );
  });

  it('offers nothing of which a part would do, and at most three ways', PATIENCE, () => {
    fc.assert(
      fc.property(anyRules, anyLead, (rules, lead) => {
        const evaluate = compileRules(rules);
        for (const { segment, member, ways } of whatWouldChange({ ...rules, evaluate }, lead, NOW).segments) {
          expect(ways.length).toBeLessThanOrEqual(3);
          for (const { changes } of ways) {
            for (const left of changes) {
              const fewer = applyChanges(lead, changes.filter((one) => one !== left), NOW);
              expect(evaluate([fewer], NOW)[0]!.segments.has(segment)).toBe(member);
            }
          }
        }
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('asks for as few events as a single comparison needs', PATIENCE, () => {
    fc.assert(
      fc.property(eventLeaf, anyLead, (leaf, lead) => {
        const rules = onlySegments([{ all: [leaf] }]);
        const evaluate = compileRules(rules);
        const [found] = whatWouldChange({ ...rules, evaluate }, lead, NOW).segments;
        for (const { changes } of found?.ways ?? []) {
          const [change] = changes;
          if (change?.kind !== 'event') throw new TypeError('only events change it');
          for (let times = 1; times < change.times; times++) {
            const fewer = applyChanges(lead, [{ ...change, times }], NOW);
            expect(evaluate([fewer], NOW)[0]!.segments.size === 1).toBe(found?.member);
          }
        }
        // More of counted events can always be had.
        const { fact, operator } = leaf as { fact: string; operator: string };
        const reachable = fact === 'eventCount' && ['atLeast', 'greaterThan', 'greaterThanInclusive'].includes(operator);
        if (reachable && !found?.member) expect(found?.ways).toHaveLength(1);
      }),
      { numRuns: RUNS },
    );
  });

  it('says it in words: attributes, events in their window, consent, and when a visit runs out', () => {
    const lead: LeadFacts = {
      ...LEAD,
      attributes: { country: 'DE' },
      events: [{ type: 'page_viewed', at: ago(2 * DAY + HOUR), properties: { path: '/pricing' } }],
    };
    const found = whatWouldChange(sampleRulebook(), lead, NOW);
    const of = (id: string) => found.segments.find(({ segment }) => segment === `segments/${id}`);
    expect(wordsOf(of('healthcare')?.ways)).toEqual(['industry set to healthcare']);
    expect(wordsOf(of('quiet')?.ways)).toEqual(['consent for email about product granted']);
    expect(wordsOf(of('healthcare-considering')?.ways)).toEqual([
      'industry set to healthcare, and 10 more points in scoring/engagement: one more page_viewed with path /pricing… within 7 days gives 12.5',
      'industry set to healthcare, and 10 more points in scoring/engagement: one trial_started gives 20',
    ]);
    expect(of('quiet')?.alone).toBeNull();
    expect(found.stage).toMatchObject({ stage: 'awareness', next: 'consideration', alone: null });
    expect(wordsOf(found.stage?.ways)[1]).toBe('10 more points in scoring/engagement: one trial_started gives 20');
    expect(found.grades).toMatchObject([{ model: 'scoring/engagement', grade: 'C', next: 'B' }]);
    expect(wordsOf(found.grades[0]?.ways)).toContain('10 more points in scoring/engagement: one trial_started gives 20');
  });

  it('does not take a lead back to the stage before it when stages are never left', () => {
    const rulebook = sampleRulebook();
    const [first, second] = rulebook.stages;
    const visits = [1, 2, 3, 4].map((hours) => ({ type: 'page_viewed', at: ago(hours * HOUR), properties: { path: '/pricing' } }));
    const lead = { ...LEAD, stage: first?.name ?? null, events: visits };
    const [found] = rulebook.evaluate([lead], NOW);
    expect([found?.stage, found?.nextAt]).toEqual([second?.name, expect.any(Date)]);
    expect(whatWouldChange(rulebook, lead, NOW).stage?.alone ?? null).toBeNull();
  });

  it('says when time alone takes a lead out, and why', () => {
    const events = [2 * DAY + HOUR, HOUR].map((age) => ({ type: 'page_viewed', at: ago(age), properties: { path: '/pricing' } }));
    const attributes = { industry: 'healthcare', country: 'DE' };
    const found = whatWouldChange(sampleRulebook({ 'stages.json': OPEN_STAGES }), { ...LEAD, attributes, events, stage: 'consideration' }, NOW);
    expect(found.stage?.alone).toEqual({
      at: ago(HOUR - DAY).toISOString(),
      to: 'awareness',
      because: ['scoring/engagement goes from 12.5 to 8.125 points'],
    });
    const considering = found.segments.find(({ segment }) => segment === 'segments/healthcare-considering');
    expect(considering).toMatchObject({ member: true, alone: { at: ago(HOUR - DAY).toISOString(), to: null } });
    expect(considering?.alone?.because).toContain('the stage goes from consideration to awareness');
    expect(wordsOf(considering?.ways)).toContain('industry set to retail (for example)');
  });

  it('names the event that runs out of its window', () => {
    const leaf = { fact: 'eventCount', params: { event: 'page_viewed', within: '7d', where: { path: { startsWith: '/pricing' } } }, operator: 'atLeast', value: 1 };
    const rules = onlySegments([{ all: [leaf] }]);
    const lead = { ...LEAD, events: [{ type: 'page_viewed', at: ago(2 * DAY), properties: { path: '/pricing/eu' } }] };
    const [found] = whatWouldChange({ ...rules, evaluate: compileRules(rules) }, lead, NOW).segments;
    expect(found).toMatchObject({
      member: true,
      ways: [],
      alone: { at: '2026-03-15T12:00:00.000Z', because: ['the page_viewed with path /pricing… of 2026-03-08 12:00 UTC runs out of its 7d'] },
    });
  });
});
