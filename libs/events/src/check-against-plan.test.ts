import { describe, expect, it } from 'vitest';
import { BUILT_IN_EVENTS, checkAccount, checkAttributes, checkEvent, closest, TrackingPlan, unknownPolicy } from './index.ts';

const plan = TrackingPlan.parse({
  attributes: {
    industry: { type: 'string', meaning: 'Trade', values: ['retail', 'healthcare'] },
    employees: { type: 'number', meaning: 'Head count' },
    tags: { type: 'strings', meaning: 'Labels', values: ['hot', 'cold'] },
    renewal: { type: 'date', meaning: 'End of the contract' },
    email: { type: 'string', meaning: 'Address', required: true },
  },
  events: { page_viewed: { meaning: 'A page', properties: { path: { type: 'string', meaning: 'Path', required: true } } } },
});

const paths = (problems: readonly { readonly path: string }[]) => problems.map((problem) => problem.path);

describe('checkEvent', () => {
  it('accepts what the plan declares, and the built-in events', () => {
    expect(checkEvent(plan, { type: 'page_viewed', properties: { path: '/' } })).toEqual([]);
    expect(checkEvent(plan, { type: 'message_clicked', properties: { url: 'https://example.com', machine: true } })).toEqual([]);
    expect(checkEvent(plan, { type: 'lead_updated', properties: { industry: 'retail' } })).toEqual([]);
    expect(Object.keys(BUILT_IN_EVENTS)).toContain('consent_changed');
  });

  it('guesses a misspelt type, and does not guess wildly', () => {
    expect(checkEvent(plan, { type: 'page_veiwed', properties: {} })).toEqual([
      { path: 'type', message: 'There is no event type "page_veiwed".', hint: 'Did you mean "page_viewed"?' },
    ]);
    expect(checkEvent(plan, { type: 'coffee', properties: {} })[0]?.hint).toContain('tracking-plan.json');
    expect(checkEvent(plan, { type: 'constructor', properties: {} })).toHaveLength(1);
  });

  it('names unknown, mistyped and missing properties', () => {
    const problems = checkEvent(plan, { type: 'page_viewed', properties: { pth: '/', constructor: 'x' } });
    expect(paths(problems)).toEqual(['properties.pth', 'properties.constructor', 'properties.path']);
    expect(problems[0]?.hint).toBe('Did you mean "path"?');
    expect(paths(checkEvent(plan, { type: 'page_viewed', properties: { path: 7 } }))).toEqual(['properties.path']);
    expect(paths(checkEvent(plan, { type: 'page_viewed', properties: { path: null } }))).toEqual(['properties.path']);
    expect(paths(checkEvent(plan, { type: 'lead_updated', properties: { industry: 'farming' } }))).toEqual(['properties.industry']);
  });
});

describe('checkAttributes', () => {
  it('accepts the plan’s types, and null for a cleared one', () => {
    const attributes = { email: 'a@example.com', industry: null, employees: 3, tags: ['hot'], renewal: '2026-03-01' };
    expect(checkAttributes(plan, attributes)).toEqual([]);
    expect(checkAttributes(plan, { email: 'a@example.com', renewal: '2026-03-01T09:00:00+02:00' })).toEqual([]);
  });

  it.each([
    ['a missing required one', {}, 'attributes.email'],
    ['a cleared required one', { email: null }, 'attributes.email'],
    ['a numeric text', { email: 'x', employees: '12' }, 'attributes.employees'],
    ['a value that is not allowed', { email: 'x', industry: 'retial' }, 'attributes.industry'],
    ['a list item that is not allowed', { email: 'x', tags: ['hot', 'warm'] }, 'attributes.tags'],
    ['a list with a number', { email: 'x', tags: [1] }, 'attributes.tags'],
    ['a day that does not exist', { email: 'x', renewal: '2026-02-30' }, 'attributes.renewal'],
    ['a date in words', { email: 'x', renewal: 'tomorrow' }, 'attributes.renewal'],
    ['an hour that does not exist', { email: 'x', renewal: '2026-02-20T25:00:00Z' }, 'attributes.renewal'],
  ])('refuses %s', (_name, attributes, path) => {
    expect(paths(checkAttributes(plan, attributes))).toEqual([path]);
  });

  it('says what may be sent', () => {
    expect(checkAttributes(plan, { email: 'x', industry: 'retial' })[0]?.hint).toBe('Did you mean "retail"?');
    expect(checkAttributes(plan, { email: 'x', industry: 'mining' })[0]?.hint).toBe('It may be "retail", "healthcare".');
  });
});

describe('closest', () => {
  it('takes the nearest, whatever its case, and nothing far away', () => {
    expect(closest('Industry', ['industries', 'industry'])).toBe('industry');
    expect(closest('employes', ['employees', 'email'])).toBe('employees');
    expect(closest('ab', ['xy'])).toBeUndefined();
    expect(closest('country', ['employees'])).toBeUndefined();
  });
});

describe('checkAccount', () => {
  it('asks for nothing that a change leaves out, and refuses what the plan does not declare', () => {
    const company = TrackingPlan.parse({ ...plan, account: { name: { type: 'string', meaning: 'Name', required: true }, sites: { type: 'number', meaning: 'Shops' } } });
    expect(checkAccount(company, { sites: 3 }, 'account')).toEqual([]);
    expect(paths(checkAccount(company, { sites: 'three', shops: 3 }, 'account'))).toEqual(['account.sites', 'account.shops']);
  });
});

describe('the plan', () => {
  it('says what becomes of unknown events, source by source; others are refused', () => {
    const known = TrackingPlan.parse({ ...plan, sources: { website: { unknown: 'quarantine' } } });
    expect(['website', 'crm', 'constructor'].map((source) => unknownPolicy(known, source))).toEqual(['quarantine', 'refuse', 'refuse']);
  });

  it('has room for 500 attributes and no more', () => {
    const attributes = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, { type: 'number', meaning: 'One of many' }]));
    expect(TrackingPlan.safeParse({ ...plan, attributes: attributes(500) }).success).toBe(true);
    expect(TrackingPlan.safeParse({ ...plan, attributes: attributes(501) }).success).toBe(false);
  });
});
