import type { Json, JsonObject } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { SAMPLE, sampleSources } from '../../test/sample-rules.ts';
import { loadRulebook } from '../load/load-rulebook.ts';
import type { Problem } from '../language/types.ts';

/** A comparison as text, so that ▶ can stand anywhere in it. */
const leaf = (fact: string, operator: string, value: Json, rest: JsonObject = {}): string => JSON.stringify({ fact, ...rest, operator, value });
const lead = (path: string, operator: string, value: Json = true): string => leaf('lead', operator, value, { path: `$.${path}` });
const count = (operator: string, value: Json, within?: string, where?: JsonObject): string =>
  leaf('eventCount', operator, value, { params: { event: 'page_viewed', ...(within !== undefined && { within }), ...(where && { where }) } });
const days = (operator: string, value: Json = true, where?: JsonObject): string => leaf('daysSince', operator, value, { params: { event: 'page_viewed', ...(where && { where }) } });
const sum = (operator: string, value: Json = true, within = '7d'): string => leaf('eventSum', operator, value, { params: { event: 'page_viewed', property: 'seconds', within } });
const score = (operator: string, value: Json, model = 'scoring/engagement'): string => leaf('score', operator, value, { params: { model } });
const grade = (operator: string, value: Json = true, model = 'scoring/engagement'): string => leaf('grade', operator, value, { params: { model } });
const stage = (operator: string, value: Json): string => leaf('stage', operator, value);
const consent = (operator: string, value: Json): string => leaf('consent', operator, value, { params: { channel: 'email', topic: 'product' } });
const touches = (operator: string, value: Json, params: JsonObject): string => leaf('touchpointCount', operator, value, { params });
const inWelcome = (value: boolean): string => leaf('inJourney', 'equal', value, { params: { journey: 'journeys/welcome' } });
const segment = (id: string): string => `{"condition":"segments/${id}"}`;
const all = (...inner: string[]): string => `{"all":[${inner.join(',')}]}`;
const any = (...inner: string[]): string => `{"any":[${inner.join(',')}]}`;
const not = (inner: string): string => `{"not":${inner}}`;
/** The problem is at the value rather than at the comparison. */
const atValue = (text: string): string => text.replace('"value":', '"value":▶');
const here = (text: string): string => `▶${text}`;

const PRICING = { path: { startsWith: '/pricing' } };
const DE = lead('country', 'equal', 'DE');
const [SEEN, NOT_SEEN] = [count('atLeast', 1, '7d'), count('equal', 0, '7d')];
const [HEALTHCARE, RETAIL] = [lead('industry', 'equal', 'healthcare'), lead('industry', 'equal', 'retail')];

const header = (id: string): JsonObject => ({ $schema: `../schema/${id.startsWith('segments/') ? 'segment' : 'scoring'}.json`, id, version: 1, status: 'live', owner: 'growth', title: 'Tested' });
const fit = {
  ...header('scoring/fit'),
  scale: { min: 0, max: 100 },
  rules: [
    { name: 'trade', points: 25, conditions: { all: [JSON.parse(HEALTHCARE) as Json] } },
    { name: 'views', points: 5, max: 10, per: { event: 'page_viewed' } },
    { name: 'demo', points: 25, max: 25, decay: { steps: { '30d': 0.5 } }, per: { event: 'demo_booked' } },
  ],
  grades: { a: 60, b: 40, c: 0 },
};
const OTHERS = {
  'scoring/fit.json': fit,
  'scoring/buyer.json': { ...header('scoring/buyer'), axes: ['scoring/fit', 'scoring/engagement'] },
  'segments/retail.json': { ...header('segments/retail'), conditions: { all: [JSON.parse(RETAIL) as Json] } },
  'segments/everybody.json': { ...header('segments/everybody'), conditions: JSON.parse(any(lead('country', 'isSet'), lead('country', 'isNotSet'))) as Json },
};

