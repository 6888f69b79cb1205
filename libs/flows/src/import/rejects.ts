import { stringify } from 'csv-stringify/sync';

/** A row that was not taken, and why. */
export interface Reject {
  /** Of the file, from 1 for the header; where the row begins. */
  readonly line: number;
  readonly reason: string;
}

/**
 * The rejects as a CSV file for a spreadsheet: line, reason. Texts that a spreadsheet would run as a formula
 * (they begin with = + - @, a tab or a carriage return) get an apostrophe in front, because reasons quote the file's own cells.
 */
export function toRejectsCsv(rejects: readonly Reject[]): string {
  return stringify(
    rejects.map(({ line, reason }) => [String(line), reason]),
    { header: true, columns: ['line', 'reason'], escape_formulas: true, record_delimiter: '\r\n' },
  );
}
