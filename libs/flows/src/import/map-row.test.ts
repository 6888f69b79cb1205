import { ConsentChanged, IntakeEvent, LeadUpdated, Suppressed } from '@tendril/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImportMap } from './import-map.ts';
import { mapRow, type MappedRow } from './map-row.ts';
import type { Row } from './row-values.ts';

const NOW = new Date('2026-03-27T12:00:00Z');
const NEWS = { topic: 'news', state: 'granted', basis: 'consent', wording: 'Asked on the form', evidence: 'import' };
const LATER = new Date('2026-04-01T12:00:00Z');

const map = parseImportMap({
  source: 'crm',
  missing: ['Select'],
  at: 'Modified',
  lead: { id: 'Id' },
  addresses: { email: '{Id}@leads.example', phone: { column: 'Phone', country: 'GB' } },
  attributes: {
    size: { column: 'Size', type: 'number' },
    role: { column: 'Role', type: 'string', values: { CEO: 'chief' } },
    adult: { column: 'Adult', type: 'boolean' },
    born: { column: 'Born', type: 'date' },
    topics: { column: 'Topics', type: 'strings' },
  },
  account: { domain: 'Site', attributes: { industry: { column: 'Industry', type: 'string' } } },
  events: [{ type: 'won', when: { column: 'Won', equals: '1' }, at: 'Won On', properties: { value: { column: 'Value', type: 'number' } } }],
  consents: [
    { channel: 'email', ...NEWS, when: { column: 'Agreed', equals: 'yes' } },
    { channel: 'sms', ...NEWS },
  ],
  suppress: [
    { channel: 'email', reason: 'bounced', when: { column: 'Last', in: ['Bounced', 'Returned'] } },
    { channel: 'email', reason: 'opted-out', when: { column: 'Opted out of email: *', equals: 'true' } },
  ],
});

const rowOf = (cells: Record<string, string>): Row => ({ Id: '7', ...cells });
const read = (cells: Record<string, string>, at = NOW): MappedRow => mapRow(map, rowOf(cells), { line: 2 }, at);
const taken = (cells: Record<string, string>, at = NOW) => {
  const mapped = read(cells, at);
  if (!mapped.ok) expect.fail(mapped.reason);
  return mapped;
};
const ofType = (events: readonly IntakeEvent[], type: string) => events.filter((event) => event.type === type);

describe('mapRow', () => {
  it('reads typed attributes, addresses and the account, and leaves out what is missing', () => {
    const person = { Role: 'CEO', Adult: 'Yes', Born: '2001-02-03', Topics: 'a; b;', Phone: '07700 900123' };
    const { events, notes } = taken({ ...person, Size: '12.5', Site: 'https://www.Shop.example/x', Industry: 'Select' });
    expect(events[0]).toMatchObject({
      source: 'crm',
      type: 'lead_updated',
      at: NOW.toISOString(),
      lead: { id: '7', email: '7@leads.example', phone: '+447700900123' },
      account: { domain: 'shop.example' },
    });
    expect(events[0]?.properties).toEqual({
      attributes: { size: 12.5, role: 'chief', adult: true, born: '2001-02-03T00:00:00.000Z', topics: ['a', 'b'] },
    });
    expect(notes).toEqual([]);
  });

  it('dates a row by its own date, an event by its own, and nothing later than the import', () => {
    const { events } = taken({ Modified: '2026-01-02 10:30', Won: '1', 'Won On': '2030-01-01', Value: '99' });
    expect(events.map(({ type, at }) => [type, at])).toEqual([
      ['lead_updated', '2026-01-02T10:30:00.000Z'],
      ['won', NOW.toISOString()],
      ['consent_changed', '2026-01-02T10:30:00.000Z'],
    ]);
  });

  it.each([
    [{ Id: '' }, 'there is no id'],
    [{ Size: 'many' }, '"Size" should be a number'],
    [{ Adult: 'perhaps' }, '"Adult" should be true or false'],
    [{ Born: '2026-02-31' }, '"Born" should be a date'],
    [{ Modified: 'yesterday' }, '"Modified" should be a date'],
    [{ Id: 'a b' }, 'the email "a b@leads.example" cannot be taken: Write one plain address'],
    [{ Id: 'x'.repeat(201) }, 'the id "xxx'],
    [{ Won: '1', Value: 'x' }, '"Value" should be a number'],
  ])('rejects %o with its line and the reason', (cells, words) => {
    expect(read(cells)).toMatchObject({ ok: false, line: 2, reason: expect.stringContaining(words) });
  });

  it('takes a lead without a phone number that cannot be read, and says so', () => {
    const mapped = taken({ Phone: 'ask reception' });
    expect(mapped.events[0]?.lead).not.toHaveProperty('phone');
    expect(mapped.notes).toEqual(['taken without the phone number "ask reception", which cannot be read']);
  });

  it('gives consent only where the condition holds', () => {
    const channels = (cells: Record<string, string>) =>
      ofType(taken(cells).events, 'consent_changed').map(({ properties }) => properties['channel']);
    expect(channels({ Agreed: 'YES ' })).toEqual(['email', 'sms']);
    expect(channels({ Agreed: 'no' })).toEqual(['sms']);
    expect(channels({})).toEqual(['sms']);
  });

  it('keeps the opt-out of a row that is rejected for something else', () => {
    const mapped = read({ Last: 'bounced', Size: 'many' });
    expect(mapped.ok).toBe(false);
    expect(ofType(mapped.optOuts, 'suppressed')[0]?.properties).toEqual({ channel: 'email', reason: 'bounced' });
  });

  it('keeps the opt-out of a row without an id, by its address', () => {
    const byEmail = parseImportMap({
      source: 'crm',
      lead: { id: 'Id' },
      addresses: { email: 'Email' },
      suppress: [{ channel: 'email', reason: 'left', when: { column: 'Left', isSet: true } }],
    });
    const mapped = mapRow(byEmail, { Id: '', Email: 'a@shop.example', Left: 'x' }, { line: 2 }, NOW);
    expect(mapped).toMatchObject({ ok: false, optOuts: [{ lead: { email: 'a@shop.example' } }, {}] });
    const badlyNamed = mapRow(byEmail, { Id: 'x'.repeat(201), Email: 'a@shop.example', Left: 'x' }, { line: 2 }, NOW);
    expect(badlyNamed.optOuts[0]?.lead).toEqual({ email: 'a@shop.example' });
    expect(mapRow(byEmail, { Left: 'x' }, { line: 2 }, NOW)).toMatchObject({ ok: false, optOuts: [] });
  });

  it('dates an opt-out by the import even when the row is older, so that nothing granted meanwhile outlives it', () => {
    expect(taken({ Last: 'Bounced', Modified: '2020-01-01' }).optOuts.map(({ at }) => at)).toEqual([NOW.toISOString(), NOW.toISOString()]);
  });

  it('hears an opt-out in any of several columns of one name', () => {
    expect(ofType(taken({ 'Opted out of email: News': '', 'Opted out of email: News (2)': 'TRUE' }).optOuts, 'suppressed')).toHaveLength(1);
  });

  it('cannot be fooled by a column that is only on the prototype', () => {
    const odd = parseImportMap({ source: 'crm', lead: { id: 'constructor' } });
    expect(mapRow(odd, {}, { line: 2 }, NOW)).toMatchObject({ ok: false });
  });
});

