import { describe, expect, it } from 'vitest';
import { SAMPLE, sampleRulebook, sampleSources } from '../../test/sample-rules.ts';
import { loadRulebook } from './load-rulebook.ts';
import { NO_TOUCHES, type Problem } from '../language/types.ts';

const textOf = (path: string): string => sampleSources().find((source) => source.path === path)?.text ?? '';

/** Loads the sample with one text replaced in one file. The replacement holds ▶ where the problem must be. */
function edit(path: string, from: string, to: string): { place: Pick<Problem, 'file' | 'line' | 'column'>; problems: readonly Problem[] } {
  const before = textOf(path);
  expect(before.split(from), `${from} stands in ${path} once`).toHaveLength(2);
  const marked = before.replace(from, () => to);
  const lines = marked.slice(0, marked.indexOf('▶')).split('\n');
  const { rulebook, problems } = loadRulebook(sampleSources({ [path]: marked.replace('▶', '') }));
  if (problems.some(({ severity }) => severity === 'error')) expect(rulebook).toBeNull();
  return { place: { file: path, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }, problems };
}

const HEALTHCARE = 'segments/healthcare.json';
const LEAF = /"fact": "lead",\s+"path": "\$.industry",\s+"operator": "equal",\s+"value": "healthcare"/.exec(textOf(HEALTHCARE))?.[0] ?? '';
const SCORING = 'scoring/engagement.json';
const STAGES = 'stages.json';
const JOURNEY = 'journeys/welcome.json';
const CONTENT = 'content/case-study/content.json';
const PLAN = 'tracking-plan.json';
const READS_DOCS = '"event": "page_viewed",\n              "within": "24h"';

const TRIAL = '{\n      "name": "trial",';
/** One more scoring rule, before the last one. */
const added = (line: string): string => `${line}, ${TRIAL}`;

/** A comparison with the sum of a property. */
const aggregated = (property: string): string =>
  `"fact": "eventSum", "params": { "event": "page_viewed", "property": ${property} }, "operator": "atLeast", "value": 3`;

