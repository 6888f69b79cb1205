import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toRejectsCsv } from './rejects.ts';

it('keeps a spreadsheet from running what stood in the file', () => {
  expect(toRejectsCsv([{ line: 3, reason: '=HYPERLINK("x")' }])).toBe('line,reason\r\n3,"\'=HYPERLINK(""x"")"\r\n');
});

it('never begins a cell with a formula sign, and loses nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ line: fc.nat(), reason: fc.string({ minLength: 1 }) }), { minLength: 1 }), (rejects) => {
      const [, ...rows]: string[][] = parse(toRejectsCsv(rejects), { record_delimiter: '\r\n' });
      rows.forEach(([line, reason], index) => {
        expect(line).toBe(String(rejects[index]?.line));
        expect(reason).not.toMatch(/^[=+\-@\t\r]/);
        expect(reason?.replace(/^'/, '')).toBe(rejects[index]?.reason.replace(/^'/, ''));
      });
    }),
  );
});
