import type { Json } from '@tendril/kernel';
import type { Field, RowCondition, Source } from './import-map.ts';

/** One row of a CSV file: column name → cell. */
export type Row = Readonly<Record<string, string>>;

/** A cell's value, or why it cannot be read. Undefined where the cell is empty. */
export type CellValue = { readonly ok: true; readonly value: Json | undefined } | { readonly ok: false; readonly reason: string };

const YES = new Set(['true', 'yes', 'y', '1', 'on']);
const NO = new Set(['false', 'no', 'n', '0', 'off']);

/** The columns that a source names: those inside the braces of a template, else the source itself. */
export function columnsOf(source: string): string[] {
  return source.includes('{') ? [...source.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '') : [source];
}

/** Of several alternatives, the first whose columns the row has; the first of all when it has none. */
export function pickSource(source: Source, has: (column: string) => boolean): string {
  const alternatives = typeof source === 'string' ? [source] : source;
  return alternatives.find((alternative) => columnsOf(alternative).every(has)) ?? alternatives[0] ?? '';
}

/** Reads cells the way a map wants: trimmed, with the map's words for "missing" taken as empty. */
export class RowReader {
  readonly #row: Row;
  readonly #missing: ReadonlySet<string>;

  constructor(row: Row, missing: readonly string[]) {
    this.#row = row;
    this.#missing = new Set(missing.map((word) => word.trim()));
  }

  /** The text of a column or template; undefined when it, or a column within it, is empty. */
  text(source: Source | undefined): string | undefined {
    if (source === undefined) return undefined;
    const picked = pickSource(source, (column) => Object.hasOwn(this.#row, column));
    if (!picked.includes('{')) return this.#cell(picked);
    const parts = columnsOf(picked).map((column) => this.#cell(column));
    if (parts.includes(undefined)) return undefined;
    let next = 0;
    return picked.replaceAll(/\{[^{}]+\}/g, () => parts[next++] ?? '');
  }

  /** Does the row answer the question with yes? An empty cell never does. */
  holds(condition: RowCondition): boolean {
    const asked = this.#asked(condition.column);
    return asked.some((column) => {
      const text = this.#cell(column)?.toLowerCase();
      return text !== undefined && answers(condition, text);
    });
  }

  /** The typed value of a field, after the map's own words for it. */
  value(field: Field): CellValue {
    const text = this.text(field.column);
    if (text === undefined) return { ok: true, value: undefined };
    const word = field.values && Object.hasOwn(field.values, text) ? (field.values[text] ?? text) : text;
    return readText(word, field, columnLabel(field.column));
  }

  #cell(column: string): string | undefined {
    const text = Object.hasOwn(this.#row, column) ? (this.#row[column] ?? '').trim() : '';
    return text === '' || this.#missing.has(text) ? undefined : text;
  }

  /** Every column that a condition asks. A name that stands twice in the header ("X", "X (2)") is asked in each place. */
  #asked(source: Source): string[] {
    const names = Object.keys(this.#row);
    return (typeof source === 'string' ? [source] : source).flatMap((wanted) => names.filter((name) => matchesColumn(wanted, name)));
  }
}

/** Is this column of the file one that the map's word means? */
export function matchesColumn(wanted: string, name: string): boolean {
  if (wanted.endsWith('*')) return name.toLowerCase().startsWith(wanted.slice(0, -1).toLowerCase());
  return name === wanted || (name.startsWith(`${wanted} (`) && /^ \(\d+\)$/.test(name.slice(wanted.length)));
}

function columnLabel(source: Source): string {
  return typeof source === 'string' ? source : source.join('" or "');
}

function answers(condition: RowCondition, text: string): boolean {
  const same = (word: string) => word.trim().toLowerCase() === text;
  if (condition.equals !== undefined) return same(condition.equals);
  if (condition.in) return condition.in.some(same);
  if (condition.notIn) return !condition.notIn.some(same);
  if (condition.contains) return condition.contains.some((word) => text.includes(word.toLowerCase()));
  return true;
}

function readText(text: string, field: Field, column: string): CellValue {
  const wrong = (wanted: string): CellValue => ({ ok: false, reason: `"${column}" should be ${wanted}, but is "${shorten(text)}"` });
  switch (field.type) {
    case 'string':
      return { ok: true, value: text };
    case 'strings':
      return { ok: true, value: text.split(field.separator ?? ';').map((part) => part.trim()).filter((part) => part !== '') };
    case 'number':
      return /^[+-]?\d+(\.\d+)?$/.test(text) ? { ok: true, value: Number(text) } : wrong('a number such as 1200.5');
    case 'boolean': {
      const word = text.toLowerCase();
      return YES.has(word) || NO.has(word) ? { ok: true, value: YES.has(word) } : wrong('true or false');
    }
    case 'date': {
      const at = readDate(text);
      return at ? { ok: true, value: at.toISOString() } : wrong('a date such as 2026-03-27 or 2026-03-27 16:00');
    }
  }
}

/** An ISO date, with or without a time; UTC where no offset is written. Undefined for anything else, 31 February included. */
export function readDate(text: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, day = '', time = '00:00', offset = 'Z'] = match;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  const at = new Date(`${day}T${time}${offset === 'Z' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(-2)}`}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Keeps a cell's text short enough for a sentence. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