describe('loadRulebook', () => {
  it('loads a good folder', () => {
    const rulebook = sampleRulebook();
    expect(rulebook.eventTypes).toEqual(['demo_booked', 'page_viewed', 'trial_started']);
    expect(rulebook.segments.map(({ id }) => id)).toEqual(['segments/healthcare-considering', 'segments/healthcare', 'segments/quiet']);
    expect(rulebook.content[0]?.templates).toEqual({ 'email.hbs': '<p>Hello</p>', 'subject.hbs': 'A case study' });
    expect(rulebook.connectors[0]).toEqual({ name: 'outbox', package: '@tendril/outbox-file', settings: { folder: 'outbox' }, secrets: {} });
    expect(rulebook.journeys[0]).not.toHaveProperty('$schema');
  });

  it.each<[string, string, string, string, message: string, hint: string]>([
    ['a comment', HEALTHCARE, '"version": 1', '▶// first\n"version": 1', 'plain JSON', 'why'],
    ['a trailing comma', HEALTHCARE, '"value": "healthcare"\n', '"value": "healthcare"▶,\n', 'A comma stands before', 'Remove'],
    ['a missing comma', HEALTHCARE, '"version": 1,', '"version": 1', 'comma is missing', 'comma'],
    ['a key twice', HEALTHCARE, '"version": 1,', '"version": 1,\n  ▶"version": 2,', 'twice', 'Keep one'],
    ['an unknown key', HEALTHCARE, '"owner"', '▶"ownr": "x", "owner"', 'no key "ownr"', 'Did you mean "owner"?'],
    ['a missing key', HEALTHCARE, '"owner": "growth",', '', '"owner" is missing', 'a text in quotation marks'],
    ['a wrong type', HEALTHCARE, '"version": 1', '"version": ▶"1"', 'a number', 'Write'],
    ['a wrong status', HEALTHCARE, '"live"', '▶"lvie"', 'no "lvie"', 'Did you mean "live"?'],
    ['an id that is not the path', HEALTHCARE, '"segments/healthcare"', '▶"segments/health"', 'not the path', 'Write "segments/healthcare"'],
    ['an empty all', HEALTHCARE, `{\n        ${LEAF}\n      }`, '', 'empty', 'at least one'],
    ['all and any together', HEALTHCARE, '"all": [', '"any": [], ▶"all": [', 'stand in one condition', 'nest'],
    ['a misspelt all', HEALTHCARE, '"all": [', '▶"al": [', 'no key "al"', 'Did you mean "all"?'],
    ['a bare comparison at the top', HEALTHCARE, `"all": [\n      {\n        ${LEAF}\n      }\n    ]`, LEAF, 'The top of "conditions"', '{ "all"'],
    ['no condition', HEALTHCARE, `{\n        ${LEAF}\n      }`, '▶"healthcare"', 'no condition', '"fact"'],
    ['an unknown operator', HEALTHCARE, '"equal"', '▶"equals"', 'no "equals"', 'Did you mean "equal"?'],
    ['an unknown fact', HEALTHCARE, '"fact": "lead"', '"fact": ▶"led"', 'no "led"', 'Did you mean "lead"?'],
    ['a misspelt key of a comparison', HEALTHCARE, '"operator": "equal"', '"operator": "equal", ▶"valeu": 1', 'no key "valeu"', 'Did you mean "value"?'],
    ['params of another fact', SCORING, READS_DOCS, `${READS_DOCS}, ▶"model": "x"`, 'no key "model"', 'Known: event, within, where.'],
    ['a path of its own kind', HEALTHCARE, '"$.industry"', '▶"$..industry"', 'does not fit', '$.industry'],
    ['a path to nothing', HEALTHCARE, '"$.industry"', '▶"$.indsutry"', 'no attribute "indsutry"', 'Did you mean "industry"?'],
    ['a path into a text', HEALTHCARE, '"$.industry"', '▶"$.industry.name"', 'has no parts', '$.industry'],
    ['a value that never occurs', HEALTHCARE, '"value": "healthcare"', '"value": ▶"healtcare"', 'no value "healtcare"', 'Did you mean "healthcare"?'],
    ['a number for a text', HEALTHCARE, '"value": "healthcare"', '"value": ▶5', 'can never be equal', 'a text'],
    ['null', HEALTHCARE, '"value": "healthcare"', '"value": ▶null', 'cannot be compared', 'isNotSet'],
    ['a fact as a value', HEALTHCARE, '"value": "healthcare"', '"value": ▶{ "fact": "stage" }', 'another attribute only', '"path"'],
    ['a list for equal', HEALTHCARE, '"value": "healthcare"', '"value": ▶["healthcare"]', 'one value', 'Use "in"'],
    ['a text for in', HEALTHCARE, '"operator": "equal",\n        "value": "healthcare"', '"operator": "in", "value": ▶"healthcare"', 'a list', '["healthcare"]'],
    ['isSet with false', HEALTHCARE, '"operator": "equal",\n        "value": "healthcare"', '"operator": "isSet", "value": ▶false', 'true', 'isNotSet'],
    ['an order of texts', HEALTHCARE, '"equal"', '▶"lessThan"', 'does not work on a text', 'startsWith'],
    [
      'an order of dates',
      HEALTHCARE,
      LEAF,
      '"fact": "lead", "path": "$.renewal", "operator": ▶"lessThan", "value": 3',
      'does not work on a date',
      'withinLast',
    ],
    ['an unguarded notEqual', HEALTHCARE, '"equal"', '▶"notEqual"', 'holds when $.industry is unknown', '"isSet"'],
    ['an unguarded not', HEALTHCARE, `{\n        ${LEAF}`, `{ "not": { ${LEAF.replace('"equal"', '▶"equal"')} }`, 'Under "not"', '"isSet"'],
    ['an unknown segment', 'segments/quiet.json', '"segments/healthcare"', '▶"segments/helthcare"', 'no segment', 'Did you mean "segments/healthcare"?'],
    ['a segment without its folder', 'segments/quiet.json', '"segments/healthcare"', '▶"healthcare"', 'no segment', 'Did you mean "segments/healthcare"?'],
    ['an unknown event', SCORING, READS_DOCS, READS_DOCS.replace('"page_viewed"', '▶"page_view"'), 'no event "page_view"', 'page_viewed'],
    ['an unreadable window', SCORING, '"24h"', '▶"1 day"', 'does not fit', '"24h"'],
    ['an unknown property', SCORING, '"path": {', '▶"pth": {', 'no property of "page_viewed" "pth"', 'Did you mean "path"?'],
    ['a property of another type', SCORING, '"path": {\n                  "startsWith": "/pricing"\n                }', '"seconds": ▶"long"', 'never be equal', 'a number'],
    ['a list property', SCORING, '"path": {\n                  "startsWith": "/pricing"\n                }', '"tags": ▶"a"', 'is a list', 'Declare'],
    ['a test of its own kind', SCORING, '{\n                  "startsWith": "/pricing"\n                }', '▶{ "endsWith": "x" }', 'no test', '"startsWith"'],
    ['an unknown model', STAGES, '"scoring/engagement"', '▶"engagement"', 'no scoring model', 'Did you mean "scoring/engagement"?'],
    ['a stage that asks for itself', STAGES, '{\n            "fact": "score",\n            "params": {\n              "model": "scoring/engagement"\n            },\n            "operator": "atLeast",\n            "value": 10\n          }', '▶{ "fact": "stage", "operator": "equal", "value": "decision" }', 'its own answer', 'Remove'],
    ['a later stage without conditions', STAGES, '{\n      "name": "consideration"', '▶{ "name": "open", "title": "Open" },\n{\n      "name": "consideration"', 'everybody', 'Add'],
    ['a stage twice', STAGES, '"name": "decision"', '"name": ▶"consideration"', 'twice', 'its own'],
    ['a rule name twice', SCORING, '"name": "reads-docs"', '"name": ▶"reads-pricing"', 'twice', 'its own'],
    ['an unknown group', SCORING, '"group": "web",\n      "conditions": {\n        "all": [\n          {\n            "fact": "eventCount",\n            "params": {\n              "event": "page_viewed",\n              "within": "24h"', '"group": ▶"wbe",\n      "conditions": {\n        "all": [\n          {\n            "fact": "eventCount",\n            "params": {\n              "event": "page_viewed",\n              "within": "24h"', 'no group "wbe"', 'Did you mean "web"?'],
    ['four decimals', SCORING, '8.125', '▶8.1255', 'three decimals', '0.125'],
    ['grades that leave a gap', SCORING, '"grades": {\n    "A": 20,\n    "B": 10,\n    "C": 0\n  }', '"grades": ▶{ "A": 20, "B": 10 }', 'no grade', '0 points'],
    ['a scale that ends before it begins', SCORING, '"scale": {\n    "min": 0,\n    "max": 30\n  }', '"scale": ▶{ "min": 0, "max": -1 }', 'ends before', 'max'],
    ['decay of conditions', SCORING, '"points": 20,', '"points": 20, ▶"halfLife": "14d",', 'no key "halfLife"', 'Known'],
    ['a line without conditions or per', SCORING, TRIAL, added('▶{ "name": "a", "points": 1 }'), '"conditions" is missing', '"all"'],
    ['a line with conditions and per', SCORING, TRIAL, added('{ "name": "a", "points": 1, "per": { "event": "demo_booked" }, ▶"conditions": { "condition": "segments/healthcare" } }'), 'stand in one rule', 'Keep'],
    ['a misspelt key of per', SCORING, TRIAL, added('{ "name": "a", "points": 1, "per": { ▶"evnt": "demo_booked" } }'), 'no key "evnt"', 'Did you mean "event"?'],
    ['points for an unknown event', SCORING, TRIAL, added('{ "name": "a", "points": 1, "per": { "event": ▶"demo_boked" } }'), 'no event "demo_boked"', 'Did you mean "demo_booked"?'],
    ['points for an unknown property', SCORING, TRIAL, added('{ "name": "a", "points": 1, "per": { "event": "page_viewed", "where": { ▶"pth": "/" } } }'), 'no property', 'Did you mean "path"?'],
    ['four decimals of a max', SCORING, TRIAL, added('{ "name": "a", "points": 1, "max": ▶2.0001, "per": { "event": "demo_booked" } }'), 'three decimals', '0.125'],
    ['a max below one event', SCORING, TRIAL, added('{ "name": "a", "points": 8, "max": ▶7, "per": { "event": "demo_booked" } }'), 'No event would count', 'multiple'],
    ['a max of the other sign', SCORING, TRIAL, added('{ "name": "a", "points": -8, "max": ▶16, "per": { "event": "demo_booked" } }'), 'No event would count', 'below 0'],
    ['a max without end', SCORING, TRIAL, added('{ "name": "a", "points": 8, "max": ▶2e9, "per": { "event": "demo_booked" } }'), 'too high', 'Leave'],
    ['nothing for each event', SCORING, TRIAL, added('{ "name": "a", "points": ▶0, "per": { "event": "demo_booked" } }'), 'change nothing', 'remove'],
    ['millions for each event', SCORING, TRIAL, added('{ "name": "a", "points": ▶1000001, "per": { "event": "demo_booked" } }'), 'too many', '1000000'],
    ['two ways to fade', SCORING, TRIAL, added('{ "name": "a", "points": 1, "halfLife": "1d", ▶"decay": { "linear": "2d" }, "per": { "event": "demo_booked" } }'), 'stand in one rule', 'one of them'],
    ['a way to fade of its own kind', SCORING, TRIAL, added('{ "name": "a", "points": 1, "decay": ▶{ "cubic": "2d" }, "per": { "event": "demo_booked" } }'), 'how points fade', '"linear"'],
    ['fading over centuries', SCORING, TRIAL, added('{ "name": "a", "points": 1, ▶"halfLife": "36500d", "per": { "event": "demo_booked" } }'), 'ten years', '3650d'],
    ['steps of hours', SCORING, TRIAL, added('{ "name": "a", "points": 1, "decay": { "steps": { ▶"36h": 1 } }, "per": { "event": "demo_booked" } }'), 'whole days', '"7d"'],
    ['steps upwards', SCORING, TRIAL, added('{ "name": "a", "points": 1, "decay": { ▶"steps": { "2d": 0.5, "5d": 0.6 } }, "per": { "event": "demo_booked" } }'), 'worth more', 'fall'],
    ['a pattern that cannot be read', HEALTHCARE, LEAF, '"fact": "lead", "path": "$.country", "operator": "matches", "value": ▶"^D(?=E)"', 'from its character 3 on', 'RE2'],
    ['a pattern that ends too early', HEALTHCARE, LEAF, '"fact": "lead", "path": "$.country", "operator": "matches", "value": ▶"D\\\\"', 'from its character 2 on', 'write \\\\'],
    ['a pattern of dates', HEALTHCARE, LEAF, '"fact": "lead", "path": "$.renewal", "operator": ▶"matches", "value": "^2026"', 'does not work on a date', 'startsWith'],
    ['a date in words', HEALTHCARE, LEAF, '"fact": "lead", "path": "$.renewal", "operator": "before", "value": ▶"2026-02-30"', 'is no date', '2026-03-01'],
    ['a window in words', HEALTHCARE, LEAF, '"fact": "lead", "path": "$.renewal", "operator": "withinLast", "value": ▶"a month"', 'no duration', '"30d"'],
    ['a window of texts', HEALTHCARE, LEAF, '"fact": "lead", "path": "$.country", "operator": ▶"withinLast", "value": "30d"', 'does not work on a text', 'matches'],
    ['an unguarded window', HEALTHCARE, `{\n        ${LEAF}`, '{ "not": { "fact": "lead", "path": "$.renewal", "operator": ▶"withinLast", "value": "30d" }', 'Under "not"', '"isSet"'],
    ['a misspelt aggregate', HEALTHCARE, '"fact": "lead"', '"fact": ▶"eventSun"', 'no "eventSun"', 'Did you mean "eventSum"?'],
    ['a sum of texts', HEALTHCARE, LEAF, aggregated('▶"path"'), '"path" is no number', 'Numbers of "page_viewed": seconds.'],
    ['a sum of an unknown property', HEALTHCARE, LEAF, aggregated('▶"second"'), 'no property of "page_viewed" "second"', 'Did you mean "seconds"?'],
    ['a sum of nothing', HEALTHCARE, LEAF, aggregated('"seconds"').replace(', "property": "seconds"', ''), '"property" is missing', 'text'],
    ['an unguarded sum', HEALTHCARE, LEAF, aggregated('"seconds"').replace('"atLeast"', '▶"notEqual"'), 'holds when eventSum is unknown', '"isSet"'],
    ['a review on no day', HEALTHCARE, '"version": 1,', '"version": 1, "review": ▶"soon",', 'does not fit', '2026-12-31'],
    ['a journey into an unknown segment', JOURNEY, '"segments/healthcare-considering"', '▶"segments/considering"', 'no segment', 'There are'],
    ['a journey with unknown content', JOURNEY, '"content/case-study"', '▶"content/case-stdy"', 'no content', 'Did you mean "content/case-study"?'],
    ['a journey on an unknown channel', JOURNEY, '"email"', '▶"emial"', 'no channel', 'Did you mean "email"?'],
    ['a journey on a channel without templates', JOURNEY, '"touch": "content/case-study",\n      "channel": "email"', '"touch": ▶"content/case-study", "channel": "sms"', 'cannot go out by sms', 'content/case-study/sms.hbs'],
    ['two steps', JOURNEY, '"expires": "7d"\n    }', '"expires": "7d" }, { "id": "b", "touch": "content/case-study", "channel": "email" }', 'at most', 'Remove'],
    ['reentry of its own kind', JOURNEY, '"reentry": {\n    "after": "90d"\n  }', '"reentry": ▶"often"', 'when a lead may go through it again', '"never"'],
    ['an unknown topic', CONTENT, '"product"', '▶"produkt"', 'no topic', 'Did you mean "product"?'],
    ['an unknown stage', CONTENT, '"consideration"', '▶"considertion"', 'no stage', 'Did you mean "consideration"?'],
    ['a call to action without a web address', CONTENT, '"https://example.com/case-study"', '▶"example.com"', 'does not fit', 'https://'],
    ['a built-in event declared', PLAN, '"demo_booked"', '▶"message_clicked": { "meaning": "x" },\n"demo_booked"', 'records "message_clicked" itself', 'Remove'],
    ['values of a number', PLAN, '"meaning": "Head count"', '"meaning": "Head count", "values": ▶["1"]', 'lists texts', 'Remove'],
    ['an attribute with a space', PLAN, '"employees"', '▶"head count"', 'cannot be a name', 'letters'],
    ['too large a holdout', 'policies.json', '0.1', '▶0.6', 'at most 0.5', 'smaller'],
    ['a secret in place of a variable’s name', 'connectors.json', '"settings"', '"secrets": { "key": ▶"SG.abc" }, "settings"', 'does not fit', 'environment variable'],
  ])('refuses %s', (_name, path, from, to, message, hint) => {
    const { place, problems } = edit(path, from, to);
    const errors = problems.filter(({ severity }) => severity === 'error');
    const found = errors.find((problem) => problem.message.includes(message)) ?? errors[0];
    expect(found?.message).toContain(message);
    expect(found?.hint).toContain(hint);
    expect(found?.file).toBe(path);
    if (to.includes('▶')) expect(found).toMatchObject(place);
  });

  it('refuses a file nested beyond reading, at the place, instead of running out of stack', () => {
    const text = '['.repeat(20_000);
    const { rulebook, problems } = loadRulebook(sampleSources({ [HEALTHCARE]: text }));
    expect(rulebook).toBeNull();
    expect(problems).toContainEqual(expect.objectContaining({ file: HEALTHCARE, line: 1, column: 65, message: expect.stringContaining('64 levels') }));
  });

  it.each([
    ['tracking-plan.json'],
    ['policies.json'],
    ['stages.json'],
    ['connectors.json'],
  ])('says what to write when %s is missing', (path) => {
    const { problems } = loadRulebook(sampleSources({ [path]: undefined }));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([expect.objectContaining({ file: path, message: 'The file is missing' })]);
  });

  it.each([
    ['segment/a.json', 'Did you mean "segments"?'],
    ['policy.json', 'Did you mean "policies.json"?'],
    ['notes.json', 'Rule files are'],
    ['content/case-study/meta.json', 'content/<id>/content.json'],
    ['segments/Big Deals.json', 'lower-case'],
    ['segments/a.hbs', 'content/<id>/email.hbs'],
    ['content/lonely/email.hbs', 'Write content/lonely/content.json'],
  ])('says where %s should go', (path, hint) => {
    const { problems } = loadRulebook(sampleSources({ [path]: '{}' }));
    expect(problems.find(({ file }) => file === path)?.hint).toContain(hint);
  });

  it('passes over what is no rule, also in its hash', () => {
    const extra = { 'README.md': 'x', 'schema/segment.json': '{', 'baseline/baseline.json': '{', 'segments/healthcare.cases.json': '{' };
    expect(sampleRulebook(extra).hash).toBe(sampleRulebook().hash);
    expect(sampleRulebook({ 'content/case-study/subject.hbs': 'Another' }).hash).not.toBe(sampleRulebook().hash);
  });

  const fit = { ...(SAMPLE[SCORING] as object), id: 'scoring/fit', grades: { '1': 15, '2': 0 } };
  const header = { $schema: '../schema/scoring.json', id: 'scoring/buyer', version: 1, status: 'live', owner: 'growth', title: 'Buyer' };
  const graded = (value: string): object => ({
    ...(SAMPLE[HEALTHCARE] as object),
    conditions: { all: [{ fact: 'grade', params: { model: 'scoring/buyer' }, operator: 'equal', value }] },
  });

  it('puts the grades of two models together', () => {
    const grid = { ...header, axes: ['scoring/engagement', 'scoring/fit'] };
    const rulebook = sampleRulebook({ 'scoring/fit.json': fit, 'scoring/buyer.json': grid, [HEALTHCARE]: graded('A1') });
    const at = new Date('2026-03-10T00:00:00Z');
    const lead = { id: 'x', attributes: {}, account: null, stage: null, consents: {}, ...NO_TOUCHES, events: [{ type: 'trial_started', at, properties: {} }] };
    const [answer] = rulebook.evaluate([lead], at);
    expect(answer?.scores['scoring/buyer']).toEqual({ milli: 0, grade: 'A1' });
    expect([...(answer?.segments ?? [])]).toContain('segments/healthcare');
  });

  it.each([
    ['an unknown axis', ['scoring/engagement', 'scoring/fitt'], 'A1', 'scoring/buyer.json', 'There is no scoring model "scoring/fitt"'],
    ['one axis twice', ['scoring/fit', 'scoring/fit'], '11', 'scoring/buyer.json', '"scoring/fit" is here twice'],
    ['an axis of axes', ['scoring/fit', 'scoring/buyer'], '11', 'scoring/buyer.json', '"scoring/buyer" has two axes itself'],
    ['three axes', ['scoring/fit', 'scoring/engagement', 'scoring/fit'], '11', 'scoring/buyer.json', 'This may have 2 at most'],
    ['a grade that no lead can have', ['scoring/engagement', 'scoring/fit'], 'A3', HEALTHCARE, 'There is no value "A3"'],
  ])('refuses %s', (_name, axes, value, file, message) => {
    const { problems } = loadRulebook(sampleSources({ 'scoring/fit.json': fit, 'scoring/buyer.json': { ...header, axes }, [HEALTHCARE]: graded(value) }));
    expect(problems.map((one) => `${one.file} ${one.message}`)).toContain(`${file} ${message}`);
  });

  it('refuses rules beside axes, and the points of a model that has none', () => {
    const both = { ...fit, ...header, axes: ['scoring/engagement', 'scoring/fit'] };
    const refused = loadRulebook(sampleSources({ 'scoring/fit.json': fit, 'scoring/buyer.json': both })).problems;
    expect(refused.map(({ message }) => message)).toContain('There is no key "rules" here');
    const grid = { ...header, axes: ['scoring/engagement', 'scoring/fit'] };
    const conditions = { all: [{ fact: 'score', params: { model: 'scoring/buyer' }, operator: 'atLeast', value: 1 }] };
    const { problems } = loadRulebook(
      sampleSources({ 'scoring/fit.json': fit, 'scoring/buyer.json': grid, [HEALTHCARE]: { ...(SAMPLE[HEALTHCARE] as object), conditions } }),
    );
    expect(problems.find(({ file }) => file === HEALTHCARE)?.hint).toBe('Ask for its grade, or for the score of scoring/engagement or scoring/fit.');
  });

  it('spells out a loop, and lets two ways to one segment be', () => {
    const scoring = textOf(SCORING).replace(
      /"all": \[\s+\{\s+"fact": "daysSince"[^}]+\},\s+"operator": "atLeast",\s+"value": 7\s+\}/,
      '"all": [ { "condition": "segments/healthcare-considering" }',
    );
    const { problems } = loadRulebook(sampleSources({ [SCORING]: scoring }));
    expect(problems.map(({ message }) => message)).toEqual([
      'These rules wait for each other: segments/healthcare-considering → stage → scoring/engagement → segments/healthcare-considering',
    ]);
    const both = { ...(SAMPLE['segments/quiet.json'] as object), conditions: { all: [{ condition: 'segments/healthcare' }, { condition: 'segments/healthcare-considering' }] } };
    expect(sampleRulebook({ 'segments/quiet.json': both })).toBeDefined();
  });

  it('lets nothing live build on a draft', () => {
    const { problems } = loadRulebook(sampleSources({ [HEALTHCARE]: textOf(HEALTHCARE).replace('"live"', '"draft"') }));
    expect(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file)).toEqual(['segments/healthcare-considering.json', 'segments/quiet.json']);
  });

  it('keeps drafts in the list but out of evaluations', () => {
    const rulebook = sampleRulebook({ 'segments/quiet.json': textOf('segments/quiet.json').replace('"live"', '"draft"') });
    expect(rulebook.segments).toHaveLength(3);
    const quiet = { id: 'x', attributes: { country: 'DE' }, account: null, stage: null, consents: { 'email:product': 'granted' as const }, ...NO_TOUCHES };
    const now = new Date('2026-03-10T00:00:00Z');
    const lead = { ...quiet, events: [{ type: 'page_viewed', at: now, properties: {} }] };
    expect(rulebook.evaluate([lead], now)[0]?.segments.size).toBe(0);
    expect(sampleRulebook().evaluate([lead], now)[0]?.segments).toEqual(new Set(['segments/quiet']));
  });

  it('warns where never is taken for long ago, and where an editor cannot check', () => {
    const { problems, place } = edit(HEALTHCARE, '"../schema/segment.json"', '▶"segment.json"');
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', 'This is false for leads who never did it'],
      ['warning', 'Editors cannot check this file'],
    ]);
    expect(problems[1]).toMatchObject({ ...place, hint: 'Begin it with "$schema": "../schema/segment.json".' });
  });

  it('tells every problem at once, in the order of files and lines', () => {
    const { problems } = loadRulebook(
      sampleSources({ [HEALTHCARE]: textOf(HEALTHCARE).replace('"$.industry"', '"$.x"').replace('"version": 1', '"version": 0'), [CONTENT]: '{' }),
    );
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual([`${CONTENT}:1`, `${SCORING}:69`, `${HEALTHCARE}:4`]);
  });
});
