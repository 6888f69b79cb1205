import ajvModule from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { attributeLeaf, eventLeaf, RUNS, tree } from '../../test/arbitraries.ts';
import { SAMPLE } from '../../test/sample-rules.ts';
import { FILE_SCHEMAS, type FileKind } from './file-schemas.ts';
import { ruleSchemas, schemaText } from './rule-schemas.ts';

const KINDS = Object.keys(FILE_SCHEMAS) as FileKind[];

const EXAMPLES: Readonly<Record<FileKind, unknown>> = {
  segment: SAMPLE['segments/healthcare.json'],
  scoring: {
    ...(SAMPLE['scoring/engagement.json'] as { rules: object[] }),
    review: '2026-12-31',
    rules: [
      { name: 'a', points: 1, conditions: {} },
      { name: 'b', points: 8, max: 24, halfLife: '14d', per: { event: 'page_viewed', where: { path: '/' }, within: '90d' }, wrongWhen: ['an employee'] },
      { name: 'c', points: 8, decay: { steps: { '7d': 1, '30d': 0.5 } }, per: { event: 'page_viewed' } },
      { name: 'd', points: 8, decay: { linear: '7d' }, per: { event: 'page_viewed' } },
    ],
  },
  journey: SAMPLE['journeys/welcome.json'],
  stages: SAMPLE['stages.json'],
  policies: {
    ...(SAMPLE['policies.json'] as object),
    caps: [{ max: 4, days: 7 }, { channel: 'email', topic: 'product', max: 2, within: '7d' }],
    quietHours: [{ channel: 'sms', from: '20:00', to: '08:00' }, { from: '12:00', to: '24:00', weekdays: ['friday'] }, { weekdays: ['sunday'] }],
    holidays: ['2026-12-25'],
    unknownZone: ['Europe/London'],
  },
  'tracking-plan': SAMPLE['tracking-plan.json'],
  content: SAMPLE['content/case-study/content.json'],
  connectors: SAMPLE['connectors.json'],
};

describe('the editors’ schemas', () => {
  it.each(KINDS)('rules/schema/%s.json is fresh (else run libs/rulebook/test/write-schemas.ts)', async (kind) => {
    const file = new URL(`../../../../rules/schema/${kind}.json`, import.meta.url);
    expect(await readFile(file, 'utf8')).toBe(schemaText(ruleSchemas()[kind]));
  });

  it.each(KINDS)('%s: an editor accepts exactly what the loader’s form check accepts', (kind) => {
    const accepts = new ajvModule.Ajv2020({ strict: false, formats: { date: /^\d{4}-\d{2}-\d{2}$/ } }).compile(ruleSchemas()[kind]);
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(documents(kind), (document) => {
        const { success } = FILE_SCHEMAS[kind].safeParse(document);
        seen[success ? 'valid' : 'invalid']++;
        expect({ document, accepted: accepts(document) }).toEqual({ document, accepted: success });
      }),
      { numRuns: Math.ceil(RUNS / 2), examples: [[EXAMPLES[kind]]] },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(RUNS / 20);
  });
});

/** The example with random conditions, then damaged in up to two places or left whole. */
function documents(kind: FileKind): fc.Arbitrary<unknown> {
  const conditions = tree(fc.oneof(attributeLeaf, eventLeaf));
  const { rules, scale, groups, grades, ...named } = EXAMPLES.scoring as Record<string, unknown>;
  const grid = { ...named, axes: ['scoring/fit', 'scoring/engagement'] };
  const examples = fc.constantFrom(EXAMPLES[kind], ...(kind === 'scoring' ? [grid] : []));
  const whole = fc.tuple(conditions, examples).map(([random, example]) =>
    JSON.parse(JSON.stringify(example), (key: string, value: unknown) => (key === 'conditions' ? random : value)) as unknown,
  );
  const damages = fc.array(
    fc.record({
      where: fc.nat(),
      how: fc.constantFrom('drop', 'replace', 'add', 'empty'),
      with: fc.constantFrom<unknown>(null, '', 'x', 0, 1.5, true, [], {}, ['a'], { all: [] }, { fact: 'stage' }, '7d', 'never'),
    }),
    { maxLength: 2 },
  );
  return fc.tuple(whole, damages).map(([document, all]) => all.reduce((now, damage) => damaged(now, damage), structuredClone(document)));
}

function damaged(document: unknown, damage: { readonly where: number; readonly how: string; readonly with: unknown }): unknown {
  const places: [object: Record<string, unknown>, key: string][] = [];
  JSON.stringify(document, function (this: Record<string, unknown>, key: string, value: unknown) {
    if (key !== '') places.push([this, key]);
    return value;
  });
  const [object, key] = places[damage.where % Math.max(places.length, 1)] ?? [];
  if (!object || key === undefined) return document;
  if (damage.how === 'drop') Reflect.deleteProperty(object, key);
  else if (damage.how === 'add') object[Array.isArray(object) ? String(object.length) : 'extra'] = damage.with;
  else if (damage.how === 'empty') object[key] = Array.isArray(object[key]) ? [] : {};
  else object[key] = damage.with;
  // Dropping an item leaves a hole, which JSON writes as null.
  return JSON.parse(JSON.stringify(document)) as unknown;
}
