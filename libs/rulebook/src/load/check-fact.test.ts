import { describe, expect, it } from 'vitest';
import { SAMPLE, sampleRulebook, sampleSources } from '../../test/sample-rules.ts';
import { explainLead } from '../explain/explain.ts';
import { loadRulebook } from './load-rulebook.ts';
import { NO_TOUCHES, type Problem } from '../language/types.ts';

const PATH = 'segments/asked.json';
const HEADER = { $schema: '../schema/segment.json', id: 'segments/asked', version: 1, status: 'live', owner: 'growth', title: 'Asked' };

/** What is said about a segment of one condition, given as text; ▶ stands where the problem must be. */
function askedFor(condition: string, changes: Readonly<Record<string, unknown>> = {}): { place: Pick<Problem, 'line' | 'column'>; problems: readonly Problem[] } {
  const marked = JSON.stringify({ ...HEADER, conditions: { all: ['here'] } }, null, 2).replace('"here"', () => condition);
  const lines = marked.slice(0, marked.indexOf('▶')).split('\n');
  const { problems } = loadRulebook(sampleSources({ ...changes, [PATH]: marked.replace('▶', '') }));
  const place = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  return { place, problems: problems.filter(({ severity }) => severity === 'error') };
}

const count = (params: string): string => `{ "fact": "touchpointCount", "params": { ${params} }, "operator": "equal", "value": 0 }`;
const inJourney = (journey: string, operator = '"equal"', value = 'true'): string =>
  `{ "fact": "inJourney", "params": { "journey": ${journey} }, "operator": ${operator}, "value": ${value} }`;
const accountCount = (condition: string): string => `{ "fact": "accountCount", "params": { "condition": ${condition} }, "operator": "atLeast", "value": 2 }`;

describe('facts about touches and accounts', () => {
  it.each([
    ['a journey', inJourney('"journeys/welcome"')],
    ['not in a journey, which is never unknown', `{ "not": ${inJourney('"journeys/welcome"')} }`],
    ['all touchpoints', '{ "fact": "touchpointCount", "operator": "atMost", "value": 3 }'],
    ['touchpoints of every kind', count('"channel": "email", "content": "content/case-study", "state": "accepted", "within": "7d"')],
    ['a channel that no journey uses yet', count('"channel": "sms"')],
    ['leads of the account', accountCount('"segments/healthcare"')],
  ])('may ask for %s', (_name, condition) => {
    expect(askedFor(condition).problems).toEqual([]);
  });

  it.each([
    ['an unknown journey', inJourney('▶"journeys/welcom"'), 'no journey "journeys/welcom"', 'Did you mean "journeys/welcome"?'],
    ['a journey without its folder', inJourney('▶"welcome"'), 'no journey "welcome"', 'Did you mean "journeys/welcome"?'],
    ['a journey compared with a text', inJourney('"journeys/welcome"', '"equal"', '▶"yes"'), 'can never be equal', 'true or false'],
    ['an order of journeys', inJourney('"journeys/welcome"', '▶"atLeast"', '1'), 'does not work on true or false', 'equal'],
    ['no journey', '{ "fact": "inJourney", "params": ▶{}, "operator": "equal", "value": true }', '"journey" is missing', 'text'],
    ['an unknown channel', count('"channel": ▶"emial"'), 'no channel "emial"', 'Did you mean "email"?'],
    ['unknown content', count('"content": ▶"content/case-stdy"'), 'no content "content/case-stdy"', 'Did you mean "content/case-study"?'],
    ['an unknown state', count('"state": ▶"acepted"'), 'no state of touchpoints "acepted"', 'Did you mean "accepted"?'],
    ['a state that lasts for seconds', count('"state": ▶"sending"'), 'no state of touchpoints "sending"', 'planned'],
    ['a window in words', count('"within": ▶"a week"'), 'does not fit', '7d'],
    ['a test of its own', count('▶"programme": "journeys/welcome"'), 'no key "programme"', 'Known: channel, content, state, within.'],
    ['an unknown segment', accountCount('▶"segments/helthcare"'), 'no segment "segments/helthcare"', 'Did you mean "segments/healthcare"?'],
  ])('may not ask for %s', (_name, condition, message, hint) => {
    const { place, problems } = askedFor(condition);
    expect(problems).toEqual([{ file: PATH, ...place, severity: 'error', message: expect.stringContaining(message), hint: expect.stringContaining(hint) }]);
  });

  it('build on what is live only', () => {
    const draft = (path: string): Readonly<Record<string, unknown>> => ({ [path]: { ...(SAMPLE[path] as object), status: 'draft' } });
    expect(askedFor(inJourney('"journeys/welcome"'), draft('journeys/welcome.json')).problems).toMatchObject([{ message: expect.stringContaining('is draft') }]);
    const counted = askedFor(accountCount('"segments/healthcare"'), draft('segments/healthcare.json')).problems;
    expect(counted.filter(({ file }) => file === PATH)).toMatchObject([{ message: expect.stringContaining('is draft') }]);
  });

  it('lead to no loop: the leads of an account would push each other for ever', () => {
    expect(askedFor(accountCount('"segments/asked"')).problems).toMatchObject([{ message: '"segments/asked" asks for its own answer' }]);
    const other = { ...HEADER, id: 'segments/other', conditions: { not: { condition: 'segments/asked' } } };
    expect(askedFor(accountCount('"segments/other"'), { 'segments/other.json': other }).problems).toMatchObject([
      { message: 'These rules wait for each other: segments/asked → segments/other → segments/asked' },
    ]);
  });

  it('are loaded only when a live rule asks for them', () => {
    const asking = (condition: string, status = 'live') => sampleRulebook({ [PATH]: { ...HEADER, status, conditions: { all: [JSON.parse(condition)] } } }).reads;
    expect(sampleRulebook().reads).toEqual({ touchpoints: false, accounts: false, accountCounts: [], transitions: [] });
    expect(asking(count('"channel": "sms"'))).toEqual({ touchpoints: true, accounts: false, accountCounts: [], transitions: [] });
    expect(asking(inJourney('"journeys/welcome"'))).toEqual({ touchpoints: true, accounts: false, accountCounts: [], transitions: [] });
    expect(asking(accountCount('"segments/quiet"'))).toEqual({ touchpoints: false, accounts: false, accountCounts: ['segments/quiet'], transitions: [] });
    expect(asking('{ "fact": "account", "path": "$.tier", "operator": "equal", "value": "small" }').accounts).toBe(true);
    expect(asking(accountCount('"segments/quiet"'), 'draft')).toEqual({ touchpoints: false, accounts: false, accountCounts: [], transitions: [] });
  });
});

