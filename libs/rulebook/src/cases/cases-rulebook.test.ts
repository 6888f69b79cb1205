import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLead, anyRules, NOW, RUNS } from '../../test/arbitraries.ts';
import { SAMPLE as FILES, sampleRulebook } from '../../test/sample-rules.ts';
import { aloneId, firingPlaces, mutantsOf, rulebookForCases } from './cases-rulebook.ts';
import { compileRules } from '../evaluate/compile.ts';
import { NO_TOUCHES, type Rulebook } from '../language/types.ts';

const SAMPLE = sampleRulebook();
const HEALTHCARE = FILES['segments/healthcare.json'] as object;

describe('rulebookForCases', () => {
  it('answers about the tested rule as the whole rulebook does', () => {
    fc.assert(
      fc.property(anyRules, anyLead, (rules, lead) => {
        const whole: Rulebook = { ...SAMPLE, ...rules, evaluate: compileRules(rules) };
        const [answer] = whole.evaluate([lead], NOW);
        const about = (of: string) => rulebookForCases(whole, of).evaluate([lead], NOW)[0];
        for (const { id } of rules.segments) expect(about(id)?.segments.has(id)).toBe(answer?.segments.has(id));
        for (const { id } of rules.models) expect(about(id)?.scores[id]).toEqual(answer?.scores[id]);
        expect(about('stages')?.stage).toBe(answer?.stage);
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });

  it('leaves out what has no say', () => {
    const { segments, journeys } = rulebookForCases(SAMPLE, 'segments/healthcare');
    expect([segments.map(({ id }) => id), journeys]).toEqual([['segments/healthcare'], []]);
  });

  it('shows each rule of a model alone, without its group', () => {
    const model = SAMPLE.models[0] ?? expect.fail('no model');
    const { models } = rulebookForCases(SAMPLE, model.id);
    expect(models.map(({ id }) => id)).toEqual([model.id, ...model.rules.map(({ name }) => aloneId(model.id, name))]);
    expect(models[1]?.rules).toEqual([expect.not.objectContaining({ group: expect.anything() })]);
  });

  it('takes a draft for live in its own cases only', () => {
    const drafts: Rulebook = { ...SAMPLE, segments: SAMPLE.segments.map((one) => (one.id === 'segments/healthcare' ? { ...one, status: 'draft' } : one)) };
    const statusOf = (of: string): unknown => rulebookForCases(drafts, of).segments.find(({ id }) => id === 'segments/healthcare')?.status;
    expect([statusOf('segments/healthcare'), statusOf('journeys/welcome')]).toEqual(['live', 'draft']);
  });
});

describe('mutantsOf', () => {
  const lead = { id: '1', attributes: { industry: 'healthcare' }, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES };

  it('turns each comparison into its opposite, and says where it stands', () => {
    const mutants = mutantsOf(SAMPLE, 'segments/healthcare');
    expect(mutants).toMatchObject([{ file: 'segments/healthcare.json', rule: null, leaf: { fact: 'lead', path: '$.industry' } }]);
    const text = SAMPLE.sources.find(({ path }) => path === 'segments/healthcare.json')?.text.split('\n') ?? [];
    for (const { line, column } of mutants) expect(text[line - 1]?.slice(column - 1)).toMatch(/^\{/);
    const isIn = (rulebook: Rulebook | undefined): unknown => rulebook?.evaluate([lead], NOW)[0]?.segments.has('segments/healthcare');
    expect([isIn(SAMPLE), isIn(mutants[0]?.rulebook())]).toEqual([true, false]);
  });

  it('covers stages and scoring rules by their names', () => {
    expect(mutantsOf(SAMPLE, 'stages').map(({ rule }) => rule)).toEqual(expect.arrayContaining(['consideration', 'decision']));
    const names = SAMPLE.models[0]?.rules.map(({ name }) => name);
    expect([...new Set(mutantsOf(SAMPLE, 'scoring/engagement').map(({ rule }) => rule))]).toEqual(names);
  });
});

it('firingPlaces: rules, stages with conditions, or the file', () => {
  const names = (of: string) => firingPlaces(SAMPLE, of).map(({ rule }) => rule);
  expect(names('segments/healthcare')).toEqual([null]);
  expect(names('stages')).not.toContain('awareness');
  expect(names('scoring/engagement')).toEqual(SAMPLE.models[0]?.rules.map(({ name }) => name));
});

it('rules about touches are tried together with the journeys that make them', () => {
  const conditions = { all: [{ fact: 'inJourney', params: { journey: 'journeys/welcome' }, operator: 'equal', value: true }] };
  const asking = sampleRulebook({ 'segments/healthcare.json': { ...HEALTHCARE, conditions } });
  const small = rulebookForCases(asking, 'segments/healthcare');
  expect([small.journeys.length, small.segments.length, small.reads.touchpoints]).toEqual([1, 3, true]);
  const draft = sampleRulebook({ 'segments/asked.json': { ...HEALTHCARE, id: 'segments/asked', status: 'draft', conditions } });
  expect([draft.reads.touchpoints, rulebookForCases(draft, 'segments/asked').reads.touchpoints]).toEqual([false, true]);
});
