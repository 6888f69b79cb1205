import { z } from 'zod';
import { FILE_SCHEMAS, type FileKind } from './file-schemas.ts';

const TITLES: Readonly<Record<FileKind, string>> = {
  segment: 'Segment: the leads for whom a condition holds now',
  scoring: 'Scoring model: rules that add points',
  journey: 'Journey: a nurture track',
  stages: 'Stages of the buyer’s journey',
  policies: 'Policies: what holds for everything that is sent',
  'tracking-plan': 'Tracking plan: what Tendril may hear about leads',
  content: 'Content: what a message is about',
  connectors: 'Installed connectors',
};

/**
 * JSON Schemas (draft 2020-12) of all rule files, for editors, made from the schemas that the loader uses. They know the
 * form only: names, references and values are checked by the loader.
 */
export function ruleSchemas(): Record<FileKind, object> {
  const kinds = Object.keys(FILE_SCHEMAS) as FileKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, schemaOf(kind)])) as Record<FileKind, object>;
}

function schemaOf(kind: FileKind): object {
  const { $schema, ...schema } = z.toJSONSchema(FILE_SCHEMAS[kind], { target: 'draft-2020-12', io: 'input' });
  return { $schema, title: TITLES[kind], ...(ownWords(schema, schema.$defs ?? {}) as object) };
}

interface Described {
  readonly description?: string;
}

/** Editors show the words of a `$ref`, not those that stand beside it: where a key has words of its own, both are put together. */
function ownWords(schema: unknown, definitions: Readonly<Record<string, Described>>): unknown {
  if (Array.isArray(schema)) return schema.map((one) => ownWords(one, definitions));
  if (schema === null || typeof schema !== 'object') return schema;
  const own = Object.fromEntries(Object.entries(schema).map(([key, one]) => [key, ownWords(one, definitions)]));
  const { $ref, description, ...rest } = own;
  const meant = typeof $ref === 'string' && typeof description === 'string' ? definitions[$ref.replace('#/$defs/', '')] : undefined;
  if (!meant) return own;
  return { ...rest, ...(ownWords(meant, definitions) as object), description: [description, meant.description].filter(Boolean).join('. ') };
}

/** The text of a schema file, as it stands under `rules/schema/`. */
export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
