import { HOUR, MINUTE } from '@tendril/kernel';
import type { AsOfExplanation } from '@tendril/flows';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { ANA, bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

let rules: RulesFolder;
let core: CoreUnderTest;
let ana: string;
let first: string;
const START = '2026-03-02T09:00:00.000Z';

/** Ana is heard of at nine; an hour later she reads about prices, and says that she did so before nine, too. */
beforeAll(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder, at: START });
  bodyOf(await core.call('POST', '/v1/events', [eventOf('lead_updated', { attributes: { industry: 'clinics' } }), consentOf('email')]), 202);
  await core.settled();
  ana = bodyOf<{ items: { id: string }[] }>(await core.call('POST', '/v1/leads/search', { named: ANA.id })).items[0]!.id;
  first = bodyOf<{ hash: string }>(await core.call('GET', '/v1/rulebook')).hash;
  core.clock.advance(HOUR);
  const reading = { at: '2026-03-02T09:59:00Z' };
  bodyOf(await core.call('POST', '/v1/events', [eventOf('page_viewed', { path: '/pricing' }), eventOf('page_viewed', { path: '/pricing' }, reading)]), 202);
  await core.settled();
  core.clock.advance(MINUTE);
});
afterAll(async () => {
  await core.close();
  rules.remove();
});

const explain = (query = ''): ReturnType<CoreUnderTest['call']> => core.call('GET', `/v1/leads/${ana}/explain${query}`);
const pointsOf = ({ explanation }: AsOfExplanation): number => explanation.scores[0]?.milli ?? NaN;
const inSegments = ({ explanation }: AsOfExplanation): string[] => explanation.segments.filter(({ member }) => member).map(({ segment }) => segment);

describe('an explanation', () => {
  it('is as of any time: what had not arrived by then does not count', async () => {
    const now = bodyOf<AsOfExplanation>(await explain());
    const then = bodyOf<AsOfExplanation>(await explain(`?at=${START}`));
    expect(now).toMatchObject({ at: '2026-03-02T10:01:00.000Z', rulebook: first, decidedBy: first, notes: [] });
    expect(then).toMatchObject({ at: START, rulebook: first, decidedBy: first, notes: [] });
    expect([pointsOf(then), inSegments(then)]).toEqual([0, ['segments/clinics']]);
    expect(pointsOf(now)).toBeGreaterThan(0);
    expect(inSegments(now)).toContain('segments/pricing');
    expect(bodyOf<AsOfExplanation>(await explain('?at=2026-03-02T10:01:00Z')).explanation).toEqual(now.explanation);
    expect(bodyOf<AsOfExplanation>(await explain('?at=2026-03-02T10:00:00%2B01:00')).explanation).toEqual(then.explanation);
  });

  it('says what would change its answers', async () => {
    const { wouldChange } = bodyOf<AsOfExplanation>(await explain(`?at=${START}`));
    const pricing = wouldChange.segments.find(({ segment }) => segment === 'segments/pricing');
    expect(pricing).toMatchObject({ member: false, ways: [{ changes: [{ kind: 'event', event: 'page_viewed' }], words: expect.stringContaining('page_viewed') }] });
  });

  it('is given by another rulebook: one that was active, by its hash, or one that is sent', async () => {
    const files = (await rules.files()).map(({ path, text }) => ({ path, text: path === 'scoring/engagement.json' ? text.replace('"max": 12 ', '"max": 7 ') : text }));
    const sent = bodyOf<AsOfExplanation>(await core.call('POST', `/v1/leads/${ana}/explain`, { files, at: '2026-03-02T10:01:00Z' }));
    expect(sent).toMatchObject({ decidedBy: first, gitRevision: null, notes: [expect.stringContaining('computed anew')] });
    expect(sent.rulebook).not.toBe(first);
    expect(pointsOf(sent)).toBeLessThan(pointsOf(bodyOf(await explain())));
    expect(bodyOf<{ hash: string }>(await core.call('GET', '/v1/rulebook')).hash).toBe(first);
    expect(bodyOf<AsOfExplanation>(await explain(`?rulebook=${first.slice(0, 12)}`)).explanation).toEqual(bodyOf<AsOfExplanation>(await explain()).explanation);
  });

  it.each([
    ['?at=2026-03-02T10:01:00.001Z', 422, 'time-in-future', 'at'],
    ['?at=2026-03-02T08:59:59Z', 422, 'lead-not-yet', 'at'],
    ['?at=yesterday', 400, 'request-invalid', 'at'],
    ['?rulebook=0000000000', 404, 'rulebook-unknown', 'rulebook'],
    ['?rulebook=main', 400, 'request-invalid', 'rulebook'],
  ])('asked with %s is refused: %i %s', async (query, status, code, field) => {
    expect(refusalIn(await explain(query), status, code).field).toBe(field);
  });

  it('is not given by files with problems, nor about an unknown lead', async () => {
    const broken = await core.call('POST', `/v1/leads/${ana}/explain`, { files: [{ path: 'stages.json', text: '{' }] });
    expect(refusalIn(broken, 422, 'rulebook-broken').data).toContainEqual(expect.objectContaining({ file: 'stages.json', line: 1 }));
    refusalIn(await core.call('POST', '/v1/leads/nobody/explain', { files: [{ path: 'stages.json', text: '{' }] }), 404, 'lead-unknown');
    refusalIn(await core.call('POST', `/v1/leads/${ana}/explain`, {}), 400, 'request-invalid');
  });
});
