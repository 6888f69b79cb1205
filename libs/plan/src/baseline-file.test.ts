import { schemaText } from '@tendril/rulebook';
import fc from 'fast-check';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { population, RUNS, TAKEN_AT } from '../test/populations.ts';
import { BASELINE_FILES, formatBaseline, parseBaseline } from './baseline-file.ts';
import { baselineSchema, type Drawing } from './baseline-schema.ts';
import type { Population, PopulationLead } from './population.ts';

const DRAWING: Drawing = { size: 2000, rulebook: 'abc', eventTypes: ['page_viewed'], eventsPerLead: 200, cutLeads: 1, replaced: [{ what: 'lead.firstName', why: 'personal', values: 3 }] };

const QUIET: PopulationLead = {
  id: 'lead-0001',
  stratum: 0,
  zone: 'Europe/Berlin',
  attributes: { industry: 'clinics' },
  account: { id: 'account-001', attributes: { employees: 120 } },
  stage: 'awareness',
  consents: { 'email:guides': 'granted' },
  channels: ['email'],
  suppressed: {},
  events: [{ type: 'page_viewed', at: new Date(TAKEN_AT.getTime() - 86_400_000), properties: { path: '/pricing' } }],
  enrolments: [],
  touchpoints: [],
};

const SMALL: Population = {
  takenAt: TAKEN_AT,
  total: 10,
  strata: [{ name: 'stage awareness', total: 10, sampled: 2 }],
  leads: [QUIET, { ...QUIET, id: 'lead-0002', account: null }],
};

const [HEAD = '', LEADS = ''] = formatBaseline(SMALL, DRAWING).map(({ text }) => text);

const read = (head: string, leads: string) => parseBaseline([head, leads].map((text, index) => ({ path: BASELINE_FILES[index] ?? '', text })));

describe('a baseline in files', () => {
  it('comes back as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(population, (drawn) => {
        const { population: back, problems } = parseBaseline(formatBaseline(drawn, DRAWING));
        expect(problems).toEqual([]);
        expect(back).toEqual(drawn);
      }),
      { numRuns: RUNS },
    );
  });

  it('says how it was drawn, and passes over other files', () => {
    const files = [{ path: 'baseline/README.md', text: 'x' }, ...formatBaseline(SMALL, DRAWING)];
    expect(parseBaseline(files)).toEqual({ population: SMALL, drawing: DRAWING, problems: [] });
  });

  it('is small: such a lead takes 250 bytes at most, and 60 more for each event', () => {
    expect(LEADS.split('\n')[0]).toBe(
      '{"id":"lead-0001","stratum":0,"zone":"Europe/Berlin","lead":{"industry":"clinics"},"account":["account-001",{"employees":120}],"stage":"awareness","consents":{"email:guides":"granted"},"channels":["email"],"events":[["page_viewed",86400,{"path":"/pricing"}]]}',
    );
    const busy = { ...QUIET, events: Array.from({ length: 30 }, () => QUIET.events[0] ?? { type: '', at: TAKEN_AT, properties: {} }) };
    const [, leads] = formatBaseline({ ...SMALL, leads: [busy] }, DRAWING);
    expect(leads?.text.length).toBeLessThan(250 + 30 * 60);
  });

  it('rules/schema/baseline.json is fresh (else run vitest here with -u)', async () => {
    await expect(schemaText(baselineSchema())).toMatchFileSnapshot(fileURLToPath(new URL('../../../rules/schema/baseline.json', import.meta.url)));
  });
});

