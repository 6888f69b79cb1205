import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBaseline, type Plan, type Population } from '@tendril/plan';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playCore } from '../test/fake-core.ts';
import { BASICS, JOURNEY, writeRules } from '../test/small-rules.ts';
import { typed } from '../test/typed.ts';

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);

/** Two visits this week, one visit, none. */
const PEOPLE: Population = {
  takenAt: new Date('2026-03-03T09:00:00Z'),
  total: 3,
  strata: [{ name: 'stage open', total: 3, sampled: 3 }],
  leads: [2, 1, 0].map((visits) => ({
    id: `lead-000${visits}`,
    stratum: 0,
    zone: null,
    attributes: { firstName: 'Ada' },
    account: null,
    stage: 'open',
    consents: { 'sms:news': 'granted' },
    channels: ['sms'],
    suppressed: {},
    events: Array.from({ length: visits }, (_, n) => ({ type: 'visited', at: new Date(`2026-03-0${n + 1}T09:00:00Z`), properties: {} })),
    enrolments: [],
    touchpoints: [],
  })),
};

beforeEach(async () => {
  const limits = { ...(BASICS['policies.json'] as object), blastLimits: { entering: 0.5 } };
  folder = await writeRules({ ...BASICS, ...JOURNEY, 'policies.json': limits });
  git('init', '--quiet', '--initial-branch=main');
  await ask(3);
  for (const { path, text } of formatBaseline(PEOPLE, { size: 3, rulebook: 'any', eventTypes: ['visited'], eventsPerLead: 200, cutLeads: 0, replaced: [] })) {
    await mkdir(at('rules', 'baseline'), { recursive: true });
    await writeFile(at('rules', path), text);
  }
  commit('first');
});
afterEach(() => rm(folder, { recursive: true }));

