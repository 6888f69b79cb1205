import { BASELINE_FILES, formatBaseline, type Population, type PopulationLead } from '@tendril/plan';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeCore, playCore } from '../test/fake-core.ts';
import { typed } from '../test/typed.ts';

const AT = new Date('2026-03-10T12:00:00Z');
const LEAD: PopulationLead = { id: 'lead-0001', stratum: 0, zone: null, attributes: {}, account: null, stage: null, consents: {}, channels: [], suppressed: {}, events: [], enrolments: [], touchpoints: [] };
const POPULATION: Population = {
  takenAt: AT,
  total: 1005,
  strata: [
    { name: 'stage awareness', total: 1000, sampled: 1 },
    { name: 'stage customer', total: 5, sampled: 1 },
  ],
  leads: [LEAD, { ...LEAD, id: 'lead-0002', stratum: 1 }],
};
const DRAWING = {
  ...{ size: 2000, rulebook: 'abc', eventTypes: ['page_viewed'], eventsPerLead: 200, cutLeads: 1 },
  replaced: [
    { what: 'lead.firstName', why: 'personal' as const, values: 2 },
    { what: 'lead.company', why: 'kept' as const, values: 1 },
  ],
};
const FILES = formatBaseline(POPULATION, DRAWING);

let folder: string;
let core: FakeCore | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tendril-cli-'));
  await mkdir(join(folder, 'rules'));
  await writeFile(join(folder, 'rules/tracking-plan.json'), '{}');
});
afterEach(async () => {
  await core?.close();
  core = undefined;
  await rm(folder, { recursive: true });
});

const draw = async (json: unknown, args: readonly string[] = [], size = 2000) => {
  await core?.close();
  core = await playCore({ [`GET /v1/baseline?size=${size}`]: () => ({ status: 200, json }) });
  return typed(['rules', 'baseline', ...args], folder, { TENDRIL_URL: core.url, TENDRIL_KEY: 'secret' });
};
const written = () => Promise.all(BASELINE_FILES.map(async (path) => readFile(join(folder, 'rules', path), 'utf8')));

it('writes both files, and says what was drawn', async () => {
  const { code, out, err } = await draw({ files: FILES, compared: ['lead.email'] });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(await written()).toEqual(FILES.map(({ text }) => text));
  expect(await readdir(join(folder, 'rules/baseline'))).toEqual(['baseline.json', 'leads.jsonl']);
  expect(out).toEqual([
    '2 of 1,005 leads, as they stood at 2026-03-10T12:00:00.000Z:',
    '  stage awareness  1 of 1,000, each stands for 1000.0',
    '  stage customer   1 of 5, each stands for 5.0',
    '1 of them had more than 200 events; the newest were kept.',
    'Personal values replaced: lead.firstName 2.',
    'Warning: rare, but kept because a rule tells them apart: lead.company 1.',
    'Warning: rules compare personal values, and see placeholders here: lead.email.',
    'Wrote rules/baseline/baseline.json: 1 kB.',
    'Wrote rules/baseline/leads.jsonl: 1 kB.',
    expect.stringContaining('keep the repository private'),
  ]);
});

it('replaces the one before and says what that was; --json prints one object', async () => {
  await draw({ files: FILES, compared: [] });
  const next = { ...POPULATION, total: 1, strata: [{ name: 'no stage', total: 1, sampled: 1 }], leads: [LEAD] };
  const { out } = await draw({ files: formatBaseline(next, DRAWING), compared: [] }, ['rules', '--size', '77', '--json'], 77);
  expect(JSON.parse(out.join('\n'))).toMatchObject({ leads: 1, total: 1, size: 2000, before: { leads: 2, takenAt: AT.toISOString() }, files: [{ path: 'rules/baseline/baseline.json' }, {}] });
  expect((await draw({ files: FILES, compared: [] })).out).toContain('The one before had 1 lead, as of 2026-03-10T12:00:00.000Z.');
});

it('puts nothing in the place of anything when the answer cannot be read', async () => {
  await draw({ files: FILES, compared: [] });
  const [head, leads] = FILES;
  const broken = { files: [head, { ...leads, text: `${leads?.text ?? ''}<html>` }], compared: [] };
  expect(await draw(broken)).toMatchObject({ code: 1, err: expect.stringContaining('baseline/leads.jsonl:3:1 This is not JSON') as string });
  const elsewhere = { files: [head, { ...leads, path: '../../.bashrc' }], compared: [] };
  expect(await draw(elsewhere)).toMatchObject({ code: 1, err: expect.stringContaining('does not speak as a Tendril core does') as string });
  expect(await written()).toEqual(FILES.map(({ text }) => text));
});

it('asks nothing when the folder has no rules or the size is none', async () => {
  expect((await draw({}, ['elsewhere'])).err).toContain('There are no rules in elsewhere');
  expect((await draw({}, ['--size', 'many'])).err).toContain('"many" is no number of leads');
  expect(core?.calls).toEqual([]);
});