describe('interest', () => {
  const plan = SAMPLE['tracking-plan.json'] as { attributes: Record<string, object>; account: Record<string, object>; events: Record<string, { properties?: Record<string, object> }> };
  const marked = (group: 'attributes' | 'account', name: string): Readonly<Record<string, unknown>> => ({
    'tracking-plan.json': { ...plan, [group]: { ...plan[group], [name]: { ...plan[group][name], interest: true } } },
  });
  const interest = (rest: string): string => `{ "fact": "interest", ${rest} }`;

  it.each([
    ['the strongest', '"operator": "equal", "value": "crm"'],
    ['the second in a window', '"params": { "rank": 2, "within": "30d" }, "operator": "in", "value": ["crm", "billing"]'],
  ])('may be asked for: %s', (_name, rest) => {
    expect(askedFor(interest(rest), marked('attributes', 'tags')).problems).toEqual([]);
  });

  it.each([
    ['no topic among those known', '"operator": "equal", "value": ▶"healtcare"', 'industry', 'no value "healtcare"', 'Did you mean "healthcare"?'],
    ['a number', '"operator": "equal", "value": ▶5', 'tags', 'can never be equal', 'a text'],
    ['a rank below the first', '"params": { "rank": ▶0 }, "operator": "equal", "value": "crm"', 'tags', 'at least 1', 'larger'],
    ['a turn of unknown into yes', '"operator": ▶"notEqual", "value": "crm"', 'tags', 'holds when interest is unknown', '"isSet"'],
    ['a model', '"params": { ▶"model": "x" }, "operator": "equal", "value": "crm"', 'tags', 'no key "model"', 'Known: rank, within.'],
  ])('is not asked for as %s', (_name, rest, attribute, message, hint) => {
    const { place, problems } = askedFor(interest(rest), marked('attributes', attribute));
    expect(problems).toEqual([{ file: PATH, ...place, severity: 'error', message: expect.stringContaining(message), hint: expect.stringContaining(hint) }]);
  });

  it('needs a plan that says what leads are interested in', () => {
    const { problems } = askedFor(interest('"operator": "equal", "value": "crm"'));
    expect(problems).toMatchObject([{ message: expect.stringContaining('does not say'), hint: expect.stringContaining('"interest": true') }]);
  });

  it.each([
    ['attributes', 'employees', '"employees" is a number'],
    ['account', 'tier', 'Accounts have no interests'],
  ] as const)('is no mark for %s.%s', (group, name, message) => {
    const { problems } = loadRulebook(sampleSources(marked(group, name)));
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([{ file: 'tracking-plan.json', message: expect.stringContaining(message) }]);
  });

  it('is read from the events that the plan marks, when a rule asks for it', () => {
    const viewed = { ...plan.events['page_viewed'], properties: { tags: { type: 'strings', meaning: 'Topics', interest: true } } };
    const changes = { 'tracking-plan.json': { ...plan, events: { ...plan.events, webinar_attended: viewed } } };
    const asks = { ...HEADER, conditions: { all: [JSON.parse(interest('"operator": "equal", "value": "crm"'))] } };
    expect(sampleRulebook(changes).eventTypes).not.toContain('webinar_attended');
    expect(sampleRulebook({ ...changes, [PATH]: asks }).eventTypes).toContain('webinar_attended');
  });
});