const CELLS = fc.record({
  Last: fc.constantFrom('Bounced', 'returned', 'Opened', '', 'Select'),
  Agreed: fc.constantFrom('yes', 'no', ''),
  'Opted out of email: One': fc.constantFrom('true', 'TRUE', 'false', ''),
  Size: fc.constantFrom('1', '20', 'many', ''),
  Role: fc.string(),
  Modified: fc.constantFrom('', '2026-01-01', 'never'),
  Won: fc.constantFrom('1', '0'),
});

const SHAPES = new Map<string, typeof LeadUpdated | typeof ConsentChanged | typeof Suppressed>([
  ['lead_updated', LeadUpdated],
  ['consent_changed', ConsentChanged],
  ['suppressed', Suppressed],
]);

describe('mapRow, for any row', () => {
  it('writes events that intake takes', () => {
    fc.assert(
      fc.property(CELLS, (cells) => {
        const mapped = read(cells);
        for (const event of [...mapped.optOuts, ...(mapped.ok ? mapped.events : [])]) {
          IntakeEvent.parse(event);
          SHAPES.get(event.type)?.parse(event.properties);
        }
      }),
    );
  });

  it('never grants a channel that the row opts out of, and tells the opt-out first', () => {
    fc.assert(
      fc.property(CELLS, (cells) => {
        const mapped = read(cells);
        const left = /^(bounced|returned)$/i.test(cells.Last) || /^true$/i.test(cells['Opted out of email: One']);
        expect(ofType(mapped.optOuts, 'suppressed')).toHaveLength(left ? 1 : 0);
        const states = [...mapped.optOuts, ...(mapped.ok ? mapped.events : [])].flatMap(({ type, properties }) =>
          type === 'consent_changed' && properties['channel'] === 'email' ? [properties['state']] : [],
        );
        if (left) expect(states).toEqual(['denied']);
        else expect(states).not.toContain('denied');
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same keys for the same row at another time, others for another row, and no key twice', () => {
    const keys = (cells: Record<string, string>, at: Date) => {
      const mapped = read(cells, at);
      return [...mapped.optOuts, ...(mapped.ok ? mapped.events : [])].map(({ key }) => key);
    };
    fc.assert(
      fc.property(CELLS, (cells) => {
        expect(keys(cells, LATER)).toEqual(keys(cells, NOW));
        expect(new Set(keys(cells, NOW)).size).toBe(keys(cells, NOW).length);
        const other = read({ ...cells, Role: `${cells.Role.trim()}x` });
        const same = read(cells);
        if (other.ok && same.ok) expect(other.events[0]?.key).not.toBe(same.events[0]?.key);
      }),
    );
  });
});
