import { closest } from '@tendril/events';
import type { Field, ImportMap, RowCondition, Source } from './import-map.ts';
import { columnsOf, matchesColumn } from './row-values.ts';

/** A column that the map reads and the file lacks. */
export interface HeaderProblem {
  readonly column: string;
  readonly message: string;
  readonly hint: string;
}

interface Wanted {
  readonly source: Source;
  readonly what: string;
  readonly why?: string | undefined;
}

/**
 * Compares a map with a file's header before any row is read; nothing may be imported while this answers problems.
 * Columns of opt-outs count most: a file that cannot say who left must not be imported by mistake.
 */
export function checkHeader(map: ImportMap, header: readonly string[]): HeaderProblem[] {
  return wantedSources(map).flatMap(({ source, what, why }) => {
    const alternatives = typeof source === 'string' ? [source] : source;
    const lacking = alternatives.map((alternative) => columnsOf(alternative).filter((column) => !inHeader(column, header)));
    if (lacking.some((columns) => columns.length === 0)) return [];
    const column = lacking[0]?.[0] ?? '';
    const meant = closest(column, header);
    const others = alternatives.length > 1 ? ` (nor ${alternatives.slice(1).map((name) => `"${name}"`).join(', ')})` : '';
    return [
      {
        column,
        message: `The file has no column "${column}"${others}, which the map reads as ${what}`,
        hint: [meant ? `Did you mean "${meant}"?` : undefined, why ?? `The file has: ${listed(header)}.`].filter(Boolean).join(' '),
      },
    ];
  });
}

function wantedSources(map: ImportMap): Wanted[] {
  const wanted: Wanted[] = [{ source: map.lead.id, what: 'the lead id' }];
  const add = (source: Source | undefined, what: string, why?: string) => {
    if (source !== undefined) wanted.push({ source, what, why });
  };
  for (const rule of map.suppress) {
    if (!rule.optional) add(rule.when.column, `the sign of who must not be contacted (${rule.channel}, ${rule.reason})`, rule.why);
  }
  const condition = (when: RowCondition | undefined, what: string) => add(when?.column, what);
  for (const consent of map.consents) condition(consent.when, `the condition of consent for ${consent.channel}`);
  add(map.at, 'the date of the row');
  add(map.addresses.email, 'the e-mail address');
  if (map.addresses.phone && !map.addresses.phone.optional) add(map.addresses.phone.column, 'the phone number');
  const fields = (of: Readonly<Record<string, Field>>, what: string) => {
    for (const [name, field] of Object.entries(of)) if (!field.optional) add(field.column, `${what} "${name}"`);
  };
  fields(map.attributes, 'the attribute');
  if (map.account && !map.account.optional) {
    add(map.account.domain, 'the domain of the account');
    fields(map.account.attributes, 'the attribute of the account');
  }
  for (const event of map.events) {
    condition(event.when, `the condition of the event ${event.type}`);
    add(event.at, `the date of the event ${event.type}`);
    fields(event.properties, `the property of ${event.type}`);
  }
  return wanted;
}

function inHeader(column: string, header: readonly string[]): boolean {
  return header.some((name) => matchesColumn(column, name));
}

function listed(header: readonly string[]): string {
  const shown = header.slice(0, 12).map((name) => `"${name}"`).join(', ');
  return header.length > 12 ? `${shown} and ${header.length - 12} more` : shown;
}
