// Writes rules/schema/*.json. From the root of the repository:
//   node tools/run/node22.mjs -C @tendril/source --import @oxc-node/core/register libs/rulebook/test/write-schemas.ts
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ruleSchemas, schemaText } from '../src/index.ts';

const folder = fileURLToPath(new URL('../../../rules/schema/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const [kind, schema] of Object.entries(ruleSchemas())) {
  await writeFile(`${folder}${kind}.json`, schemaText(schema));
}
