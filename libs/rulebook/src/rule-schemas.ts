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
  return { $schema, title: TITLES[kind], ...schema };
}

/** The text of a schema file, as it stands under `rules/schema/`. */
export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