describe('a baseline that somebody touched', () => {
  it('may be written with other spaces', () => {
    expect(read(HEAD, LEADS.replaceAll('":', '": ').replaceAll(',', ', ')).population).toEqual(SMALL);
  });

  it.each<[change: string, from: string, to: string, place: string, message: string, hint: string]>([
    ['no JSON', '"zone"', 'zone', '2:31', 'This is not JSON', 'quotation marks'],
    ['a conflict left over', '{"id":"lead-0002"', '<<<<<<< ours\n{"id":"lead-0002"', '2:1', 'This is not JSON', 'quotation marks'],
    ['an empty line', '{"id":"lead-0002"', '\n{"id":"lead-0002"', '2:1', 'This line is empty', 'Remove it'],
    ['a key twice', '"stratum":0,', '"stratum":0,"stratum":0,', '2:31', 'The key "stratum" is here twice', 'Keep one'],
    ['an unknown key', '"stratum":0,', '"stratum":0,"stages":1,', '2:31', 'There is no key "stages" here', 'Did you mean "stage"?'],
    ['a missing key', '"stratum":0,', '', '2:1', '"stratum" is missing', 'Write a number'],
    ['an event as an object', '["page_viewed",86400,{"path":"/pricing"}]', '{"type":"page_viewed"}', '2:173', 'An event is a list of two or three', 'seconds before'],
    ['an event without a time', '["page_viewed",86400,{"path":"/pricing"}]', '["page_viewed"]', '2:173', 'An event is a list of two or three', 'seconds before'],
    ['an event after the baseline', '86400', '-5', '2:188', 'This must be at least 0', 'larger number'],
    ['a name that no attribute can have', '"industry"', '"__proto__"', '2:74', '"__proto__" cannot be a name here', 'Write letters'],
    ['a name with a dash', '"industry"', '"trade-name"', '2:75', '"trade-name" cannot be a name here', 'Write letters'],
    ['an object as a value', '"clinics"', '{"a":1}', '2:73', 'This must be a text, a number', 'No attribute'],
    ['events out of order', '["page_viewed",86400', '["app_opened",60],["page_viewed",86400', '2:1', 'The events are not in order', 'The oldest stands first.'],
    ['a time beyond all history', '86400', '1e12', '2:188', 'This must be at most 10000000000', 'smaller number'],
    ['an unknown consent', '"granted"', '"grantd"', '2:131', 'There is no "grantd" here', 'Did you mean "granted"?'],
    ['a zone that is none', 'Europe/Berlin', 'Europe/Berlim', '2:1', 'There is no time zone "Europe/Berlim"', 'Europe/Berlin'],
    ['the same lead twice', 'lead-0002', 'lead-0001', '2:1', '"lead-0001" stands on line 1 too', 'Remove one'],
    ['an account of two kinds', '"stage"', '"account":["account-001",{"employees":9}],"stage"', '2:1', '"account-001" has other attributes on line 1', 'share'],
  ])('%s', (_change, from, to, place, message, hint) => {
    const [first = '', second = ''] = LEADS.split('\n');
    expect(second).toContain(from);
    const { problems } = read(HEAD, `${first}\n${second.replace(from, to)}\n`);
    expect(problems.map(({ file, line, column }) => `${file}:${line}:${column}`)).toContain(`baseline/leads.jsonl:${place}`);
    const said = problems.find(({ line, column }) => `${line}:${column}` === place);
    expect(said?.message).toContain(message);
    expect(said?.hint).toContain(hint);
  });

  it.each<[change: string, from: string, to: string, place: string, message: string]>([
    ['another format', '"format": 1', '"format": 2', '3:13', 'This must be one of "1"'],
    ['a time that is none', '"takenAt": "2026-03-10', '"takenAt": "2026-13-10', '4:14', 'does not fit here'],
    ['a total that does not add up', '"total": 10,\n  "drawn"', '"total": 11,\n  "drawn"', '5:12', 'The strata have 10 leads together, not 11'],
    ['a count that is not that of the leads', '"sampled": 2', '"sampled": 3', '26:18', 'leads.jsonl has 2 leads of "stage awareness", not 3'],
    ['fewer leads than were sampled', '"total": 10,\n      "sampled"', '"total": 1,\n      "sampled"', '26:18', 'has 1 leads, fewer than were sampled'],
  ])('baseline.json: %s', (_change, from, to, place, message) => {
    expect(HEAD).toContain(from);
    const { problems } = read(HEAD.replace(from, to), LEADS);
    const said = problems.find(({ line, column }) => `${line}:${column}` === place);
    expect(said ?? problems).toMatchObject({ file: 'baseline/baseline.json', message: expect.stringContaining(message) as string });
    expect(said?.hint).toBeTruthy();
  });

  it('names a stratum that is not there, and a file that is missing', () => {
    expect(read(HEAD, LEADS.replace('"stratum":0', '"stratum":4')).problems).toMatchObject([{ file: BASELINE_FILES[0] }, { file: BASELINE_FILES[1], line: 1, message: 'There is no stratum 4' }]);
    expect(parseBaseline([{ path: BASELINE_FILES[0], text: HEAD }]).problems).toMatchObject([{ file: BASELINE_FILES[1], hint: expect.stringContaining('rules baseline') as string }]);
  });
});