function git(...args: string[]): void {
  const { status, stderr } = spawnSync('git', ['-c', 'user.name=Larkfield', '-c', 'user.email=growth@larkfield.example', ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

/** The segment asks for so many visits. */
async function ask(visits: number): Promise<void> {
  const file = at('rules', 'segments/visitors.json');
  const rule = JSON.parse(await readFile(file, 'utf8')) as { version: number; conditions: { all: { value: number }[] } };
  rule.version += 1;
  rule.conditions.all[0]!.value = visits;
  await writeFile(file, JSON.stringify(rule, null, 2));
}

describe('rules plan', () => {
  it('compares the folder with where the branch left main', async () => {
    await ask(2);
    const { code, out, err } = await typed(['rules', 'plan'], folder);
    expect([code, err]).toEqual([0, '']);
    expect(out[0]).toMatch(/^1 of 3 leads change at once: 1 enter segments\/visitors; 0 → 1 touches? are sent in 14 days\.$/);
    expect(out.join('\n')).toContain('Read from the whole database, 3 leads, as of 2026-03-03 (7 days old)');
    expect(out.join('\n')).toMatch(/rules\/segments\/visitors\.json:\d+ +visited in the last 7 days: at least 3 → at least 2/);
    expect(out.join('\n')).toContain('lead-0002: enters segments/visitors: visited in the last 7 days is 2, asked at least 2; before at least 3');
  });

  it('answers 4 when a limit of before is exceeded, and names it', async () => {
    await ask(1);
    const policies = at('rules', 'policies.json');
    await writeFile(policies, (await readFile(policies, 'utf8')).replace('"entering": 0.5', '"entering": 1'));
    const { code, out } = await typed(['rules', 'plan', 'rules', '--against', 'HEAD'], folder);
    expect(code).toBe(4);
    expect(out).toContainEqual('  EXCEEDED  blastLimits.entering: 66.7 % of all leads enter segments/visitors, allowed are 50 %, 16.7 % too many');
    expect(out.join('\n')).toContain('blastLimits: entering 0.5 → 1');
  });

  it('prints JSON, or Markdown, and nothing else', async () => {
    await ask(2);
    const json = await typed(['rules', 'plan', '--json', '--days', '3'], folder);
    expect(json.out).toHaveLength(1);
    expect(JSON.parse(json.out[0]!) as Plan).toMatchObject({ population: { ageInDays: 7 }, forecast: { days: 3 }, atOnce: { changed: { n: 1 } } });
    const markdown = await typed(['rules', 'plan', '--markdown'], folder);
    expect([markdown.code, markdown.err]).toEqual([0, '']);
    expect(markdown.out.join('\n')).toMatch(/^<!-- tendril rules plan -->\n\n\*\*1 of 3 leads change/);
    expect((await typed(['rules', 'plan', '--markdown', '--json'], folder)).code).toBe(2);
  });

  it('says in a line that nothing changes', async () => {
    expect(await typed(['rules', 'plan'], folder)).toMatchObject({ code: 0, out: ['Nothing changes for any of 3 leads, at once or in 14 days.'] });
  });

  it('reads any revision, of a folder that lies deeper, with names that git would quote', async () => {
    git('mv', 'rules', 'ünder.rules');
    await mkdir(at('a company'));
    git('mv', 'ünder.rules', 'a company/rules');
    commit('moved');
    const { out } = await typed(['rules', 'plan', 'a company/rules', '--against', 'HEAD~1'], folder);
    expect(out.join('\n')).toMatch(/added +a company\/rules\/segments\/visitors\.json:1/);
    git('tag', 'v1');
    expect((await typed(['rules', 'plan', '--against', 'v1'], at('a company'))).out).toEqual(['Nothing changes for any of 3 leads, at once or in 14 days.']);
  });

  it('refuses what it cannot compare, and says what to do', async () => {
    const refused = async (...args: string[]) => {
      const { code, err } = await typed(['rules', 'plan', ...args], folder);
      expect(code).toBe(1);
      return err;
    };
    expect(await refused('--against', 'nope')).toContain('There is no git revision "nope" here');
    expect(await refused('--against', '--output=x')).toContain('There is no git revision "--output=x" here');
    expect(await refused('--baseline', 'rules')).toContain('tendril rules baseline');
    git('branch', '--move', 'main', 'trunk');
    expect(await refused()).toContain('neither origin/main nor main');
    await rm(at('.git'), { recursive: true });
    expect(await refused()).toContain('is in no git repository');
  });

  it('refuses broken rules, here and there, and a broken baseline, with their places', async () => {
    const file = at('rules', 'segments/visitors.json');
    const good = await readFile(file, 'utf8');
    await writeFile(file, good.replace('"eventCount"', '"eventCont"'));
    const broken = await typed(['rules', 'plan'], folder);
    expect([broken.code, broken.out[0]]).toEqual([1, expect.stringMatching(/^rules\/segments\/visitors\.json:\d+:\d+: error: /)]);
    commit('broken');
    await writeFile(file, good);
    const then = await typed(['rules', 'plan', '--against', 'HEAD'], folder);
    expect([then.code, then.out[0]]).toEqual([1, expect.stringMatching(/^rules at [0-9a-f]{12}\/segments\/visitors\.json:\d+:\d+: error: /)]);
    await writeFile(at('rules', 'baseline/leads.jsonl'), '{}\n');
    const leads = await typed(['rules', 'plan', '--against', 'HEAD~1', '--json'], folder);
    expect([leads.code, JSON.parse(leads.out[0]!)]).toEqual([1, { ok: false, problems: expect.arrayContaining([expect.objectContaining({ file: 'leads.jsonl', line: 1 })]) }]);
  });

  it('asks a running core, and prints its answer the same way', async () => {
    await ask(2);
    const { out: local } = await typed(['rules', 'plan', '--json'], folder);
    const bodies: string[] = [];
    const answer = ({ body }: { readonly body: string }) => {
      bodies.push(body);
      return { status: 200, json: JSON.parse(local[0]!) as unknown };
    };
    const core = await playCore({ 'POST /v1/rulebook/plan': answer });
    try {
      const { code, out } = await typed(['rules', 'plan', '--url', core.url, '--days', '5'], folder, { TENDRIL_KEY: 'a-key' });
      expect([code, out]).toEqual([0, (await typed(['rules', 'plan'], folder)).out]);
      expect(bodies).toEqual([expect.stringMatching(/"path":"segments\/visitors.json".*"days":5/)]);
    } finally {
      await core.close();
    }
  });
});
