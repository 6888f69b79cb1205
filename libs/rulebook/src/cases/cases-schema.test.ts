import ajvModule from 'ajv/dist/2020.js';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CASES_SCHEMAS, type CasesKind, casesSchema } from './cases-schema.ts';
import { schemaText } from '../language/rule-schemas.ts';

const CASE = { name: 'a', lead: { industry: 'retail', consents: { 'email:*': 'granted' } }, timeline: [{ at: '2026-03-02T09:00', event: 'x' }] };
const of = (rule: string, expected: unknown, more: object = {}) => ({ of: rule, cases: [{ ...CASE, expect: expected, ...more }] });

describe('the editors’ schema of cases', () => {
  it('rules/schema/cases.json is fresh (else run vitest here with -u)', async () => {
    await expect(schemaText(casesSchema())).toMatchFileSnapshot(fileURLToPath(new URL('../../../../rules/schema/cases.json', import.meta.url)));
  });

  it.each([
    ['segments', of('segments/a', true), true],
    ['segments', of('segments/a', 'yes'), false],
    ['segments', of('segments/a', true, { zone: '' }), false],
    ['scoring', of('scoring/a', { points: 3, rules: { a: true, b: 2 } }), true],
    ['scoring', of('scoring/a', {}), false],
    ['scoring', of('scoring/a', { rules: { a: 'yes' } }), false],
    ['stages', of('stages', { stage: 'a' }), true],
    ['stages', of('stages', { stage: 'a', points: 1 }), false],
    ['journeys', of('journeys/a', []), true],
    ['journeys', of('journeys/a', [{ touch: 'content/a', channel: 'sms', at: '2026-03-02T09:00' }]), true],
    ['journeys', of('journeys/a', [{ touch: 'content/a' }]), false],
    ['journeys', of('journeys/a', [], { lead: { consents: { email: 'granted' } } }), false],
    ['journeys', of('journeys/a', [], { timeline: [{ at: 'yesterday', event: 'x' }] }), false],
    ['journeys', { of: 'journeys/a', cases: [] }, false],
  ] satisfies [CasesKind, object, boolean][])('%s: an editor accepts what the command accepts: %j', (kind, document, accepted) => {
    const accepts = new ajvModule.Ajv2020({ strict: false }).compile(casesSchema());
    expect([accepts(document), CASES_SCHEMAS[kind].safeParse(document).success]).toEqual([accepted, accepted]);
  });
});
