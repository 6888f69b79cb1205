import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatBaseline } from '@tendril/plan';
import { explainLead, loadRulebook, NO_TOUCHES, readRuleFolder, whatWouldChange } from '@tendril/rulebook';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeCore, playCore } from '../test/fake-core.ts';
import { BASICS, type Files, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';

const ID = '019cadc6-9a80-71ac-bb4c-8073abb4c468';
const NOW = new Date('2026-03-10T09:00:00Z');

/** A score of which a group takes something off, and a segment that hangs on it. */
const RULES: Files = {
  ...BASICS,
  'scoring/interest.json': {
    ...{ id: 'scoring/interest', version: 1, status: 'live', owner: 'growth', title: 'Interest' },
    scale: { min: 0, max: 20 },
    groups: { web: { max: 7 } },
    rules: [
      { name: 'visits', points: 4, max: 8, halfLife: '7d', group: 'web', per: { event: 'visited' } },
      { name: 'trade', points: 4.5, group: 'web', conditions: { all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'shop' }] } },
      { name: 'calls', points: 10, conditions: { all: [{ fact: 'eventCount', params: { event: 'called', within: '30d' }, operator: 'atLeast', value: 1 }] } },
    ],
    grades: { hot: 10, cold: 0 },
  },
  'segments/keen.json': {
    ...{ id: 'segments/keen', version: 1, status: 'live', owner: 'growth', title: 'Keen shops' },
    conditions: {
      all: [
        { fact: 'lead', path: '$.industry', operator: 'equal', value: 'shop' },
        { fact: 'score', params: { model: 'scoring/interest' }, operator: 'atLeast', value: 10 },
      ],
    },
  },
};

const FACTS = {
  id: ID,
  attributes: { industry: 'shop' },
  account: null,
  events: [{ type: 'visited', at: new Date('2026-03-03T09:00:00Z'), properties: {} }, { type: 'visited', at: new Date('2026-03-10T08:00:00Z'), properties: {} }],
  stage: 'open',
  consents: {},
  ...NO_TOUCHES,
};

let folder: string;
let core: FakeCore | undefined;

beforeEach(async () => {
  folder = await writeRules(RULES);
});

afterEach(async () => {
  await core?.close();
  core = undefined;
  await rm(folder, { recursive: true });
});

const tendril = (...args: readonly string[]) => typed(['rules', 'explain', ...args], folder, { TENDRIL_KEY: 'secret', ...(core ? { TENDRIL_URL: core.url } : {}) });

/** What a core would answer about the lead. */
async function answer(): Promise<object> {
  const { rulebook } = loadRulebook(await readRuleFolder(join(folder, 'rules')));
  if (!rulebook) throw new TypeError('the rules of this test are broken');
  return {
    lead: ID,
    at: NOW.toISOString(),
    rulebook: rulebook.hash,
    gitRevision: null,
    decidedBy: rulebook.hash,
    notes: ['A note.'],
    explanation: await explainLead(rulebook, FACTS, NOW),
    wouldChange: whatWouldChange(rulebook, FACTS, NOW),
  };
}

const found = (...ids: string[]) => () => ({ status: 200, json: { items: ids.map((id) => ({ id, identities: [{ kind: 'id', value: `crm ${id}` }] })), next: null } });

async function git(...args: readonly string[]): Promise<void> {
  const author = ['-c', 'user.name=Growth', '-c', 'user.email=growth@larkfield.example', '-c', 'commit.gpgsign=false'];
  await promisify(execFile)('git', ['-C', folder, ...author, ...args]);
}

