import { AppError } from '@tendril/kernel';
import { CsvError, type InfoRecord, parse, type Parser } from 'csv-parse';
import { detectDelimiter, readCsvText } from './csv-text.ts';
import type { Reject } from './rejects.ts';
import { type Row, shorten } from './row-values.ts';

/** Longest cell that is taken, in characters: longer ones are rejected with their row. */
const CELL_LIMIT = 100_000;
/** Longest record in bytes: a quote that never closes would otherwise swallow the file into memory. */
const RECORD_LIMIT = 4_000_000;
const BATCH = 500;

/** One row that can be mapped. */
export interface CsvRow {
  /** Where the row begins in the file, from 1 for the header. */
  readonly line: number;
  readonly record: Row;
}

/** Up to 500 rows of the file, taken and rejected together. */
export interface CsvBatch {
  readonly rows: readonly CsvRow[];
  readonly rejects: readonly Reject[];
}

/** An opened file: its header, and its rows as they are read. */
export interface CsvFile {
  /** Column names, trimmed; a repeated one gets " (2)". Columns without a name are left out. */
  readonly header: readonly string[];
  readonly delimiter: string;
  /** At most 500 rows each. Throws `csv-quote-open` where a quote never closes; the rows before it have come by then. */
  readonly batches: AsyncGenerator<CsvBatch>;
}

/**
 * Opens a CSV file of any length: UTF-8 with or without a byte order mark, comma, semicolon, tab or pipe (told by the first
 * lines), quotes over several lines, any mixture of line ends. A row with too many or too few cells, or with a cell over
 * 100,000 characters, is rejected with its line and the reason; the others go on. Empty rows are passed over.
 */
export async function readCsv(stream: AsyncIterable<Uint8Array>): Promise<CsvFile> {
  const { head, pieces } = await readCsvText(stream);
  const delimiter = detectDelimiter(head);
  const records = readRecords(pieces, delimiter);
  const first = await records.next();
  if (first.done) throw empty();
  const [headerRecord, ...rest] = first.value;
  if (!headerRecord) throw empty();
  const names = nameColumns(headerRecord.cells);
  return { header: names.filter((name) => name !== ''), delimiter, batches: batchesOf(names, rest, records) };
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

type Records = AsyncGenerator<CsvRecord[]>;

async function* batchesOf(names: readonly string[], first: readonly CsvRecord[], records: Records): AsyncGenerator<CsvBatch> {
  let rows: CsvRow[] = [];
  let rejects: Reject[] = [];
  const take = (record: CsvRecord) => {
    const reason = whyRejected(record, names.length);
    if (reason) rejects.push({ line: record.line, reason });
    else rows.push({ line: record.line, record: toRow(names, record.cells) });
  };
  try {
    for await (const some of prepend(first, records)) {
      for (const record of some) {
        take(record);
        if (rows.length + rejects.length < BATCH) continue;
        yield { rows, rejects };
        rows = [];
        rejects = [];
      }
    }
  } catch (error) {
    if (rows.length + rejects.length > 0) yield { rows, rejects }; // What was read before the error counts.
    throw error;
  }
  if (rows.length + rejects.length > 0) yield { rows, rejects };
}

async function* prepend(first: readonly CsvRecord[], rest: Records): AsyncGenerator<readonly CsvRecord[]> {
  yield first;
  yield* rest;
}

/**
 * Feeds the parser piece by piece and yields what each piece completed. Records are collected through `on_record` rather than
 * read from the stream, because a stream that fails drops the good records that it still holds.
 */
async function* readRecords(pieces: AsyncGenerator<string>, delimiter: string): Records {
  let done: CsvRecord[] = [];
  let drift = 0;
  const parser = openParser(delimiter, (cells, info) => {
    // The parser counts a CRLF inside quotes as two lines.
    const breaks = cells.map(lineBreaks);
    drift += breaks.reduce((sum, { crlf }) => sum + crlf, 0);
    if (cells.every((cell) => cell.trim() === '')) return;
    done.push({ line: info.lines - drift - breaks.reduce((sum, { all }) => sum + all, 0), cells });
  });
  try {
    for await (const piece of pieces) {
      const problem = await fed((after) => parser.write(piece, after));
      if (done.length > 0) yield done;
      done = [];
      if (problem) throw asAppError(problem, drift);
    }
    const problem = await fed((after) => parser.end(after));
    if (done.length > 0) yield done;
    if (problem) throw asAppError(problem, drift);
  } finally {
    parser.destroy();
  }
}

function openParser(delimiter: string, onRecord: (cells: string[], info: InfoRecord) => void): Parser {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: RECORD_LIMIT,
    on_record: (cells: string[], info) => {
      onRecord(cells, info);
      return null;
    },
  });
  parser.on('error', () => {}); // The callbacks of write and end carry it.
  return parser.resume();
}

/** Waits for the parser to have taken its input; answers its error, if any, as a value. */
function fed(send: (after: (error?: Error | null) => void) => void): Promise<Error | undefined> {
  return new Promise((resolve) => send((error) => resolve(error ?? undefined)));
}

function asAppError(error: Error, drift: number): AppError {
  const lines: unknown = error instanceof CsvError ? error['lines'] : undefined;
  const place = typeof lines === 'number' ? `At or before line ${lines - drift}` : 'Somewhere in the file';
  const code = error instanceof CsvError ? error.code : undefined;
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') {
    return new AppError('csv-quote-open', `${place}, a quote (") opens that never closes, so the rest cannot be told apart`, {
      status: 400,
      hint: 'Close the quote, or write "" for a quote inside a quoted cell, and import again: rows already taken are not taken twice.',
      cause: error,
    });
  }
  return new AppError('csv-unreadable', `${place}, the file cannot be read as CSV: ${error.message}`, { status: 400, cause: error });
}

function lineBreaks(cell: string): { readonly all: number; readonly crlf: number } {
  if (!cell.includes('\n') && !cell.includes('\r')) return { all: 0, crlf: 0 };
  return { all: cell.split(/\r\n|\n|\r/).length - 1, crlf: cell.split('\r\n').length - 1 };
}

function nameColumns(cells: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell) => {
    const name = cell.trim();
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return name !== '' && times > 1 ? `${name} (${times})` : name;
  });
}

function whyRejected({ cells }: CsvRecord, wanted: number): string | undefined {
  const long = cells.findIndex((cell) => cell.length > CELL_LIMIT);
  if (long >= 0) return `cell ${long + 1} has ${cells[long]?.length} characters; at most ${CELL_LIMIT} are taken`;
  const extra = cells.slice(wanted).find((cell) => cell.trim() !== '');
  if (cells.length < wanted || extra !== undefined) {
    const open = cells.some((cell) => /[\r\n]/.test(cell)) ? '; a quote may be missing, since the row runs over several lines' : '';
    const where = extra === undefined ? '' : `, such as "${shorten(extra)}"`;
    return `the row has ${cells.length} cells${where}, the header ${wanted}${open}`;
  }
  return undefined;
}

function toRow(names: readonly string[], cells: readonly string[]): Row {
  return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''] as const).filter(([name]) => name !== ''));
}

function empty(): AppError {
  return new AppError('csv-empty', 'The file is empty', { status: 400, hint: 'The first line must name the columns.' });
}
