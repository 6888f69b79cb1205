import { describe, expect, it } from 'vitest';
import { checkHeader } from './check-header.ts';
import { parseImportMap } from './import-map.ts';

const map = parseImportMap({
  source: 'crm',
  lead: { id: 'Lead Number' },
  addresses: { email: ['E-mail', 'Email'], phone: { column: 'Phone', optional: true } },
  attributes: { city: { column: 'City', type: 'string' }, note: { column: 'Note', type: 'string', optional: true } },
  events: [{ type: 'opened', when: { column: 'Last Activity', equals: 'Email Opened' } }],
  suppress: [
    { channel: 'email', reason: 'opted-out', when: { column: 'Do Not *', equals: 'Yes' }, why: 'Export it with all columns.' },
    { channel: 'email', reason: 'bounced', when: { column: 'Bounced', isSet: true }, optional: true },
  ],
});

describe('checkHeader', () => {
  it('is content when every column is there, under any of its names', () => {
    expect(checkHeader(map, ['Lead Number', 'Email', 'City', 'Last Activity', 'Do Not Email'])).toEqual([]);
  });

  it('names a missing column, what it was for, and the one that was probably meant', () => {
    expect(checkHeader(map, ['Lead Number', 'Email', 'Citty', 'Last Activity', 'Do Not Email'])).toEqual([
      {
        column: 'City',
        message: 'The file has no column "City", which the map reads as the attribute "city"',
        hint: 'Did you mean "Citty"? The file has: "Lead Number", "Email", "Citty", "Last Activity", "Do Not Email".',
      },
    ]);
  });

  it('refuses a file that cannot say who left', () => {
    const [problem, ...others] = checkHeader(map, ['Lead Number', 'Email', 'City', 'Last Activity']);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      column: 'Do Not *',
      message: expect.stringContaining('must not be contacted'),
      hint: 'Export it with all columns.',
    });
  });
});
