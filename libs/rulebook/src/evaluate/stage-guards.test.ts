import { describe, expect, it } from 'vitest';
import { SAMPLE, sampleRulebook, sampleSources } from '../../test/sample-rules.ts';
import { firingPlaces, mutantsOf } from '../cases/cases-rulebook.ts';
import { explainLead } from '../explain/explain.ts';
import { loadRulebook } from '../load/load-rulebook.ts';
import { type LeadFacts, NO_TOUCHES } from '../language/types.ts';

const NOW = new Date('2026-03-10T12:00:00Z');

const employees = (least: number): object => ({ all: [{ fact: 'lead', path: '$.employees', operator: 'atLeast', value: least }] });

/** Entered at 45, kept from 30 on. */
function guarded(guard: object = employees(45), regression = 'allow'): Readonly<Record<string, unknown>> {
  const stages = [
    { name: 'awareness', title: 'Awareness' },
    { name: 'consideration', title: 'Consideration', conditions: employees(30), guard },
    { name: 'decision', title: 'Decision', conditions: employees(90) },
  ];
  return { 'stages.json': { ...(SAMPLE['stages.json'] as object), regression, stages } };
}

const lead = (stage: string | null, count: number): LeadFacts => {
  return { id: 'x', attributes: { employees: count }, account: null, events: [], stage, consents: {}, ...NO_TOUCHES };
};

describe('a guard of a stage', () => {
  it.each([
    ['keeps a new lead out', null, 44, 'awareness'],
    ['keeps a lead of an earlier stage out', 'awareness', 44, 'awareness'],
    ['lets a lead in when it holds', 'awareness', 45, 'consideration'],
    ['is not asked of a lead that is there', 'consideration', 30, 'consideration'],
    ['does not help a lead whose conditions fail', 'consideration', 29, 'awareness'],
    ['is not asked of a lead that comes back from beyond', 'decision', 44, 'consideration'],
    ['is asked of a lead in a stage that is gone', 'gone', 44, 'awareness'],
    ['does not stand in the way to a later stage', 'awareness', 90, 'decision'],
  ])('%s', async (_name, stage, count, expected) => {
    const rulebook = sampleRulebook(guarded());
    expect(rulebook.evaluate([lead(stage, count)], NOW)[0]?.stage).toBe(expected);
    expect((await explainLead(rulebook, lead(stage, count), NOW)).stage.stage).toBe(expected);
  });

  it('is explained, and whether it was asked', async () => {
    const explained = async (stage: string) => (await explainLead(sampleRulebook(guarded()), lead(stage, 44), NOW)).stage.stages[1];
    expect(await explained('awareness')).toMatchObject({ holds: false, conditions: { holds: true }, guard: { asked: true, conditions: { holds: false } } });
    expect(await explained('decision')).toMatchObject({ holds: true, guard: { asked: false, conditions: { holds: false } } });
  });

  it('is a place that cases must prove, and its opposite changes the answer', () => {
    const rulebook = sampleRulebook(guarded());
    const mutants = mutantsOf(rulebook, 'stages');
    expect(mutants.map(({ rule, leaf }) => [rule, leaf && 'value' in leaf ? leaf.value : null])).toEqual([['consideration', 30], ['consideration', 45], ['decision', 90]]);
    expect(mutants[1]?.rulebook().evaluate([lead('awareness', 44)], NOW)[0]?.stage).toBe('consideration');
    expect(firingPlaces(rulebook, 'stages').map(({ rule }) => rule)).toEqual(['consideration', 'decision']);
  });

  it.each<[string, object, (text: string) => string, string]>([
    ['asks for what can never be', employees(45), (text: string) => text.replace('"value": 45', '"value": "many"'), 'can never be equal'],
    ['turns unknown into yes', { not: employees(45) }, (text: string) => text, 'holds when $.employees is unknown'],
    ['asks for the stage itself', { all: [{ fact: 'stage', operator: 'equal', value: 'decision' }] }, (text: string) => text, '"stage" asks for its own answer'],
  ])('is checked like conditions: one that %s is refused', (_name, guard, change, message) => {
    const sources = sampleSources(guarded(guard)).map((source) => (source.path === 'stages.json' ? { ...source, text: change(source.text) } : source));
    const errors = loadRulebook(sources).problems.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ file: 'stages.json', message: expect.stringContaining(message) }]);
  });

  it('needs conditions beside it', () => {
    const stages = [{ name: 'awareness', title: 'Awareness', guard: employees(45) }];
    const { problems } = loadRulebook(sampleSources({ 'stages.json': { ...(SAMPLE['stages.json'] as object), stages } }));
    expect(problems.map(({ message }) => message)).toContain('The stage "awareness" has a guard and no conditions');
  });
});
