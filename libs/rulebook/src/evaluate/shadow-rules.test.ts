import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, anyRules, NOW, RUNS } from '../../test/arbitraries.ts';
import { sampleRulebook, sampleSources } from '../../test/sample-rules.ts';
import { compileRules } from './compile.ts';
import { eventTypesRead, type LiveRules, liveRules, neededBy, readsOf } from './live-rules.ts';
import { loadRulebook } from '../load/load-rulebook.ts';
import { shadowRules } from './shadow-rules.ts';
import { type Condition, type LeadFacts, NO_TOUCHES, type Reads, type Rulebook, type RuleStatus } from '../language/types.ts';

const SAMPLE = sampleRulebook();

/** Each compiles three evaluators. */
const TIMES = Math.ceil(RUNS / 4);

const withRules = (rules: LiveRules): Rulebook => ({ ...SAMPLE, ...rules, journeys: [], evaluate: compileRules(liveRules(rules)) });

/** The same rules, some of them drafts: those drawn, and all that build on them, because nothing live may. */
function withDrafts(rules: LiveRules, drawn: readonly number[]): Rulebook {
  const ids = [...rules.models, ...rules.segments].map(({ id }) => id);
  const chosen = new Set(drawn.map((n) => ids[n % ids.length]));
  const draft = (id: string): boolean => [...neededBy([id], rules)].some((needed) => chosen.has(needed));
  const statusOf = <Rule extends { readonly id: string }>(rule: Rule): Rule & { status: RuleStatus } => ({ ...rule, status: draft(rule.id) ? 'draft' : 'live' });
  const stages = draft('stage') ? rules.stages.map(({ name, title }) => ({ name, title })) : rules.stages;
  return withRules({ ...rules, stages, models: rules.models.map(statusOf), segments: rules.segments.map(statusOf) });
}

function joined(live: Reads, drafts: Reads = live): Reads {
  return {
    touchpoints: live.touchpoints || drafts.touchpoints,
    accounts: live.accounts || drafts.accounts,
    accountCounts: [...new Set([...live.accountCounts, ...drafts.accountCounts])].sort(),
    transitions: [...new Set([...live.transitions, ...drafts.transitions])].sort(),
  };
}

