import { TextDecoder } from 'node:util';
import { AppError } from '@tendril/kernel';

/** The first bytes of a file, enough to see its encoding and its first lines. */
const HEAD = 64 * 1024;

/** A file's text in pieces, and its beginning for a look ahead. The pieces begin with that beginning again. */
export interface CsvText {
  readonly head: string;
  readonly pieces: AsyncGenerator<string>;
}

/** Decodes a CSV file as UTF-8 without its byte order mark; refuses what is not UTF-8 text with a sentence that says what to do. */
export async function readCsvText(stream: AsyncIterable<Uint8Array>): Promise<CsvText> {
  const source = stream[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD) {
    const next = await source.next();
    if (next.done) break;
    first.push(next.value);
    size += next.value.length;
  }
  const bytes = Buffer.concat(first);
  refuseOtherFormats(bytes);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const head = decode(decoder, bytes, 0);
  return { head, pieces: piecesOf(head, decoder, source, bytes.length) };
}

async function* piecesOf(head: string, decoder: TextDecoder, source: AsyncIterator<Uint8Array>, read: number): AsyncGenerator<string> {
  let offset = read;
  try {
    yield head;
    for (let next = await source.next(); !next.done; next = await source.next()) {
      yield decode(decoder, next.value, offset);
      offset += next.value.length;
    }
    yield decode(decoder, undefined, offset);
  } finally {
    await source.return?.();
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, offset: number): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch (cause) {
    throw refused(`The file is not UTF-8: something after byte ${offset} cannot be read`, cause);
  }
}

function refuseOtherFormats(bytes: Uint8Array): void {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) throw refused('The file is UTF-16, which Tendril does not read');
  if (a === 0x50 && b === 0x4b) throw refused('The file is a workbook or a ZIP archive, not a CSV file');
  if (bytes.includes(0)) throw refused('The file has NUL bytes: it is UTF-16 or no text at all');
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('csv-encoding', message, {
    status: 400,
    hint: 'In a spreadsheet, save it as "CSV UTF-8 (comma delimited)" and import that file.',
    ...(cause === undefined ? {} : { cause }),
  });
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * The delimiter of a CSV file, judged by its first ten lines outside quotes: the one that splits most of them into as many
 * cells as the first line has, and of equals the one that splits into more. A comma where none does (a single column).
 */
export function detectDelimiter(head: string): string {
  const lines = firstLines(head, 10);
  let best = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const inHeader = counts[0] ?? 0;
    if (inHeader === 0) continue;
    const alike = counts.filter((count) => count === inHeader).length;
    const score = alike * 1_000 + Math.min(inHeader, 999);
    if (score > most) {
      best = delimiter;
      most = score;
    }
  }
  return best;
}

/** Lines that are not empty, with everything inside quotes left out. A last line that the head cuts short does not count. */
function firstLines(head: string, wanted: number): string[] {
  const bare = head.replaceAll(/"[^"]*("|$)/g, '');
  const lines = bare.split(/\r\n|\n|\r/);
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  return whole.filter((line) => line !== '').slice(0, wanted);
}
