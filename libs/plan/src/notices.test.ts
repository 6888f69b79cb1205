import { DAY } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { type Edits, FILES, leadOf, looks, NOW, points, populationOf, rulesWith, view } from '../test/small-rules.ts';
import { planChange } from './plan-change.ts';
import type { Population } from './population.ts';

const PEOPLE = populationOf([leadOf('two', looks(2, 0)), leadOf('one', looks(1, 0)), leadOf('three', looks(3, 0))]);

async function noticesOf(edits: Edits, { before = {}, people = PEOPLE, eventTypes }: { before?: Edits; people?: Population; eventTypes?: string[] } = {}): Promise<string[]> {
  const change = { before: rulesWith(before), after: rulesWith({ ...before, ...edits }), population: people, ...(eventTypes && { eventTypes }) };
  const { notices } = await planChange(change, { now: NOW, days: 1 });
  return notices.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

const engagement = FILES['scoring/engagement.json'];
const keen = FILES['segments/keen.json'];
const prices = FILES['journeys/prices.json'];
const segment = (conditions: object, more: object = {}): object => ({ ...keen, version: 2, conditions, ...more });
const score = (value: number) => ({ fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value });
const entered = (daysAgo: number) => ({ enrolments: [{ programme: 'journeys/prices', version: 1, entry: 1, at: new Date(NOW.getTime() - daysAgo * DAY) }] });

describe('what authors miss', () => {
  it('12 points, max 24: full after 2', async () => {
    expect(await noticesOf(points({ points: 12 }))).toContain('scoring/engagement.json:19 12 points, max 24: full after 2 fresh page_viewed, was 3');
  });

  it('a max that is never filled', async () => {
    expect(await noticesOf(points({ points: 12.5, max: 26 }))).toContainEqual(expect.stringMatching(/:20 looks-at-prices never fills its max of 26: 2 × 12.5 is 25$/));
  });

  it('a rule that fills its group alone, a group that caps from now on', async () => {
    const said = await noticesOf(points({ points: 12, max: 36 }));
    expect(said).toContainEqual(expect.stringMatching(/ web is capped at 40; looks-at-prices alone can fill 36 of it$/));
    const capped = await noticesOf(points({ points: 12, max: 36 }, { groups: { web: { max: 30 } } }));
    expect(capped).toContainEqual(expect.stringMatching(/ web is capped at 30; looks-at-prices alone can fill all of it$/));
    expect(capped).toContainEqual(expect.stringMatching(/:12 web is capped at 30 from now on: its rules together can give 36$/));
  });

  it.each([
    ['nobody', { hot: 24.5, cold: 0 }, /hot begins at 24.5 points, but the rules give 24 at most$/],
    ['nobody of these', { hot: 23.9, cold: 0 }, /nobody of 3 leads reaches hot \(23.9 points\): the highest has 22.86$/],
    ['everybody', { hot: 1, cold: 0 }, /all 3 leads have the grade hot: it tells nobody apart$/],
  ])('a grade for %s', async (_who, grades, said) => {
    expect(await noticesOf(points({}, { grades }))).toContainEqual(expect.stringMatching(said));
  });

  it('points that fade sooner than the window looks back', async () => {
    const both = segment({ all: [score(8), { fact: 'eventCount', params: { event: 'page_viewed', within: '30d' }, operator: 'atLeast', value: 1 }] });
    const message = 'segments/keen looks back 30d for page_viewed, but the points of looks-at-prices that it asks for too halve in 14d';
    expect(await noticesOf({ 'segments/keen.json': both })).toContainEqual(expect.stringContaining(message));
    expect(await noticesOf(points({ points: 12 }), { before: { 'segments/keen.json': both } })).not.toContainEqual(expect.stringContaining('looks back'));
  });

  it('a meaning that changed under the same version, but no remark', async () => {
    const said = await noticesOf({ 'segments/keen.json': { ...keen, conditions: { all: [score(19)] } } });
    expect(said).toContain('segments/keen.json:3 segments/keen means something else now, and its version is still 1: write 2');
    expect(await noticesOf({ 'segments/keen.json': { ...keen, title: 'Keen ones', why: 'Evidence' } })).toEqual([]);
  });

  it('a segment that only a draft reads', async () => {
    const added = { 'segments/new.json': { ...keen, id: 'segments/new' }, 'journeys/new.json': { ...prices, id: 'journeys/new', status: 'draft', entry: { segment: 'segments/new' } } };
    expect(await noticesOf(added)).toContainEqual(expect.stringContaining('only journeys/new read segments/new, and drafts reach nobody'));
  });

  it('a burst by points alone', async () => {
    expect(await noticesOf(points({ points: 12 }))).toContainEqual(
      expect.stringMatching(/^journeys\/prices.json:8 journeys\/prices takes in up to 1 lead at once: segments\/keen gains them, although only scoring\/engagement changed$/),
    );
    expect(await noticesOf({ 'segments/keen.json': segment({ all: [score(1)] }) })).not.toContainEqual(expect.stringContaining('takes in up to'));
  });

  it('a journey that is gone, or under another name', async () => {
    const waiting = { programme: 'journeys/prices', entry: 1, step: 'mail', visit: 1, channel: 'email', content: 'content/prices', state: 'held', at: NOW, dueAt: NOW, expiresAt: null } as const;
    const people = populationOf([leadOf('in', [], { ...entered(3), touchpoints: [waiting] })]);
    const gone = { 'journeys/prices.json': null };
    expect(await noticesOf(gone, { people })).toEqual(['journeys/prices.json:2 journeys/prices is gone: 1 lead of the population went into it, and 1 of its touches on their way end as cancelled']);
    const renamed = { ...gone, 'journeys/money.json': { ...prices, id: 'journeys/money' } };
    expect(await noticesOf(renamed, { people })).toContainEqual(expect.stringContaining('journeys/money does what journeys/prices did under another id'));
  });

  it('whom a shorter wait lets in again', async () => {
    const people = populationOf([leadOf('long', [], entered(40)), leadOf('short', [], entered(10)), leadOf('never', [])]);
    const edits = { 'journeys/prices.json': { ...prices, version: 2, reentry: { after: '30d' } } };
    expect(await noticesOf(edits, { people })).toEqual(['journeys/prices.json:10 1 lead of the population that went through journeys/prices may go again when they enter its segment: never → after 30d']);
  });

  it('rules that nobody fires, and events that the baseline does not have', async () => {
    const calls = { name: 'calls', points: 5, per: { event: 'called' } };
    const edits = { 'scoring/engagement.json': { ...engagement, version: 2, rules: [...engagement.rules, calls] } };
    expect(await noticesOf(edits, { eventTypes: ['page_viewed'] })).toEqual([
      expect.stringMatching(/^scoring\/engagement.json:\d+ none of 3 leads of the population gets points by calls$/),
      expect.stringMatching(/^scoring\/engagement.json:\d+ the scale ends at 100; calls alone can fill all of it$/),
      expect.stringMatching(/^scoring\/engagement.json:\d+ the baseline was drawn without called: for this rule nobody ever did it/),
    ]);
    const people = populationOf([leadOf('a', [view('/about', 1)])]);
    expect(await noticesOf({ 'segments/keen.json': segment({ all: [score(21)] }) }, { people })).toEqual([expect.stringContaining('none of 1 lead of the population is in segments/keen')]);
  });

  it('nothing about what stays as it was', async () => {
    expect(await noticesOf({})).toEqual([]);
    expect(await noticesOf(points({ points: 12 }), { before: points({ points: 12 }) })).toEqual([]);
  });
});
