import { expect, it } from 'vitest';
import { asRulesSee } from './as-rules-see.ts';

const at = new Date('2026-03-10T12:00:00Z');

it.each([
  ['the changed attributes of an update', 'lead_updated', { attributes: { industry: 'retail' }, account: { industry: 'health' } }, { industry: 'retail' }],
  ['nothing of an update of the account', 'lead_updated', { account: { industry: 'health' } }, {}],
  ['the properties of any other event', 'page_viewed', { attributes: 'x', path: '/' }, { attributes: 'x', path: '/' }],
])('rules see %s', (_name, type, properties, expected) => {
  expect(asRulesSee({ type, at, properties })).toEqual({ type, at, properties: expected });
});
