import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkHeader } from './check-header.ts';
import { type ImportMap, parseImportMap } from './import-map.ts';
import { mapRow } from './map-row.ts';

const NOW = new Date('2026-03-27T12:00:00Z');

const readyMap = (name: string): ImportMap =>
  parseImportMap(JSON.parse(readFileSync(new URL(`../../../../tools/cli/maps/${name}.json`, import.meta.url), 'utf8')));

/** Which channels a row takes a lead off, with the reasons. */
function leaves(map: ImportMap, row: Record<string, string>): unknown[] {
  return mapRow(map, row, { line: 2 }, NOW).optOuts.flatMap(({ type, properties }) =>
    type === 'suppressed' ? [[properties['channel'], properties['reason']]] : [],
  );
}

describe.each(['mautic', 'hubspot'])('the ready map for %s', (name) => {
  it('grants no consent: an export does not prove one', () => {
    expect(readyMap(name).consents).toEqual([]);
  });
});

describe('the ready map for HubSpot', () => {
  const map = readyMap('hubspot');
  const contact = {
    'Record ID': '51',
    'First Name': 'A',
    Email: 'a@shop.example',
    'Last Modified Date': '2026-02-21 10:15',
    'Unsubscribed from all email': '',
  };

  it('takes a contact as a lead', () => {
    const mapped = mapRow(map, contact, { line: 2 }, NOW);
    expect(mapped).toMatchObject({
      ok: true,
      optOuts: [],
      events: [
        {
          type: 'lead_updated',
          at: '2026-02-21T10:15:00.000Z',
          lead: { id: '51', email: 'a@shop.example' },
          properties: { attributes: { firstName: 'A' } },
        },
      ],
    });
  });

  it.each([
    ['Unsubscribed from all email', 'true', 'opted-out'],
    ['Opted out of email: Marketing Information', 'Yes', 'opted-out'],
    ['Opted out of email: Marketing Information (2)', 'TRUE', 'opted-out'],
    ['Email hard bounce reason', 'Unknown user', 'bounced'],
    ['Email hard bounce reason (2)', 'CONTENT', 'bounced'],
    ['Invalid email address', 'true', 'bounced'],
    ['Email Address Quarantined', 'true', 'bounced'],
  ])('does not mail whom HubSpot marked in "%s"', (column, cell, reason) => {
    expect(leaves(map, { ...contact, [column]: cell })).toEqual([['email', reason]]);
    expect(leaves(map, { ...contact, [column]: 'false' })).toHaveLength(reason === 'bounced' && column.startsWith('Email hard') ? 1 : 0);
  });

  it('is refused for an export without the column that says who unsubscribed', () => {
    const { 'Unsubscribed from all email': _, ...columns } = contact;
    expect(checkHeader(map, Object.keys(columns))).toEqual([expect.objectContaining({ hint: expect.stringContaining('all properties') })]);
    expect(checkHeader(map, Object.keys(contact))).toEqual([]);
  });
});

describe('the ready map for Mautic', () => {
  const map = readyMap('mautic');
  const BOTH = 'DNC Manually Unsubscribed: Text Message, DNC Unsubscribed: Email';

  it.each([
    [{ 'Contact ID': '9', Email: 'a@shop.example', 'DNC Preferences': 'DNC Bounced: Email' }, 'bounced'],
    [{ 'Contact ID': '9', Email: 'a@shop.example', 'DNC Preferences': BOTH }, 'opted-out'],
    [{ id: '9', email: 'a@shop.example', doNotEmail: '1' }, 'opted-out'],
    [{ id: '9', email: 'a@shop.example', dnc_preferences: '2:email' }, 'bounced'],
  ])('does not contact %o', (row, reason) => {
    expect(checkHeader(map, Object.keys(row))).toEqual([]);
    expect(leaves(map, row)).toEqual([
      ['email', reason],
      ['sms', 'opted-out'],
    ]);
  });

  it.each(['', '0', 'no', 'false'])('takes a contact whose mark says "%s"', (mark) => {
    expect(leaves(map, { id: '9', email: 'a@shop.example', doNotEmail: mark })).toEqual([]);
  });

  it('is refused for the plain contact export, which leaves out who opted out', () => {
    const [problem, ...others] = checkHeader(map, ['id', 'points', 'firstname', 'lastname', 'email', 'mobile']);
    expect(problem?.hint).toContain('export a report');
    expect(others.every(({ message }) => message.includes('must not be contacted'))).toBe(true);
  });
});
