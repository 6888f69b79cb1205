import { closest } from '@tendril/events';
import { AppError } from '@tendril/kernel';
import { z } from 'zod';

const Name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'Write letters, digits and _ only, beginning with a letter');

/**
 * Where a value comes from: a column (`Email`), a template over columns (`{Lead Number}@leads.example`),
 * or a list of these, of which the first that the file has is taken (exports of different versions name things differently).
 */
export const Source = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'Write a column name, a template such as "{Lead Number}@leads.example", or a list of these',
});

/**
 * A question about a row. Texts are compared without regard to case and surrounding spaces.
 * `column` may end in `*`: then it asks every column that begins so, and one match is enough.
 */
export const RowCondition = z
  .strictObject({
    column: Source,
    equals: z.string().optional(),
    in: z.array(z.string()).min(1).optional(),
    /** Set, and none of these. */
    notIn: z.array(z.string()).min(1).optional(),
    /** Contains one of these. */
    contains: z.array(z.string().min(1)).min(1).optional(),
    isSet: z.literal(true).optional(),
  })
  .refine((condition) => Object.entries(condition).filter(([key, value]) => key !== 'column' && value !== undefined).length === 1, {
    error: 'Ask exactly one of equals, in, notIn, contains, isSet',
  });

/** A typed value out of a column. */
export const Field = z.strictObject({
  column: Source,
  type: z.enum(['string', 'number', 'boolean', 'date', 'strings'], { error: 'Write string, number, boolean, date or strings' }),
  /** The file's word → ours; a word not listed stays as it is. */
  values: z.record(z.string(), z.string()).optional(),
  /** Between the parts of `strings`; a semicolon unless said otherwise. */
  separator: z.string().min(1).optional(),
  /** The file may lack the column. */
  optional: z.literal(true).optional(),
});

const Channel = z.string().min(1);

/** `map.json`: how the rows of one kind of CSV file become leads, events, consents and opt-outs. */
export const ImportMap = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().optional(),
  /** Names the origin in every event; part of the key under which an event is known. */
  source: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'Write lower-case letters, digits and hyphens, such as "hubspot"'),
  /** Cells with one of these texts count as empty. */
  missing: z.array(z.string()).default([]),
  /** The row's own date, such as a modification date; without it everything happened at the import. */
  at: Source.optional(),
  lead: z.strictObject({ id: Source }),
  addresses: z
    .strictObject({
      email: Source.optional(),
      /** `country` (ISO, such as IN) reads numbers written without a country code. */
      phone: z.strictObject({ column: Source, country: z.string().length(2).optional(), optional: z.literal(true).optional() }).optional(),
    })
    .default({}),
  attributes: z.record(Name, Field).default({}),
  account: z
    .strictObject({ domain: Source, attributes: z.record(Name, Field).default({}), optional: z.literal(true).optional() })
    .optional(),
  events: z
    .array(z.strictObject({ type: Name, when: RowCondition, at: Source.optional(), properties: z.record(Name, Field).default({}) }))
    .default([]),
  consents: z
    .array(
      z.strictObject({
        channel: Channel,
        topic: z.string().min(1),
        state: z.enum(['granted', 'denied'], { error: 'Write granted or denied' }),
        basis: z.string().min(1),
        wording: z.string().min(1),
        evidence: z.string().min(1),
        when: RowCondition.optional(),
      }),
    )
    .default([]),
  suppress: z
    .array(
      z.strictObject({
        channel: Channel,
        reason: z.string().min(1),
        when: RowCondition,
        /** The file may lack the column. Without it, a file that cannot say who left is refused. */
        optional: z.literal(true).optional(),
        /** For people: shown as the hint when the column is missing. */
        why: z.string().optional(),
      }),
    )
    .default([]),
});

export type Source = z.output<typeof Source>;
export type RowCondition = z.output<typeof RowCondition>;
export type Field = z.output<typeof Field>;
export type ImportMap = z.output<typeof ImportMap>;

/** Checks a parsed `map.json`; throws `import-map-invalid` (400) that lists every place at fault in `data`. */
export function parseImportMap(value: unknown): ImportMap {
  const result = ImportMap.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({ path: issue.path.join('.') || '(the whole map)', message: sentenceOf(issue) }));
  const first = problems[0];
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new AppError('import-map-invalid', `The import map is wrong at ${first?.path}: ${first?.message}${more}`, {
    status: 400,
    hint: 'The maps for Mautic and HubSpot under tools/cli/maps are examples to start from.',
    ...(first ? { field: first.path } : {}),
    data: problems,
  });
}

const KEYS = ['title', 'source', 'missing', 'at', 'lead', 'addresses', 'attributes', 'account', 'events', 'consents', 'suppress', 'id',
  'email', 'phone', 'country', 'column', 'type', 'values', 'separator', 'optional', 'domain', 'when', 'properties', 'equals', 'in',
  'notIn', 'contains', 'isSet', 'channel', 'topic', 'state', 'basis', 'wording', 'evidence', 'reason', 'why'];

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  return issue.keys
    .map((key) => {
      const meant = closest(key, KEYS);
      return `there is no "${key}" here${meant ? `; did you mean "${meant}"?` : ''}`;
    })
    .join('; ');
}