/** What is said about a segment of these conditions, and the place of ▶ in its file. */
function check(conditions: string, others: Readonly<Record<string, unknown>> = {}): { place: string; said: Problem[]; problems: readonly Problem[] } {
  const marked = JSON.stringify({ ...header('segments/tested'), conditions: '?' }, null, 2).replace('"?"', () => conditions);
  const lines = marked.slice(0, marked.indexOf('▶')).split('\n');
  const { problems } = loadRulebook(sampleSources({ ...OTHERS, ...others, 'segments/tested.json': marked.replace('▶', '') }));
  const place = `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
  return { place, said: problems.filter(({ file }) => file === 'segments/tested.json'), problems };
}

describe('a rule that never holds', () => {
  it.each<[name: string, conditions: string, message: string, hint: string]>([
    ['two values of one attribute', all(HEALTHCARE, here(RETAIL)), '$.industry equal "retail" and $.industry equal "healthcare" beside it cannot both hold, so nobody can be in this segment', 'ask for either with "operator": "in", "value": ["healthcare","retail"]'],
    ['a value and a list without it', all(HEALTHCARE, here(lead('industry', 'in', ['retail', 'software']))), '$.industry in ["retail","software"] and $.industry equal "healthcare" beside it cannot both hold', '"in", "value": ["healthcare","retail","software"]'],
    ['lists that do not meet', all(lead('country', 'in', ['DE', 'FR']), here(lead('country', 'in', ['ES', 'IT']))), '$.country in ["ES","IT"] and $.country in ["DE","FR"] beside it cannot both hold', '"operator": "in"'],
    ['a value and its opposite', all(DE, here(lead('country', 'notEqual', 'DE'))), '$.country notEqual "DE" and $.country equal "DE" beside it cannot both hold', 'Correct one of them'],
    ['a value that is ruled out by a list', all(DE, here(lead('country', 'notIn', ['DE', 'FR']))), '$.country notIn ["DE","FR"] and $.country equal "DE"', 'Correct one of them'],
    ['known and unknown', all(lead('country', 'isSet'), here(lead('country', 'isNotSet'))), '$.country isNotSet and $.country isSet beside it cannot both hold', 'put them into an "any"'],
    ['a value of what is unknown', all(lead('employees', 'isNotSet'), here(lead('employees', 'atLeast', 5))), '$.employees atLeast 5 and $.employees isNotSet beside it', 'Correct one of them'],
    ['bounds that do not meet', all(lead('employees', 'atLeast', 50), here(lead('employees', 'lessThan', 50))), '$.employees lessThan 50 and $.employees atLeast 50 beside it', 'Correct one of them'],
    ['a number out of bounds', all(lead('employees', 'equal', 5), here(lead('employees', 'greaterThan', 5))), '$.employees greaterThan 5 and $.employees equal 5 beside it', 'Correct one of them'],
    ['true and false', all(lead('newsletter', 'equal', true), here(lead('newsletter', 'equal', false))), '$.newsletter equal false and $.newsletter equal true beside it', 'Correct one of them'],
    ['two beginnings', all(lead('country', 'startsWith', 'D'), here(lead('country', 'startsWith', 'F'))), '$.country startsWith "F" and $.country startsWith "D" beside it', 'Correct one of them'],
    ['a value with another beginning', all(DE, here(lead('country', 'startsWith', 'F'))), '$.country startsWith "F" and $.country equal "DE" beside it', 'Correct one of them'],
    ['a value that the pattern does not fit', all(DE, here(lead('country', 'matches', '^[a-z]+$'))), '$.country matches "^[a-z]+$" and $.country equal "DE" beside it', 'Correct one of them'],
    ['two ends', all(lead('country', 'endsWith', 'E'), here(lead('country', 'endsWith', 'R'))), '$.country endsWith "R" and $.country endsWith "E" beside it', 'Correct one of them'],
    ['a label that must and must not be there', all(lead('tags', 'contains', 'vip'), here(lead('tags', 'doesNotContain', 'vip'))), '$.tags doesNotContain "vip" and $.tags contains "vip" beside it', 'Correct one of them'],
    ['three comparisons together', all(lead('tags', 'containsAny', ['a', 'b']), lead('tags', 'doesNotContain', 'a'), here(lead('tags', 'doesNotContain', 'b'))), '$.tags doesNotContain "b", $.tags containsAny ["a","b"] and $.tags doesNotContain "a" beside it cannot all hold', 'Correct one of them'],
    ['before and after', all(lead('renewal', 'before', '2026-01-01'), here(lead('renewal', 'after', '2026-03-01'))), '$.renewal after "2026-03-01" and $.renewal before "2026-01-01" beside it', 'Correct one of them'],
    ['a date and a day after it', all(lead('renewal', 'equal', '2026-01-01'), here(lead('renewal', 'after', '2026-01-01'))), '$.renewal after "2026-01-01" and $.renewal equal "2026-01-01"', 'Correct one of them'],
    ['in the last week but not in the last month', all(lead('renewal', 'withinLast', '7d'), not(here(lead('renewal', 'withinLast', '30d')))), 'not ($.renewal withinLast "30d") and $.renewal withinLast "7d" beside it', 'Correct one of them'],
    ['more in a week than in a month', all(count('atLeast', 3, '7d'), here(count('atMost', 2, '30d'))), 'eventCount page_viewed within 30d atMost 2 and eventCount page_viewed within 7d atLeast 3 beside it cannot both hold', 'Correct one of them'],
    ['more in a week than ever', all(count('greaterThan', 3, '7d'), here(count('lessThan', 4))), 'eventCount page_viewed lessThan 4 and eventCount page_viewed within 7d greaterThan 3', 'Correct one of them'],
    ['more of some pages than of all', all(count('atLeast', 1, '7d', PRICING), here(NOT_SEEN)), 'eventCount page_viewed within 7d equal 0 and eventCount page_viewed within 7d where path startsWith "/pricing" atLeast 1 beside it', 'Correct one of them'],
    ['a page that is one of others', all(count('atLeast', 1, '24h', { path: '/pricing/a' }), here(count('equal', 0, '7d', PRICING))), 'eventCount page_viewed within 7d where path startsWith "/pricing" equal 0', 'Correct one of them'],
    ['a count between two whole numbers', all(count('greaterThan', 2, '7d'), here(count('lessThan', 3, '7d'))), 'eventCount page_viewed within 7d lessThan 3 and eventCount page_viewed within 7d greaterThan 2 beside it', 'Correct one of them'],
    ['a count below nothing', all(atValue(count('lessThan', 0))), 'eventCount page_viewed lessThan 0 can never hold: a count is a whole number from 0 on, so nobody', '"equal" 0 for none'],
    ['a broken count', all(atValue(count('equal', 1.5))), 'eventCount page_viewed equal 1.5 can never hold: a count is a whole number', '"atLeast" 1'],
    ['days below nothing', all(atValue(days('lessThan', 0))), 'daysSince page_viewed lessThan 0 can never hold: days since an event are whole', '"atMost" 0'],
    ['lately, but not in the window', all(days('atMost', 3), here(NOT_SEEN)), 'eventCount page_viewed within 7d equal 0 and daysSince page_viewed atMost 3 beside it', 'Correct one of them'],
    ['long ago, but in the window', all(SEEN, here(days('greaterThan', 7))), 'daysSince page_viewed greaterThan 7 and eventCount page_viewed within 7d atLeast 1 beside it', 'Correct one of them'],
    ['never, but some time', all(days('isNotSet'), here(count('atLeast', 1))), 'eventCount page_viewed atLeast 1 and daysSince page_viewed isNotSet beside it', 'Correct one of them'],
    ['days between two whole numbers', all(days('greaterThan', 2), here(days('lessThan', 3))), 'daysSince page_viewed lessThan 3 and daysSince page_viewed greaterThan 2 beside it', 'Correct one of them'],
    ['some pages later than any', all(days('atMost', 2, PRICING), here(days('greaterThan', 4))), 'daysSince page_viewed greaterThan 4 and daysSince page_viewed where path startsWith "/pricing" atMost 2 beside it', 'Correct one of them'],
    ['a sum of no events', all(sum('atLeast', 100), here(NOT_SEEN)), 'eventCount page_viewed within 7d equal 0 and eventSum page_viewed property "seconds" within 7d atLeast 100 beside it', 'Correct one of them'],
    ['more points than there are', all(atValue(score('atLeast', 61, 'scoring/fit'))), 'score scoring/fit atLeast 61 can never hold: scoring/fit gives 0 points at least and 47.5 at most, so nobody', 'change the points in scoring/fit.json'],
    ['fewer points than there are', all(atValue(score('lessThan', 0))), 'score scoring/engagement lessThan 0 can never hold: scoring/engagement gives 0 points at least and 30 at most, and not all between', 'Ask for what it gives'],
    ['points that no sum makes', all(atValue(score('equal', 7))), 'score scoring/engagement equal 7 can never hold', 'Ask for what it gives'],
    ['a letter that is out of reach', all(atValue(grade('equal', 'a', 'scoring/fit'))), 'grade scoring/fit equal "a" can never hold: scoring/fit gives "b" or "c", from 0 to 47.5 points', 'Ask for what it gives'],
    ['a letter with too few points', all(grade('equal', 'A'), here(score('lessThan', 20))), 'score scoring/engagement lessThan 20 and grade scoring/engagement equal "A" beside it', 'Correct one of them'],
    ['two letters', all(grade('equal', 'A'), here(grade('equal', 'B'))), 'grade scoring/engagement equal "B" and grade scoring/engagement equal "A" beside it', '"in", "value": ["A","B"]'],
    ['two letters that are out of reach together', all(atValue(grade('equal', 'aA', 'scoring/buyer'))), 'grade scoring/buyer equal "aA" can never hold: it is "bA", "bB", "bC", "cA", "cB" or "cC"', 'Write a value that it can have'],
    ['two stages', all(stage('equal', 'decision'), here(stage('in', ['awareness', 'consideration']))), 'stage in ["awareness","consideration"] and stage equal "decision" beside it', '"in"'],
    ['none of the stages', all(atValue(stage('notIn', ['awareness', 'consideration', 'decision']))), 'can never hold: it is "awareness", "consideration" or "decision"', 'Write a value that it can have'],
    ['two consents', all(consent('equal', 'granted'), here(consent('equal', 'none'))), 'consent channel "email" topic "product" equal "none" and consent channel "email" topic "product" equal "granted" beside it', '"in"'],
    ['none of the consents', all(atValue(consent('notIn', ['granted', 'denied', 'none']))), 'can never hold: it is "granted", "denied" or "none"', 'Write a value that it can have'],
    ['more touchpoints by one channel than by all', all(touches('atLeast', 2, { channel: 'email', within: '7d' }), here(touches('atMost', 1, { within: '30d' }))), 'touchpointCount within 30d atMost 1 and touchpointCount channel "email" within 7d atLeast 2 beside it', 'Correct one of them'],
    ['fewer leads than none', all(atValue(leaf('accountCount', 'lessThan', 0, { params: { condition: 'segments/healthcare' } }))), 'accountCount condition "segments/healthcare" lessThan 0 can never hold: a count is a whole number from 0 on', '"equal" 0 for none'],
    ['in a journey and not', all(inWelcome(true), here(inWelcome(false))), 'inJourney journey "journeys/welcome" equal false and inJourney journey "journeys/welcome" equal true beside it', 'Correct one of them'],
    ['two segments', all(segment('healthcare'), here(segment('retail'))), '$.industry equal "retail" (in segments/retail) and $.industry equal "healthcare" (in segments/healthcare) cannot both hold', 'Keep one of them'],
    ['a segment of a segment', all(stage('equal', 'awareness'), here(segment('healthcare-considering'))), 'stage equal "consideration" (in segments/healthcare-considering) and stage equal "awareness" beside it', 'Keep one of them'],
    ['a segment and not the segment', all(segment('healthcare'), not(here(segment('healthcare')))), 'not ($.industry equal "healthcare") (in segments/healthcare) and $.industry equal "healthcare"', 'Correct one of them'],
    ['nobody of everybody', all(not(here(segment('everybody')))), '(in segments/everybody) cannot both hold', 'Correct one of them'],
    ['every branch of an any', all(here(HEALTHCARE), any(RETAIL, lead('industry', 'equal', 'software'))), '$.industry equal "healthcare" and $.industry equal "retail" beside it cannot both hold; $.industry equal "healthcare" and $.industry equal "software" beside it cannot both hold, so nobody', 'put them into an "any"'],
    ['under a not', not(any(SEEN, here(count('lessThan', 1, '7d')))), 'not (eventCount page_viewed within 7d lessThan 1) and not (eventCount page_viewed within 7d atLeast 1) beside it', 'Correct one of them'],
    ['deep inside', all(SEEN, all(DE, any(all(SEEN, all(here(NOT_SEEN)))))), 'eventCount page_viewed within 7d equal 0 and eventCount page_viewed within 7d atLeast 1 beside it', 'Correct one of them'],
  ])('%s', (_name, conditions, message, hint) => {
    const { place, said } = check(conditions);
    const errors = said.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(message);
    expect(errors[0]?.hint).toContain(hint);
    expect(`${String(errors[0]?.line)}:${String(errors[0]?.column)}`).toBe(place);
  });

  it.each<[name: string, conditions: string, message: string]>([
    ['besides what it may be', all(lead('industry', 'isSet'), here(lead('industry', 'notIn', ['healthcare', 'retail', 'software']))), '$.industry notIn ["healthcare","retail","software"] and $.industry isSet beside it cannot both hold by tracking-plan.json, so nobody can be in this segment'],
    ['a beginning that no value has', all(atValue(lead('industry', 'startsWith', 'bank'))), '$.industry startsWith "bank" can never hold: it is "healthcare", "retail" or "software" by tracking-plan.json'],
    ['neither true nor false', all(lead('newsletter', 'notEqual', true), lead('newsletter', 'notEqual', false), here(lead('newsletter', 'isSet'))), 'cannot all hold by tracking-plan.json'],
    ['neither more nor less', all(lead('employees', 'isSet'), not(lead('employees', 'atLeast', 5)), not(here(lead('employees', 'lessThan', 5)))), 'cannot all hold by tracking-plan.json'],
    ['a number that is another one, as only the text "5" could be', all(lead('employees', 'atLeast', 5), lead('employees', 'atMost', 5), here(lead('employees', 'notEqual', 5))), 'cannot all hold by tracking-plan.json'],
    ['an attribute of the account', all(leaf('account', 'isSet', true, { path: '$.tier' }), here(leaf('account', 'notIn', ['small', 'large'], { path: '$.tier' }))), 'account $.tier notIn ["small","large"] and account $.tier isSet beside it cannot both hold by tracking-plan.json'],
  ])('by the tracking plan, as a warning, because stored attributes may be older: %s', (_name, conditions, message) => {
    const { place, said } = check(conditions);
    expect(said.map(({ severity }) => severity)).toEqual(['warning']);
    expect(said[0]?.message).toContain(message);
    expect(`${String(said[0]?.line)}:${String(said[0]?.column)}`).toBe(place);
  });

  it('is found among points and stages', () => {
    const conditions = JSON.parse(all(HEALTHCARE, RETAIL)) as Json;
    const { problems } = loadRulebook(
      sampleSources({
        'scoring/fit.json': { ...fit, rules: [...fit.rules, { name: 'dead', points: 1, conditions }] },
        'stages.json': { ...(SAMPLE['stages.json'] as object), stages: [{ name: 'awareness', title: 'A', conditions }, { name: 'consideration', title: 'C', conditions }, { name: 'decision', title: 'D', conditions: JSON.parse(all(SEEN)) as Json }] },
      }),
    );
    const said = problems.filter(({ severity }) => severity === 'error').map(({ file, message }) => `${file} ${message.slice(message.lastIndexOf(',') + 2)}`);
    expect(said).toEqual(['scoring/fit.json so nobody gets these points', 'stages.json so nobody is in this stage', 'stages.json so nobody reaches this stage']);
  });

  it('is told once, and not of what builds on it', () => {
    const dead = { ...header('segments/dead'), conditions: JSON.parse(all(HEALTHCARE, RETAIL)) as Json };
    const { problems, said } = check(all(DE, segment('dead')), { 'segments/dead.json': dead });
    expect(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file)).toEqual(['segments/dead.json']);
    expect(said).toEqual([]);
  });
});

describe('a branch that never holds', () => {
  it.each<[name: string, conditions: string, message: string]>([
    ['by itself', any(here(all(HEALTHCARE, RETAIL)), SEEN), '$.industry equal "retail" and $.industry equal "healthcare" beside it cannot both hold, so this branch never holds'],
    ['beside what stands above', all(HEALTHCARE, any(SEEN, here(RETAIL))), '$.industry equal "retail" and $.industry equal "healthcare" beside it cannot both hold, so this branch'],
    ['for its value', any(SEEN, atValue(score('greaterThan', 30))), 'score scoring/engagement greaterThan 30 can never hold'],
    ['beside a segment', all(segment('healthcare'), any(here(RETAIL), SEEN)), '$.industry equal "retail" and $.industry equal "healthcare" (in segments/healthcare) cannot both hold'],
    ['because of another any', all(any(DE, lead('country', 'equal', 'FR')), any(here(lead('country', 'equal', 'ES')), SEEN)), '$.country equal "ES" and $.country equal "DE" beside it cannot both hold; $.country equal "ES" and $.country equal "FR" beside it cannot both hold'],
    ['as a segment', all(stage('equal', 'decision'), any(here(segment('healthcare-considering')), SEEN)), 'stage equal "consideration" (in segments/healthcare-considering) and stage equal "decision" beside it cannot both hold'],
    ['under a not', not(all(SEEN, here(any(NOT_SEEN, count('atLeast', 1, '7d'))))), 'so this branch never holds'],
  ])('%s', (_name, conditions, message) => {
    const { place, said } = check(conditions);
    const errors = said.filter(({ severity }) => severity === 'error');
    expect(errors.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
    expect(`${String(errors[0]?.line)}:${String(errors[0]?.column)}`).toBe(place);
  });
});

describe('a rule that always holds', () => {
  it.each<[name: string, conditions: string, message: string]>([
    ['a count from 0 on', all(atValue(count('atLeast', 0))), 'Every lead is in this segment: eventCount page_viewed atLeast 0 always holds'],
    ['some or none', here(any(SEEN, NOT_SEEN)), 'eventCount page_viewed within 7d atLeast 1 or eventCount page_viewed within 7d equal 0 always holds'],
    ['never or some time', here(any(days('isNotSet'), days('atLeast', 0))), 'daysSince page_viewed isNotSet or daysSince page_viewed atLeast 0 always holds'],
    ['lately or not', here(any(days('lessThan', 7), NOT_SEEN)), 'daysSince page_viewed lessThan 7 or eventCount page_viewed within 7d equal 0 always holds'],
    ['every consent', all(atValue(consent('in', ['granted', 'denied', 'none']))), 'always holds'],
    ['every stage', all(atValue(stage('in', ['awareness', 'consideration', 'decision']))), 'always holds'],
    ['every letter', all(atValue(grade('in', ['A', 'B', 'C']))), 'always holds'],
    ['a letter where there always is one', all(atValue(grade('isSet'))), 'grade scoring/engagement isSet always holds'],
    ['as many points as there are', all(atValue(score('atMost', 30))), 'score scoring/engagement atMost 30 always holds'],
    ['what never holds, under a not', not(all(atValue(count('lessThan', 0)))), 'not (eventCount page_viewed lessThan 0) always holds'],
    ['the members and the others', here(any(segment('healthcare'), not(segment('healthcare')))), 'always holds'],
    ['the known and the others', here(any(lead('country', 'isNotSet'), lead('country', 'isSet'), SEEN)), '$.country isNotSet or $.country isSet always holds'],
  ])('%s', (_name, conditions, message) => {
    const { place, said } = check(conditions);
    const errors = said.filter(({ severity }) => severity === 'error');
    expect(errors.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
    expect(errors[0]?.hint).toContain('not every lead has');
    expect(`${String(errors[0]?.line)}:${String(errors[0]?.column)}`).toBe(place);
  });

  it('is found among points and stages', () => {
    const conditions = JSON.parse(all(count('atLeast', 0))) as Json;
    const [first, ...others] = (SAMPLE['stages.json'] as { stages: object[] }).stages;
    const { problems } = loadRulebook(
      sampleSources({
        'scoring/fit.json': { ...fit, rules: [{ name: 'all', points: 1, conditions }] },
        'stages.json': { ...(SAMPLE['stages.json'] as object), stages: [{ ...first, conditions }, ...others] },
      }),
    );
    const said = problems.filter(({ severity }) => severity === 'error').map(({ message, hint }) => `${message}. ${String(hint)}`);
    expect(said[0]).toContain('Every lead gets these points');
    expect(said[1]).toContain('Every lead is in this stage or a later one');
    expect(said[1]).toContain('Leave "conditions" out');
  });
});

describe('what changes nothing', () => {
  it.each<[name: string, conditions: string, message: string]>([
    ['a lower bound', all(here(count('atLeast', 1, '7d')), count('atLeast', 3, '7d')), 'This changes nothing: it holds wherever eventCount page_viewed within 7d atLeast 3 does'],
    ['a longer window', all(count('atLeast', 2, '7d'), here(count('atLeast', 1, '30d'))), 'it holds wherever eventCount page_viewed within 7d atLeast 2 does'],
    ['known, where a value is asked for', all(here(lead('country', 'isSet')), DE), 'it holds wherever $.country equal "DE" does'],
    ['the same twice', all(DE, here(DE)), 'it holds wherever $.country equal "DE" does'],
    ['the same deeper', all(DE, any(all(SEEN, here(DE)), lead('newsletter', 'equal', true))), 'it holds wherever $.country equal "DE" does'],
    ['what a segment asks already', all(segment('healthcare-considering'), here(stage('notEqual', 'decision'))), 'it holds wherever segments/healthcare-considering does'],
    ['what two of them say together', all(lead('employees', 'atLeast', 5), lead('employees', 'atMost', 5), here(lead('employees', 'lessThan', 6))), 'it holds wherever $.employees atMost 5 does'],
    ['what always holds', all(DE, here(count('atLeast', 0))), 'This changes nothing: eventCount page_viewed atLeast 0 always holds'],
    ['an any with a branch that always holds', all(DE, here(any(count('atLeast', 0), SEEN))), 'This changes nothing: eventCount page_viewed atLeast 0 always holds'],
    ['a branch that asks for more', any(count('atLeast', 1, '7d'), here(count('atLeast', 3, '7d'))), 'This changes nothing: wherever it holds, eventCount page_viewed within 7d atLeast 1 holds too'],
    ['a branch with more beside it', any(DE, here(all(DE, SEEN))), 'wherever it holds, $.country equal "DE" holds too'],
    ['a branch that a segment has', any(segment('healthcare'), here(segment('healthcare-considering'))), 'wherever it holds, segments/healthcare holds too'],
    ['a branch that two others have between them', any(count('atMost', 3, '7d'), here(count('in', [2, 9], '7d')), count('atLeast', 6, '7d')), 'wherever it holds, eventCount page_viewed within 7d atMost 3 and eventCount page_viewed within 7d atLeast 6 holds too'],
    ['a letter for points', all(score('atLeast', 20), here(grade('in', ['A', 'B']))), 'it holds wherever score scoring/engagement atLeast 20 does'],
  ])('%s', (_name, conditions, message) => {
    const { place, said } = check(conditions);
    expect(said.map((one) => [one.severity, one.message])).toEqual([['warning', expect.stringContaining(message)]]);
    expect(`${String(said[0]?.line)}:${String(said[0]?.column)}`).toBe(place);
  });
});

describe('a stage that nobody stays in', () => {
  const [open, , last] = (SAMPLE['stages.json'] as { stages: JsonObject[] }).stages;
  const staged = (conditions: string): readonly Problem[] => {
    const stages = [open, { name: 'consideration', title: 'C', conditions: JSON.parse(conditions) as Json }, last];
    return loadRulebook(sampleSources({ 'stages.json': { ...(SAMPLE['stages.json'] as object), stages } })).problems.filter(({ file }) => file === 'stages.json');
  };
  const booked = (within?: string): string => leaf('eventCount', 'atLeast', 2, { params: { event: 'demo_booked', ...(within !== undefined && { within }) } });

  it('is found when the next one asks for less', () => {
    expect(staged(any(booked('7d'), all(booked(), SEEN)))).toEqual([
      expect.objectContaining({ severity: 'warning', line: 12, message: 'Nobody stays in "consideration": whoever these conditions hold for is in "decision" at once' }),
    ]);
    expect(staged(any(booked('7d'), SEEN))).toEqual([]);
  });
});

describe('what is not held against a rule', () => {
  it.each<[string, string]>([
    ['an isSet that a negative comparison needs', all(lead('country', 'isSet'), lead('country', 'notEqual', 'DE'))],
    ['a number between two whole ones', all(lead('employees', 'greaterThan', 1), lead('employees', 'lessThan', 2))],
    ['some time, but not lately', all(count('atLeast', 1, '21d'), count('equal', 0, '5d'))],
    ['long ago, and in a window of other hours', all(days('equal', 1), count('equal', 0, '36h'))],
    ['counts of different pages', all(count('atLeast', 3, '7d', { path: '/a' }), count('atMost', 2, '30d', { path: '/b' }))],
    ['a sum of nothing', all(sum('isNotSet'), SEEN)],
    ['the least sum below nothing', all(sum('lessThan', 0))],
    ['branches that share a part', any(all(DE, SEEN), all(DE, NOT_SEEN, consent('equal', 'granted')))],
    ['branches that rule each other out', any(DE, all(lead('country', 'isSet'), lead('country', 'notEqual', 'DE'), SEEN))],
    ['two patterns', all(lead('country', 'matches', '^D'), lead('country', 'matches', '^F'))],
    ['two labels', all(lead('tags', 'contains', 'a'), lead('tags', 'contains', 'b'))],
    ['counts of leads in different segments', all(leaf('accountCount', 'atLeast', 3, { params: { condition: 'segments/healthcare' } }), leaf('accountCount', 'equal', 0, { params: { condition: 'segments/retail' } }))],
    ['touchpoints by different channels', all(touches('atLeast', 2, { channel: 'email' }), touches('equal', 0, { channel: 'sms' }))],
    ['another attribute as the value', all(lead('country', 'isSet'), leaf('account', 'isSet', true, { path: '$.tier' }), lead('country', 'equal', { fact: 'account', path: '$.tier' }))],
    ['two attributes', all(HEALTHCARE, leaf('account', 'equal', 'small', { path: '$.tier' }))],
    ['a date lately and before a day', all(lead('renewal', 'withinLast', '7d'), lead('renewal', 'before', '2020-01-01'))],
    ['a day that may have been lately', all(lead('renewal', 'equal', '2026-03-01'), lead('renewal', 'withinLast', '30d'))],
    ['a date that is neither before nor after a moment', all(lead('renewal', 'withinLast', '9d'), not(lead('renewal', 'before', '2026-03-01')), not(lead('renewal', 'after', '2026-03-01')))],
    ['every value of the plan, where it may be unknown', all(lead('industry', 'in', ['healthcare', 'retail', 'software']))],
    ['everybody, on purpose', any(lead('renewal', 'isNotSet'), lead('renewal', 'isSet'))],
    ['a rule that nobody uses', all(DE, SEEN)],
    ['the other leads', all(not(segment('healthcare')), SEEN)],
    ['points within reach', all(score('equal', 12.5))],
    ['points between two bounds, where they fade', all(score('greaterThan', 41, 'scoring/fit'), score('lessThan', 47, 'scoring/fit'))],
  ])('%s', (_name, conditions) => {
    expect(check(conditions).said).toEqual([]);
  });

  it('points that are taken away by a group without rules', () => {
    const capped = { ...fit, scale: { min: -10, max: 100 }, groups: { none: { max: -5 } }, grades: { a: 60, b: 40, c: -10 } };
    expect(check(all(score('equal', -5, 'scoring/fit')), { 'scoring/fit.json': capped }).said).toEqual([]);
  });

  it('a file in which something else is wrong, and what builds on it', () => {
    const conditions = JSON.parse(all(HEALTHCARE, RETAIL, lead('indsutry', 'isSet'))) as Json;
    const broken = { ...header('segments/broken'), conditions };
    const { problems } = check(all(HEALTHCARE, segment('broken')), { 'segments/broken.json': broken });
    expect(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual(['There is no attribute "indsutry"']);
  });

  it('a retired rule', () => {
    const retired = { ...header('segments/retired'), status: 'retired', retired: { on: '2026-01-31', reason: 'Nobody used it' }, conditions: JSON.parse(all(HEALTHCARE, RETAIL)) as Json };
    expect(check(all(DE), { 'segments/retired.json': retired }).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('a rule that is written twice', () => {
  it('as a segment: the same leads in another order and other words', () => {
    const first = { ...header('segments/first'), conditions: JSON.parse(all(SEEN, not(any(DE, lead('tags', 'contains', 'x'))), segment('healthcare'), lead('country', 'isSet'), lead('tags', 'isSet'))) as Json };
    const second = all(all(HEALTHCARE, lead('tags', 'isSet')), lead('country', 'isSet'), not(lead('tags', 'contains', 'x')), lead('country', 'notIn', ['DE']), count('greaterThanInclusive', 1, '168h'));
    const { place, said } = check(here(second), { 'segments/first.json': first });
    expect(said).toEqual([expect.objectContaining({ severity: 'warning', message: expect.stringMatching(/^The same leads are in "segments\/first" \(segments\/first\.json:\d+:\d+\)$/) })]);
    expect(`${String(said[0]?.line)}:${String(said[0]?.column)}`).toBe(place);
    const draft = { ...first, status: 'draft' };
    expect(check(second, { 'segments/first.json': draft }).said).toEqual([]);
  });

  it.each<[name: string, again: object, severity: string | null, message: string]>([
    ['the same events', { ...fit.rules[1], name: 'again' }, 'error', 'This is the rule "views" (scoring/fit.json:'],
    ['the same conditions', { ...fit.rules[0], name: 'again' }, 'error', 'so its points count twice'],
    ['the same conditions with other points', { ...fit.rules[0], name: 'again', points: -3 }, 'warning', 'The rule "trade" (scoring/fit.json:'],
    ['other points for the same events', { ...fit.rules[1], name: 'again', points: 2 }, null, ''],
    ['the same in another group', { ...fit.rules[0], name: 'again', group: 'web' }, null, ''],
  ])('in a scoring model: %s', (_name, again, severity, message) => {
    const { problems } = loadRulebook(sampleSources({ 'scoring/fit.json': { ...fit, groups: { web: { max: 30 } }, rules: [...fit.rules, again] } }));
    const said = problems.filter(({ file }) => file === 'scoring/fit.json');
    expect(said.map((one) => one.severity)).toEqual(severity === null ? [] : [severity]);
    if (said[0]) expect(said[0].message).toContain(message);
  });

  it('as a journey: the same content for the same leads', () => {
    const welcome = SAMPLE['journeys/welcome.json'] as JsonObject & { steps: JsonObject[] };
    const again = (changes: JsonObject): Problem[] =>
      loadRulebook(
        sampleSources({ 'content/case-study/sms.hbs': 'STOP', 'journeys/again.json': { ...welcome, id: 'journeys/again', steps: [{ ...welcome.steps[0], ...changes }] } }),
      ).problems.filter(({ file }) => file.startsWith('journeys/'));
    expect(again({})).toEqual([expect.objectContaining({ severity: 'error', file: 'journeys/welcome.json', message: expect.stringMatching(/^"journeys\/again" \(journeys\/again\.json:\d+:\d+\) sends "content\/case-study" to the same leads$/) })]);
    expect(again({ channel: 'sms' })).toEqual([expect.objectContaining({ severity: 'warning', hint: expect.stringContaining('by sms and by email') })]);
  });
});
