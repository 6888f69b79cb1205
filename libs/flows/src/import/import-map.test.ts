import { describe, expect, it } from 'vitest';
import { parseImportMap } from './import-map.ts';

const MAP = { source: 'crm', lead: { id: 'Id' } };
const suppressing = (when: object) => ({ ...MAP, suppress: [{ channel: 'email', reason: 'x', when }] });

describe('parseImportMap', () => {
  it('fills in what a small map leaves out', () => {
    expect(parseImportMap(MAP)).toMatchObject({ missing: [], attributes: {}, events: [], consents: [], suppress: [] });
  });

  it.each([
    ['a misspelt key', { ...MAP, supress: [] }, 'did you mean "suppress"?'],
    ['a missing lead', { source: 'crm' }, 'wrong at lead'],
    ['a source with spaces', { ...MAP, source: 'My CRM' }, 'hyphens'],
    ['an unknown type', { ...MAP, attributes: { size: { column: 'Size', type: 'int' } } }, 'attributes.size.type: Write string'],
    ['a condition that asks nothing', suppressing({ column: 'A' }), 'exactly one'],
    ['a condition that asks twice', suppressing({ column: 'A', equals: 'b', isSet: true }), 'exactly one'],
    ['an attribute named like a trap', { ...MAP, attributes: { ['__proto__x']: { column: 'A', type: 'string' } } }, 'attributes.__proto__x'],
    ['no object', null, '(the whole map)'],
  ])('refuses %s and says where', (_, map, words) => {
    const refusal = { code: 'import-map-invalid', status: 400, message: expect.stringContaining(words) };
    expect(() => parseImportMap(map)).toThrowError(expect.objectContaining(refusal));
  });
});
