import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Path → what the file says; a text is written as it is, undefined not at all. */
export type Files = Readonly<Record<string, unknown>>;

const rule = (id: string) => ({ id, version: 1, status: 'live', owner: 'growth', title: id });

/** The least that a folder of rules holds. */
export const BASICS: Files = {
  'tracking-plan.json': {
    attributes: { industry: { type: 'string', meaning: 'Trade' }, firstName: { type: 'string', meaning: 'Given name' } },
    events: { visited: { meaning: 'Was here' }, called: { meaning: 'Rang us' } },
  },
  'policies.json': {
    company: { name: 'Example', postalAddress: '1 Example Street', website: 'https://example.com' },
    topics: { news: { title: 'News' } },
    holdout: { share: 0, salt: 'a' },
  },
  'stages.json': { regression: 'never', stages: [{ name: 'open', title: 'Open' }] },
  'connectors.json': { connectors: [] },
};

const visitedIn = (within: string, value = 1) => ({ fact: 'eventCount', params: { event: 'visited', within }, operator: 'atLeast', value });

/** A segment of two comparisons; three cases prove it. */
export const SEGMENT: Files = {
  'segments/shops.json': {
    ...rule('segments/shops'),
    conditions: { all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'shop' }, { any: [visitedIn('7d'), visitedIn('30d', 2)] }] },
  },
  'segments/shops.cases.json': {
    of: 'segments/shops',
    cases: [
      { name: 'a visit this week', lead: { industry: 'shop' }, timeline: [{ at: '2026-03-02T09:00', event: 'visited' }], expect: true },
      { name: 'one visit, a week ago', lead: { industry: 'shop' }, timeline: [{ at: '2026-03-02T09:00', event: 'visited' }], now: '2026-03-09T09:00', expect: false },
      { name: 'another trade', lead: { industry: 'farm' }, timeline: [{ at: '2026-03-02T09:00', event: 'visited' }], expect: false },
    ],
  },
};

/** A journey that says good day by name to whoever visits, while it is of use. */
export const JOURNEY: Files = {
  'segments/visitors.json': { ...rule('segments/visitors'), conditions: { all: [visitedIn('7d')] } },
  'segments/visitors.cases.json': {
    of: 'segments/visitors',
    cases: [
      { name: 'a visitor', timeline: [{ at: '2026-03-02T09:00', event: 'visited' }], expect: true },
      { name: 'a caller', timeline: [{ at: '2026-03-02T09:00', event: 'called' }], expect: false },
    ],
  },
  'content/hello/content.json': { ...rule('content/hello'), topic: 'news', intent: 'help' },
  'content/hello/sms.hbs': 'Good day {{lead.firstName}}! Reply STOP to opt out.',
  'journeys/hello.json': {
    ...rule('journeys/hello'),
    entry: { segment: 'segments/visitors' },
    reentry: 'never',
    steps: [{ id: 'hello', touch: 'content/hello', channel: 'sms', expires: '3d' }],
  },
};

/** Writes the files under `rules/` of a new temporary folder, and answers that folder. */
export async function writeRules(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tendril-rules-'));
  for (const [path, value] of Object.entries(files).filter(([, one]) => one !== undefined)) {
    const file = join(folder, 'rules', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  }
  return folder;
}
