import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from './read-csv.ts';
import type { Row } from './row-values.ts';

async function readAll(file: string | Uint8Array, piece = 7) {
  const bytes = typeof file === 'string' ? Buffer.from(file) : Buffer.from(file);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
  const csv = await readCsv(Readable.from(pieces));
  const rows: { line: number; record: Row }[] = [];
  const rejects: { line: number; reason: string }[] = [];
  for await (const batch of csv.batches) {
    rows.push(...batch.rows);
    rejects.push(...batch.rejects);
  }
  return { header: csv.header, delimiter: csv.delimiter, rows, rejects };
}

describe('readCsv', () => {
  it('gives back what a CSV writer wrote, whatever the cells, the delimiter and the line ends', async () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('a "quoted" one', 'two\nlines', 'two\r\nlines', ';', ',', '\t', '|', 'ü', '=1+1'));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 });
    const style = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      record_delimiter: fc.constantFrom('\n', '\r\n'),
      bom: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(table, style, fc.integer({ min: 1, max: 50 }), async (cells, options, piece) => {
        const text = stringify([['id', 'name', 'note'], ...cells], { ...options, quoted: true });
        const read = await readAll(text, piece);
        const kept = cells.filter((row) => row.some((value) => value.trim() !== ''));
        expect(read.delimiter).toBe(options.delimiter);
        expect(read.rejects).toEqual([]);
        expect(read.rows.map(({ record }) => [record['id'], record['name'], record['note']])).toEqual(kept);
      }),
      { numRuns: 200 },
    );
  });

  it('counts lines as an editor does, over empty lines and quotes that run over several', async () => {
    const { rows } = await readAll('id,note\r\n1,a\r\n\r\n\n2,"x\r\ny\r\nz"\r\n3,"x\ny"\n4,d\r\n');
    expect(rows.map(({ line, record }) => [record['id'], line])).toEqual([['1', 2], ['2', 5], ['3', 8], ['4', 10]]);
  });

  it('rejects a row with too few or too many cells, with its line and the reason, and goes on', async () => {
    const { rows, rejects } = await readAll('id,name\n1,a\n2\n3,c,extra\n4,d\n');
    expect(rows.map(({ record }) => record['id'])).toEqual(['1', '4']);
    expect(rejects).toEqual([
      { line: 3, reason: 'the row has 1 cells, the header 2' },
      { line: 4, reason: 'the row has 3 cells, such as "extra", the header 2' },
    ]);
  });

  it('takes empty cells beyond the header, columns without a name and repeated names', async () => {
    const { header, rows } = await readAll('id,name,name,\n1,a,b,,,\n');
    expect(header).toEqual(['id', 'name', 'name (2)']);
    expect(rows[0]?.record).toEqual({ id: '1', name: 'a', 'name (2)': 'b' });
  });

  it('rejects a row with a cell that is too long', async () => {
    const { rows, rejects } = await readAll(`id,note\n1,${'x'.repeat(100_001)}\n2,y\n`, 5_000);
    expect(rows.map(({ record }) => record['id'])).toEqual(['2']);
    expect(rejects[0]).toMatchObject({ line: 2, reason: expect.stringContaining('100001 characters') });
  });

  it('hands over the good rows before it stops at a quote that never closes', async () => {
    const csv = await readCsv(Readable.from([Buffer.from('id,note\n1,a\n2,b\n3,"c\n4,d\n')]));
    const ids: (string | undefined)[] = [];
    const reading = (async () => {
      for await (const batch of csv.batches) ids.push(...batch.rows.map(({ record }) => record['id']));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'csv-quote-open' });
    expect(ids).toEqual(['1', '2']);
  });

  it('yields batches of 500', async () => {
    const csv = await readCsv(Readable.from([Buffer.from(`id\n${Array.from({ length: 1_201 }, (_, index) => index).join('\n')}\n`)]));
    const sizes: number[] = [];
    for await (const batch of csv.batches) sizes.push(batch.rows.length);
    expect(sizes).toEqual([500, 500, 201]);
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffid,name\n', 'utf16le'), 'UTF-16'],
    ['a workbook', Buffer.from('PK\u0003\u0004rest'), 'workbook'],
    ['another 8-bit encoding', Buffer.from([0x69, 0x64, 0x0a, 0xfc, 0x0a]), 'not UTF-8'],
  ])('refuses %s and says how to save it', async (_, bytes, words) => {
    const refusal = { code: 'csv-encoding', message: expect.stringContaining(words), hint: expect.stringContaining('UTF-8') };
    await expect(readAll(bytes)).rejects.toMatchObject(refusal);
  });

  it('refuses an empty file', async () => {
    await expect(readAll('\n\n')).rejects.toMatchObject({ code: 'csv-empty' });
  });
});
