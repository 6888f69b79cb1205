import { dirname } from 'node:path';

/**
 * Gives every package a `lint` target. `@nx/eslint/plugin` would, but only where a config file lies in the project or at
 * the root, and ours lies here. The target's inputs and caching stand in nx.json under `targetDefaults`.
 *
 * @type {import('nx/src/project-graph/plugins').CreateNodes}
 */
export const createNodes = [
  '{apps,libs,connectors,tools}/*/package.json',
  (files) =>
    files.map((file) => {
      const folder = dirname(file);
      const command = `eslint --config tools/lint/eslint.config.mjs --max-warnings 0 ${folder}`;
      return [file, { projects: { [folder]: { targets: { lint: { command } } } } }];
    }),
];
