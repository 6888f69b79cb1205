import { type Rulebook, type RuleSource, loadRulebook } from '../src/index.ts';

const header = (id: string, title: string) => ({ id, version: 1, status: 'live', owner: 'growth', title });

/** A small, complete set of rule files. Tests change one of them and look at what is said. */
export const SAMPLE: Readonly<Record<string, unknown>> = {
  'tracking-plan.json': {
    $schema: './schema/tracking-plan.json',
    attributes: {
      industry: { type: 'string', meaning: 'Trade', values: ['healthcare', 'retail', 'software'] },
      country: { type: 'string', meaning: 'Where' },
      employees: { type: 'number', meaning: 'Head count' },
      newsletter: { type: 'boolean', meaning: 'Reads it' },
      tags: { type: 'strings', meaning: 'Labels' },
      renewal: { type: 'date', meaning: 'End of contract' },
    },
    account: { tier: { type: 'string', meaning: 'Size class', values: ['small', 'large'] } },
    events: {
      page_viewed: {
        meaning: 'A page was seen',
        properties: { path: { type: 'string', meaning: 'Path' }, seconds: { type: 'number', meaning: 'How long' }, tags: { type: 'strings', meaning: 'Labels' } },
      },
      trial_started: { meaning: 'A trial began', outcome: { value: 10 } },
      demo_booked: { meaning: 'A demo was booked' },
    },
  },
  'policies.json': {
    $schema: './schema/policies.json',
    company: { name: 'Example', postalAddress: '1 Example Street', website: 'https://example.com' },
    topics: { product: { title: 'Product news' } },
    holdout: { share: 0.1, salt: 'a' },
  },
  'stages.json': {
    $schema: './schema/stages.json',
    regression: 'never',
    stages: [
      { name: 'awareness', title: 'Awareness' },
      {
        name: 'consideration',
        title: 'Consideration',
        conditions: { any: [{ fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value: 10 }] },
      },
      {
        name: 'decision',
        title: 'Decision',
        conditions: { all: [{ fact: 'eventCount', params: { event: 'demo_booked' }, operator: 'atLeast', value: 1 }] },
      },
    ],
  },
  'connectors.json': { $schema: './schema/connectors.json', connectors: [{ name: 'outbox', package: '@tendril/outbox-file', settings: { folder: 'outbox' } }] },
  'scoring/engagement.json': {
    $schema: '../schema/scoring.json',
    ...header('scoring/engagement', 'Engagement'),
    scale: { min: 0, max: 30 },
    groups: { web: { max: 12.5 } },
    rules: [
      {
        name: 'reads-pricing',
        points: 8.125,
        group: 'web',
        conditions: {
          all: [
            {
              fact: 'eventCount',
              params: { event: 'page_viewed', within: '7d', where: { path: { startsWith: '/pricing' } } },
              operator: 'atLeast',
              value: 2,
            },
          ],
        },
      },
      {
        name: 'reads-docs',
        points: 6,
        group: 'web',
        conditions: { all: [{ fact: 'eventCount', params: { event: 'page_viewed', within: '24h' }, operator: 'greaterThan', value: 0 }] },
      },
      {
        name: 'silent-trial',
        points: -4,
        conditions: { all: [{ fact: 'daysSince', params: { event: 'trial_started' }, operator: 'atLeast', value: 7 }] },
      },
      { name: 'trial', points: 20, conditions: { all: [{ fact: 'eventCount', params: { event: 'trial_started' }, operator: 'atLeast', value: 1 }] } },
    ],
    grades: { A: 20, B: 10, C: 0 },
  },
  'segments/healthcare.json': {
    $schema: '../schema/segment.json',
    ...header('segments/healthcare', 'Healthcare'),
    conditions: { all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'healthcare' }] },
  },
  'segments/healthcare-considering.json': {
    $schema: '../schema/segment.json',
    ...header('segments/healthcare-considering', 'Healthcare leads in consideration'),
    conditions: {
      all: [{ condition: 'segments/healthcare' }, { fact: 'stage', operator: 'equal', value: 'consideration' }],
    },
  },
  'segments/quiet.json': {
    $schema: '../schema/segment.json',
    ...header('segments/quiet', 'Quiet leads elsewhere'),
    conditions: {
      all: [
        { not: { condition: 'segments/healthcare' } },
        { fact: 'lead', path: '$.country', operator: 'isSet', value: true },
        { fact: 'lead', path: '$.country', operator: 'notIn', value: ['FR', 'ES'] },
        { fact: 'daysSince', params: { event: 'page_viewed' }, operator: 'lessThan', value: 3 },
        { fact: 'consent', params: { channel: 'email', topic: 'product' }, operator: 'equal', value: 'granted' },
      ],
    },
  },
  'journeys/welcome.json': {
    $schema: '../schema/journey.json',
    ...header('journeys/welcome', 'Welcome'),
    entry: { segment: 'segments/healthcare-considering' },
    reentry: { after: '90d' },
    steps: [{ id: 'hello', touch: 'content/case-study', channel: 'email', expires: '7d' }],
  },
  'content/case-study/content.json': {
    $schema: '../../schema/content.json',
    ...header('content/case-study', 'Case study'),
    topic: 'product',
    intent: 'help',
    stage: 'consideration',
    callToAction: { label: 'Read it', url: 'https://example.com/case-study' },
  },
  'content/case-study/email.hbs': '<p>Hello</p>',
  'content/case-study/subject.hbs': 'A case study',
};

/** Rule sources of the sample, some files replaced; `undefined` leaves a file out. Objects become JSON of two spaces. */
export function sampleSources(changes: Readonly<Record<string, unknown>> = {}): RuleSource[] {
  return Object.entries({ ...SAMPLE, ...changes }).flatMap(([path, content]) =>
    content === undefined ? [] : [{ path, text: typeof content === 'string' ? content : JSON.stringify(content, null, 2) }],
  );
}

/** The sample's rulebook, some files replaced. */
export function sampleRulebook(changes: Readonly<Record<string, unknown>> = {}): Rulebook {
  const { rulebook, problems } = loadRulebook(sampleSources(changes));
  if (!rulebook) throw new TypeError(JSON.stringify(problems, null, 2));
  return rulebook;
}