describe('tendril rules explain', () => {
  it('finds the lead by its name, and prints sums, comparisons, what would change them and when time does', async () => {
    const json = await answer();
    core = await playCore({ 'POST /v1/leads/search': found(ID), [`GET /v1/leads/${ID}/explain`]: () => ({ status: 200, json }) });
    const { code, out } = await tendril('ana@shop.example');
    expect(code).toBe(0);
    expect(out.slice(1)).toEqual([
      'A note.',
      '',
      'Interest (scoring/interest): 7 points, grade cold',
      '   6.0  visits (group web)',
      '          4 for 2026-03-10 08:00 UTC (0 days old)',
      '          2 for 2026-03-03 09:00 UTC (7 days old, 50 % left)',
      '   4.5  trade (group web)',
      '          ✓ the lead’s industry is "shop": found "shop"',
      '   0.0  calls',
      '          ✗ at least 1 called in the last 30 days: found 0',
      '  -3.5  the cap of group web',
      '  ────',
      '   7.0',
      '',
      'Stage: open',
      '',
      '✗ Not in segments/keen (Keen shops)',
      '  ✗ at least 10 points of scoring/interest: found 7',
      '  ✓ the lead’s industry is "shop": found "shop"',
      '',
      'What would change it',
      '  Grade hot in scoring/interest',
      '    3 more points in scoring/interest: one called within 30 days gives 10',
      '  Into segments/keen',
      '    3 more points in scoring/interest: one called within 30 days gives 10',
      '',
      'Time alone may change something next on 2026-03-11 08:00 UTC.',
    ]);
    expect(out[0]).toMatch(new RegExp(`^Lead ana@shop.example \\(${ID}\\) as of 2026-03-10 09:00 UTC, by rulebook [0-9a-f]{12}$`));
    expect(JSON.parse((await tendril('ana@shop.example', '--json')).out[0] ?? '')).toMatchObject({ lead: ID, explanation: { scores: [{ milli: 7000 }] } });
  });

  it('prints numbers that sum to the score, whatever their decimals', async () => {
    const json = await answer();
    core = await playCore({ [`GET /v1/leads/${ID}/explain`]: () => ({ status: 200, json }) });
    const { out } = await tendril(ID);
    const line = out.findIndex((text) => text.includes('──'));
    const parts = out.slice(0, line).flatMap((text) => /^ {2,3}(-?[\d.]+) {2}\w/.exec(text)?.[1] ?? []);
    expect(parts).toHaveLength(4);
    expect(parts.reduce((sum, part) => sum + Number(part), 0)).toBe(Number(out[line + 1]));
  });

  it.each([
    ['2026-03-09', '2026-03-09T00%3A00%3A00Z'],
    ['2026-03-09T14:00', '2026-03-09T14%3A00%3A00Z'],
    ['2026-03-09T14:00:30.5Z', '2026-03-09T14%3A00%3A30.5Z'],
    ['2026-03-09T14:00+01:00', '2026-03-09T14%3A00%3A00%2B01%3A00'],
  ])('asks as of %s', async (at, sent) => {
    const json = await answer();
    core = await playCore({ [`GET /v1/leads/${ID}/explain?at=${sent}`]: () => ({ status: 200, json }) });
    expect((await tendril(ID, '--at', at)).code).toBe(0);
  });

  it('takes --rules for a rulebook that the core has had, and else for a git revision whose files it sends', async () => {
    await git('init', '-q');
    await git('add', '.');
    await git('commit', '-qm', 'rules');
    await git('tag', 'abc123');
    await writeFile(join(folder, 'rules', 'stages.json'), 'not what was committed');
    const sent: { files: { path: string; text: string }[]; at?: string }[] = [];
    const json = { ...(await committed()), notes: [] };
    const unknown = { status: 404, json: { status: 404, code: 'rulebook-unknown', detail: 'No such rulebook' } };
    core = await playCore({
      [`GET /v1/leads/${ID}/explain?rulebook=04d517`]: () => ({ status: 200, json }),
      [`GET /v1/leads/${ID}/explain?rulebook=abc123`]: () => unknown,
      [`POST /v1/leads/${ID}/explain`]: ({ body }) => {
        sent.push(JSON.parse(body) as (typeof sent)[number]);
        return { status: 200, json };
      },
    });
    expect([(await tendril(ID, '--rules', '04d517')).code, sent.length]).toEqual([0, 0]);
    const { code, out, err } = await tendril(ID, '--rules', 'abc123');
    expect([code, err, out[0]]).toEqual([0, '', expect.stringMatching(/, git revision [0-9a-f]{12}$/)]);
    expect(sent[0]?.files.map(({ path }) => path)).toEqual(['connectors.json', 'policies.json', 'scoring/interest.json', 'segments/keen.json', 'stages.json', 'tracking-plan.json']);
    expect(sent[0]?.files.find(({ path }) => path === 'stages.json')?.text).toContain('"open"');
    const wrong = await tendril(ID, '--rules', 'nonsense');
    expect([wrong.code, wrong.err.split('\n')[0]]).toEqual([1, '"nonsense" is neither a rulebook that is known here nor a git revision']);
  });

  async function committed(): Promise<object> {
    const rulebook = 'f'.repeat(64);
    const explanation = { lead: ID, at: NOW.toISOString(), rulebook, scores: [], stage: { stage: 'open', before: 'open', kept: false, stages: [] }, segments: [], nextAt: null };
    return { lead: ID, at: NOW.toISOString(), rulebook, gitRevision: null, explanation, wouldChange: { segments: [], stage: null, grades: [] } };
  }

  it.each([
    [['nobody'], 'knows no lead by the name "nobody"'],
    [['twice'], `2 leads have the name "twice"\nName one by its id: ${ID} (crm ${ID}); other (crm other)`],
    [[ID, '--at', 'tomorrow'], '"tomorrow" is not a time'],
    [['lead-0042'], 'There is no baseline in'],
  ])('%j is refused: %s', async (args, words) => {
    core = await playCore({ 'POST /v1/leads/search': ({ body }) => (body.includes('twice') ? found(ID, 'other')() : found()()) });
    const { code, err } = await tendril(...args);
    expect(code).toBe(1);
    expect(err).toContain(words);
  });

  it('explains a lead of the baseline by files alone', async () => {
    await mkdir(join(folder, 'rules', 'baseline'));
    const { attributes, events, stage, consents } = FACTS;
    const lead = { id: 'lead-0001', stratum: 0, zone: null, attributes, account: null, stage, consents, channels: [], suppressed: {}, events, enrolments: [], touchpoints: [] };
    const drawing = { size: 1, rulebook: 'a'.repeat(64), eventTypes: ['visited', 'called'], eventsPerLead: 200, cutLeads: 0, replaced: [] };
    const files = formatBaseline({ takenAt: NOW, total: 1, strata: [{ name: 'all', total: 1, sampled: 1 }], leads: [lead] }, drawing);
    for (const { path, text } of files) await writeFile(join(folder, 'rules', path), text);
    const { code, out, err } = await tendril('lead-0001');
    expect([code, err]).toEqual([0, '']);
    expect(out[0]).toMatch(/^Lead lead-0001 as of 2026-03-10 09:00 UTC/);
    expect(out).toContain('Interest (scoring/interest): 7 points, grade cold');
    expect((await tendril('lead-0002')).err).toContain('The baseline has no lead "lead-0002"');
    expect((await tendril('lead-0001', '--at', '2026-03-09')).err).toContain('one moment only');
  });
});
