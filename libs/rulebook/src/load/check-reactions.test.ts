import { describe, expect, it } from 'vitest';
import { sampleRulebook, sampleSources } from '../../test/sample-rules.ts';
import { loadRulebook } from './load-rulebook.ts';
import type { Problem } from '../language/types.ts';

const segment = (id: string, ...conditions: readonly object[]) => ({
  [`${id}.json`]: { $schema: '../schema/segment.json', id, version: 1, status: 'live', owner: 'growth', title: id, conditions: { any: conditions } },
});
const happened = (event: string, where?: object, more: object = { operator: 'atLeast', value: 1 }) => ({ fact: 'eventCount', params: { event, within: '7d', ...(where ? { where } : {}) }, ...more });
const members = (condition: string) => ({ fact: 'accountCount', params: { condition }, operator: 'atLeast', value: 2 });
const problemsOf = (files: Readonly<Record<string, unknown>>): Pick<Problem, 'severity' | 'message' | 'hint'>[] =>
  loadRulebook(sampleSources(files)).problems.filter(({ file }) => file in files);

describe('rules that react to transitions', () => {
  it('ask for segments, models and stages that exist', () => {
    const misspelt = problemsOf(segment('segments/asked', happened('segment_entered', { segment: 'segments/healthcar' })));
    expect(misspelt).toMatchObject([{ severity: 'error', hint: 'Did you mean "segments/healthcare"?' }]);
    expect(problemsOf(segment('segments/asked', happened('stage_changed', { to: 'decison' })))).toMatchObject([{ severity: 'error' }]);
    expect(problemsOf(segment('segments/asked', happened('grade_changed', { model: 'scoring/none' })))).toMatchObject([{ severity: 'error' }]);
    expect(problemsOf(segment('segments/asked', happened('segment_left', { segment: 'segments/quiet', stage: 'decision' })))).toMatchObject([{ severity: 'error' }]);
    expect(problemsOf(segment('segments/asked', happened('stage_changed', { from: 'awareness', to: 'decision' })))).toEqual([]);
    expect(problemsOf(segment('segments/asked', happened('score_changed', { to: 10 })))).toEqual([]);
  });

  it('build on live rules alone', () => {
    const draft = segment('segments/new', happened('trial_started'));
    const files = { ...segment('segments/asked', happened('segment_entered', { segment: 'segments/new' })), 'segments/new.json': { ...draft['segments/new.json'], status: 'draft' } };
    expect(problemsOf(files)).toMatchObject([{ severity: 'error', message: expect.stringContaining('is draft') }]);
  });

  it('say what is read, of which segment or model', () => {
    const asked = segment('segments/asked', happened('segment_entered', { segment: { in: ['segments/healthcare', 'segments/quiet'] } }), happened('stage_changed', { to: 'decision' }));
    const any = segment('segments/any', happened('grade_changed'), { fact: 'daysSince', params: { event: 'score_changed', where: { model: 'scoring/engagement' } }, operator: 'atMost', value: 3 });
    const { reads, eventTypes } = sampleRulebook({ ...asked, ...any });
    expect(reads.transitions).toEqual(['grade_changed', 'score_changed:scoring/engagement', 'segment_entered:segments/healthcare', 'segment_entered:segments/quiet', 'stage_changed']);
    expect(eventTypes).toEqual(expect.arrayContaining(['grade_changed', 'score_changed', 'segment_entered', 'stage_changed']));
  });

  it('may read what they did themselves, with a warning', () => {
    const own = problemsOf(segment('segments/asked', happened('demo_booked'), happened('segment_left', { segment: 'segments/asked' })));
    expect(own).toMatchObject([{ severity: 'warning', message: '"segments/asked" reacts to its own changes, so its answer may change with each look' }]);
    const round = { ...segment('segments/one', happened('segment_entered', { segment: 'segments/two' })), ...segment('segments/two', { not: { condition: 'segments/one' } }) };
    expect(problemsOf(round)).toMatchObject([{ severity: 'warning', message: expect.stringContaining('"segments/one" reacts to changes of "segments/two"') }]);
  });

  it('of a scoring model that counts them are looked at too', () => {
    const rules = [{ name: 'entered', points: 5, max: 20, per: { event: 'segment_entered', where: { segment: 'segments/keen' } } }];
    const model = { $schema: '../schema/scoring.json', id: 'scoring/moves', version: 1, status: 'live', owner: 'growth', title: 'Moves', scale: { min: 0, max: 50 }, rules, grades: { A: 10, B: 0 } };
    const keen = segment('segments/keen', { fact: 'score', params: { model: 'scoring/moves' }, operator: 'atLeast', value: 5 }, happened('demo_booked'));
    expect(problemsOf({ 'scoring/moves.json': model, ...keen })).toMatchObject([{ severity: 'warning', message: expect.stringContaining('"scoring/moves"') }]);
    expect(sampleRulebook({ 'scoring/moves.json': model, ...keen }).reads.transitions).toEqual(['segment_entered:segments/keen']);
  });

  it('never in a circle through the account: its leads would push each other for ever', () => {
    const files = { ...segment('segments/one', happened('segment_entered', { segment: 'segments/two' })), ...segment('segments/two', members('segments/one')) };
    expect(problemsOf(files)).toMatchObject([{ severity: 'error', message: expect.stringContaining('push each other for ever') }]);
    const straight = { ...segment('segments/one', happened('segment_entered', { segment: 'segments/two' })), ...segment('segments/two', members('segments/healthcare')) };
    expect(problemsOf(straight)).toEqual([]);
  });
});