describe('two attributes', () => {
  const plan = SAMPLE['tracking-plan.json'] as { account: Record<string, object> };
  const more = { seats: { type: 'number', meaning: 'Seats' }, industry: { type: 'string', meaning: 'Trade' }, since: { type: 'date', meaning: 'Customer since' } };
  const changes = { 'tracking-plan.json': { ...plan, account: { ...plan.account, ...more } } };
  const guard = (fact: string, path: string): string => `{ "fact": "${fact}", "path": "$.${path}", "operator": "isSet", "value": true }`;
  const pair = (path: string, operator: string, value: string): string => `{ "fact": "lead", "path": "$.${path}", "operator": ${operator}, "value": ${value} }`;
  const account = (path: string): string => `{ "fact": "account", "path": ${path} }`;

  it.each([
    ['equal texts', `${guard('account', 'industry')}, ${pair('industry', '"equal"', account('"$.industry"'))}`],
    ['other texts', `${guard('lead', 'industry')}, ${guard('account', 'industry')}, ${pair('industry', '"notEqual"', account('"$.industry"'))}`],
    ['more of one', `${guard('account', 'seats')}, ${pair('employees', '"atLeast"', account('"$.seats"'))}`],
  ])('may be compared: %s', (_name, conditions) => {
    expect(askedFor(conditions, changes).problems).toEqual([]);
  });

  it.each([
    ['an unknown one', pair('industry', '"equal"', account('▶"$.industri"')), 'no attribute of accounts "industri"', 'Did you mean "industry"?'],
    ['two kinds', pair('employees', '"equal"', `▶${account('"$.industry"')}`), 'One is a number, the other a text', 'one kind'],
    ['lists', pair('tags', '▶"equal"', account('"$.industry"')), 'does not work on a list', 'contains'],
    ['an order of texts', pair('industry', '▶"atLeast"', account('"$.industry"')), 'does not work on a text', 'equal'],
    ['an operator that reads its value', pair('country', '"startsWith"', `▶${account('"$.industry"')}`), 'a value that stands here', 'equal, notEqual'],
    ['dates by their order', pair('renewal', '"before"', `▶${account('"$.since"')}`), 'a value that stands here', 'equal, notEqual'],
    ['one with itself', pair('industry', '"equal"', '▶{ "fact": "lead", "path": "$.industry" }'), 'with itself', 'another'],
    ['what can never be equal', pair('industry', '"equal"', `▶${account('"$.tier"')}`), 'can never be equal', '"values"'],
    ['both unknown taken for equal', pair('industry', '▶"equal"', account('"$.industry"')), 'holds when $.industry is unknown', '"isSet"'],
    ['one unknown taken for other', `${guard('lead', 'industry')}, ${pair('industry', '▶"notEqual"', account('"$.industry"'))}`, 'holds when $.industry is unknown', '"fact":"account"'],
    ['an unknown number taken for 0', pair('employees', '▶"atLeast"', account('"$.seats"')), 'holds when $.seats is unknown', '"isSet"'],
    ['a fact that is no attribute', pair('industry', '"equal"', '▶{ "fact": "stage" }'), 'another attribute only', '"account"'],
    ['a score with an attribute', `{ "fact": "score", "params": { "model": "scoring/engagement" }, "operator": "atLeast", "value": ▶${account('"$.seats"')} }`, 'Only attributes', 'Write'],
    ['a count with an attribute', `{ "fact": "eventCount", "params": { "event": "demo_booked" }, "operator": "atLeast", "value": ▶${account('"$.seats"')} }`, 'Only attributes', 'Write'],
  ])('are not compared: %s', (_name, conditions, message, hint) => {
    const { place, problems } = askedFor(conditions, changes);
    expect(problems).toEqual([{ file: PATH, ...place, severity: 'error', message: expect.stringContaining(message), hint: expect.stringContaining(hint) }]);
  });

  it('are explained with what each holds', async () => {
    const conditions = JSON.parse(`{ "all": [${guard('account', 'seats')}, ${pair('employees', '"atLeast"', account('"$.seats"'))}] }`) as object;
    const rulebook = sampleRulebook({ ...changes, [PATH]: { ...HEADER, conditions } });
    const lead = { id: 'x', attributes: { employees: 5 }, account: { seats: 7 }, events: [], stage: null, consents: {}, ...NO_TOUCHES };
    const { segments } = await explainLead(rulebook, lead, new Date('2026-03-10T00:00:00Z'));
    expect(segments.find(({ segment }) => segment === HEADER.id)?.conditions).toMatchObject({ all: [{}, { found: 5, compared: 7, holds: false }] });
  });
});
