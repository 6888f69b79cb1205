import { type RawBuilder, sql } from 'kysely';

/**
 * Many rows as one parameter: a table expression over a JSON array, for set-based inserts and updates.
 * One statement whatever the number of rows, and no limit of 65,535 parameters.
 *
 * @param columns such as `lead uuid, segment text`: written here in code, never taken from input
 * @example sql`insert into due (lead, cause) select lead, cause from ${rowsOf(rows, 'lead uuid, cause text')}`
 */
export function rowsOf(rows: readonly object[], columns: string): RawBuilder<unknown> {
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(${sql.raw(columns)})`;
}
