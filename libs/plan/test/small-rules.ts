import type { ConsentState, LeadEvent } from '@tendril/events';
import { DAY } from '@tendril/kernel';
import { loadRulebook, type Rulebook } from '@tendril/rulebook';
import { expect } from 'vitest';
import type { Population, PopulationLead } from '../src/index.ts';

export const NOW = new Date('2026-03-02T09:00:00Z');

const head = (id: string) => ({ id, version: 1, status: 'live', owner: 'growth', title: id });

/** Path → what the file says. Whoever looks at prices gets points, and who has 20 of them a mail. */
export const FILES = {
  'tracking-plan.json': {
    attributes: { firstName: { type: 'string', meaning: 'Given name' } },
    events: { page_viewed: { meaning: 'Read', properties: { path: { type: 'string', meaning: 'Path' } } }, called: { meaning: 'Rang us' } },
  },
  'policies.json': {
    company: { name: 'Larkfield', postalAddress: '1 Sample Quay', website: 'https://www.larkfield.example' },
    topics: { product: { title: 'Product' } },
    holdout: { share: 0, salt: 'a' },
    blastLimits: { touched: 0.5, entering: 0.5, stageMoves: 0.5 },
  },
  'stages.json': {
    regression: 'never',
    stages: [
      { name: 'awareness', title: 'Awareness' },
      { name: 'decision', title: 'Decision', conditions: { all: [{ fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value: 24 }] } },
    ],
  },
  'connectors.json': { connectors: [] },
  'scoring/engagement.json': {
    ...head('scoring/engagement'),
    scale: { min: 0, max: 100 },
    groups: { web: { max: 40 } },
    rules: [
      { name: 'looks-at-prices', points: 8, max: 24, group: 'web', halfLife: '14d', per: { event: 'page_viewed', where: { path: { startsWith: '/pricing' } } } },
    ],
    grades: { hot: 20, cold: 0 },
  },
  'segments/keen.json': {
    ...head('segments/keen'),
    conditions: { all: [{ fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value: 20 }] },
  },
  'journeys/prices.json': {
    ...head('journeys/prices'),
    entry: { segment: 'segments/keen' },
    reentry: 'never',
    steps: [{ id: 'mail', touch: 'content/prices', channel: 'email', expires: '3d' }],
  },
  'content/prices/content.json': { ...head('content/prices'), topic: 'product', intent: 'help' },
  'content/prices/subject.hbs': 'Prices',
  'content/prices/email.hbs': '<p>Hello {{lead.firstName}}.</p>',
} as const;

/** One kind of change: path → what the file says now, or null for a file that is gone. */
export type Edits = Readonly<Record<string, object | string | null>>;

/** The rules with some files changed. */
export function rulesWith(edits: Edits = {}): Rulebook {
  const files = Object.entries({ ...FILES, ...edits }).flatMap(([path, value]) =>
    value === null ? [] : [{ path, text: typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n` }],
  );
  const { rulebook, problems } = loadRulebook(files);
  return rulebook ?? expect.fail(JSON.stringify(problems));
}

/** The scoring model with other words in its only rule, or in itself. */
export function points(rule: object, model: object = {}): Edits {
  const engagement = FILES['scoring/engagement.json'];
  return { 'scoring/engagement.json': { ...engagement, version: 2, rules: [{ ...engagement.rules[0], ...rule }], ...model } };
}

/** So many looks at the prices, the newest so many days ago, each the day before the other. */
export function looks(count: number, daysAgo: number): LeadEvent[] {
  return Array.from({ length: count }, (_, n) => view('/pricing', daysAgo + count - 1 - n));
}

export function view(path: string, daysAgo: number): LeadEvent {
  return { type: 'page_viewed', at: new Date(NOW.getTime() - daysAgo * DAY), properties: { path } };
}

/** A lead who may be mailed, unless said otherwise. */
export function leadOf(id: string, events: readonly LeadEvent[], parts: Partial<PopulationLead> = {}): PopulationLead {
  const granted: Record<string, ConsentState> = { 'email:product': 'granted' };
  return {
    id,
    stratum: 0,
    zone: null,
    attributes: { firstName: 'Ana' },
    account: null,
    stage: 'awareness',
    consents: granted,
    channels: ['email'],
    suppressed: {},
    events,
    enrolments: [],
    touchpoints: [],
    ...parts,
  };
}

/** A whole database of these leads; `total` leads of each stratum when it is a sample. */
export function populationOf(leads: readonly PopulationLead[], totals?: readonly number[]): Population {
  const sampled = (totals ?? [leads.length]).map((_, stratum) => leads.filter((lead) => lead.stratum === stratum).length);
  const strata = sampled.map((count, at) => ({ name: `stage ${at}`, total: totals?.[at] ?? count, sampled: count }));
  return { takenAt: NOW, total: strata.reduce((sum, { total }) => sum + total, 0), strata, leads };
}