describe('shadowRules', () => {
  it('answers for drafts as if they were live, and leaves what is live as it is', () => {
    let drafts = 0;
    fc.assert(
      fc.property(anyRules, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), anyLead, (rules, drawn, lead) => {
        const rulebook = withDrafts(rules, drawn);
        const shadow = shadowRules(rulebook);
        const open = <Rule extends { readonly status: RuleStatus }>(all: readonly Rule[]): Rule[] => all.map((rule) => ({ ...rule, status: 'live' }));
        const opened = { ...rulebook, models: open(rulebook.models), segments: open(rulebook.segments) };
        const [allLive] = compileRules(opened)([lead], NOW);
        const [live] = rulebook.evaluate([lead], NOW);
        const [asked] = shadow?.rulebook.evaluate([lead], NOW) ?? [];
        if (!allLive || !live) return expect.fail('no answer');
        const isDraft = (id: string): boolean => [...(shadow?.models ?? []), ...(shadow?.segments ?? [])].includes(id);
        expect([...live.segments].sort()).toEqual([...allLive.segments].filter((id) => !isDraft(id)).sort());
        expect(live.scores).toEqual(Object.fromEntries(Object.entries(allLive.scores).filter(([id]) => !isDraft(id))));
        expect(live.stage).toBe(allLive.stage);
        // What is not read, cannot be answered.
        expect(joined(readsOf(liveRules(rulebook)), shadow?.rulebook.reads)).toEqual(readsOf(opened));
        const types = [...eventTypesRead(liveRules(rulebook)), ...(shadow?.rulebook.eventTypes ?? [])];
        expect([...new Set(types)].sort()).toEqual(eventTypesRead(opened));
        if (!shadow || !asked) return;
        drafts += 1;
        for (const id of shadow.segments) expect(asked.segments.has(id)).toBe(allLive.segments.has(id));
        for (const id of shadow.models) expect(asked.scores[id]).toEqual(allLive.scores[id]);
        if (asked.nextAt !== null) expect(allLive.nextAt?.getTime()).toBeLessThanOrEqual(asked.nextAt.getTime());
      }),
      { numRuns: TIMES },
    );
    expect(drafts).toBeGreaterThan(TIMES / 3);
  });

  it('is not there without drafts, and has only what drafts need', () => {
    expect(shadowRules(SAMPLE)).toBeNull();
    const text = (path: string): string => sampleSources().find((source) => source.path === path)!.text;
    const draft = (path: string): Record<string, string> => ({ [path]: text(path).replace('"live"', '"draft"') });
    const shadow = shadowRules(sampleRulebook({ ...draft('segments/quiet.json'), ...draft('journeys/welcome.json') }))!;
    expect(shadow).toMatchObject({ models: [], segments: ['segments/quiet'] });
    expect(shadow.rulebook.segments.map(({ id, status }) => [id, status])).toEqual([['segments/healthcare', 'live'], ['segments/quiet', 'live']]);
    expect(shadow.rulebook.models).toEqual([]);
    expect(shadow.rulebook.journeys).toMatchObject([{ id: 'journeys/welcome', status: 'live' }]);
    expect(shadow.rulebook.eventTypes).toEqual(['page_viewed']);
  });

  it.each<[string, object, Partial<LeadFacts>]>([
    ['interest', { fact: 'interest', operator: 'equal', value: 'crm' }, { attributes: { topic: 'crm' } }],
    ['touchpointCount', { fact: 'touchpointCount', params: { channel: 'email' }, operator: 'atLeast', value: 1 }, { touchpoints: [{ channel: 'email', content: 'content/a', state: 'accepted', at: NOW }] }],
    ['inJourney', { fact: 'inJourney', params: { journey: 'journeys/a' }, operator: 'equal', value: true }, { journeys: ['journeys/a'] }],
    ['accountCount', { fact: 'accountCount', params: { condition: 'segments/a' }, operator: 'atLeast', value: 2 }, { accountCounts: { 'segments/a': 2 } }],
  ])('answers drafts that ask about %s, and that ask for a stage with a guard on it', (_, condition, known) => {
    const has = condition as Condition;
    const header = { version: 1, status: 'draft' as const, owner: 'growth' };
    const asking = { ...header, id: 'segments/asking', title: 'Asking', conditions: { all: [has] } };
    const reached = { ...header, id: 'segments/reached', title: 'Reached', conditions: { all: [{ fact: 'stage', operator: 'equal', value: 'met' }] } };
    const stages = [{ name: 'new', title: 'New' }, { name: 'met', title: 'Met', conditions: { any: [has, { not: has }] }, guard: { all: [has] } }];
    const trackingPlan = { ...SAMPLE.trackingPlan, attributes: { topic: { type: 'string' as const, meaning: 'Topic', interest: true } } };
    const shadow = shadowRules(withRules({ models: [], segments: [asking, reached], stages, regression: 'allow', trackingPlan }))!;
    const without: LeadFacts = { id: 'lead', attributes: {}, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES };
    const answers = shadow.rulebook.evaluate([{ ...without, ...known }, without, { ...without, stage: 'met' }], NOW);
    expect(answers.map(({ segments }) => [...segments].sort())).toEqual([['segments/asking', 'segments/reached'], [], ['segments/reached']]);
  });

  it('has an answer for all that a draft builds on: a retired rule is refused', () => {
    const sources = sampleSources().map(({ path, text: before }) => {
      if (path === 'segments/healthcare.json') return { path, text: before.replace('"live"', '"retired", "retired": { "on": "2026-03-01", "reason": "Nobody asked" }') };
      return { path, text: path === 'segments/quiet.json' || path.includes('considering') ? before.replace('"live"', '"draft"') : before };
    });
    const journeyless = sources.filter(({ path }) => !path.startsWith('journeys/'));
    const { problems } = loadRulebook(journeyless);
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { file: 'segments/healthcare-considering.json', line: 10, message: '"segments/healthcare" is retired, so a draft cannot build on it' },
      { file: 'segments/quiet.json', line: 11, message: '"segments/healthcare" is retired, so a draft cannot build on it' },
    ]);
  });
});
