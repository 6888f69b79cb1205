import { AppError } from '@tendril/kernel';
import { z } from 'zod';

/** `limit` and `cursor` of every list. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).meta({ description: 'How many at most' }),
  cursor: z.string().max(500).optional().meta({ description: '`next` of the page before' }),
});

/** A page of a list; `next` is the cursor of the page behind it, null on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Makes a page. A full page may be the last one; then the next is empty. */
export function pageOf<Item>(items: readonly Item[], limit: number, cursorOf: (item: Item) => string): Page<Item> {
  const last = items.at(-1);
  return { items, next: last !== undefined && items.length === limit ? Buffer.from(cursorOf(last)).toString('base64url') : null };
}

/** What a cursor says. @throws AppError `cursor-invalid` when it does not match */
export function readCursor(cursor: string | undefined, form: RegExp): string[] | undefined {
  if (cursor === undefined) return undefined;
  const found = form.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (found) return found.slice(1);
  throw new AppError('cursor-invalid', 'The cursor is not one of this list', {
    status: 400,
    field: 'cursor',
    hint: 'Send `next` of the page before, unchanged.',
  });
}

/** A UUID, as a part of cursors. */
export const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
