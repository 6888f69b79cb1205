// The house's lint. It stands here and not at the root, because the root holds only what must stand there; run it
// from the root, or one project at a time through Nx (see lint-target.mjs):
//
//   npm run lint                     npx nx lint @tendril/kernel
import { readCachedProjectGraph } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';
import * as ban from './bans.mjs';
import { depConstraints, PURE_ROOMS } from './law.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

// The boundary rule keeps silent when Nx has not yet drawn its graph. A law that lapses unseen is none: fail here.
readCachedProjectGraph();

/** Its types are written for an older ESLint; the rule itself runs. @type {unknown} */
const untyped = nx;
const boundaries = /** @type {import('eslint').ESLint.Plugin} */ (untyped);

const TESTS = ['**/*.test.ts', '**/test/**/*.ts'];
const pure = PURE_ROOMS.map((room) => `libs/${room}/src/**/*.ts`);

/**
 * @typedef {{ imports?: readonly ban.ImportBan[], syntax?: readonly ban.SyntaxBan[], globals?: readonly ban.GlobalBan[] }} Bans
 *
 * @param {readonly string[]} files
 * @param {Bans} bans
 * @param {readonly string[]} [ignores]
 * @returns {import('eslint').Linter.Config}
 */
const forbid = (files, { imports, syntax, globals }, ignores = []) => ({
  files: [...files],
  ignores: [...ignores],
  rules: {
    ...(imports && { 'no-restricted-imports': ['error', { patterns: [...imports] }] }),
    ...(syntax && { 'no-restricted-syntax': ['error', ...syntax] }),
    ...(globals && { 'no-restricted-globals': ['error', ...globals] }),
  },
});

/** @param {readonly ban.ImportBan[]} bans @param {ban.ImportBan} lifted */
const without = (bans, lifted) => bans.filter((one) => one !== lifted);

const everywhere = [ban.NEST, ban.DATABASE, ban.VENDORS, ban.INSIDES];
const inSource = [...everywhere, ban.TESTING];
const inTests = [...everywhere, ban.SLEEP_MODULE];
const source = [...ban.HOUSE, ...ban.INDEX_FILES, ...ban.PLAIN_ERROR, ...ban.WALL_CLOCK, ...ban.LOOSE_CHANCE];
const tests = [...ban.HOUSE, ...ban.WALL_CLOCK, ...ban.LOOSE_CHANCE, ...ban.SLEEP];

export default defineConfig(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.tendril/**', '**/outbox/**', '**/coverage/**'] },
  // A guard that its reader can switch off is advice: comments configure nothing here.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    ignores: ['**/vitest.config.ts', 'tools/run/**'],
    extends: [ts.configs.recommended],
    plugins: { '@nx': boundaries },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints, banTransitiveDependencies: true, checkDynamicDependenciesExceptions: ['.*'] },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/src/**/*.ts'],
    ignores: [...TESTS, '**/migrations/**'],
    rules: { 'max-lines': ['error', 400], 'max-lines-per-function': ['error', 50] },
  },
  {
    files: ['libs/*/src/**/*.ts', 'connectors/*/src/**/*.ts'],
    // The conformance suite listens to the console, to catch a connector that writes secrets there.
    ignores: [...TESTS, 'libs/connector-kit/src/conformance/**'],
    rules: { 'no-console': 'error' },
  },

  forbid(['**/*.ts'], { imports: inSource, syntax: source }),
  forbid(['libs/kernel/src/clock.ts'], { syntax: source.filter((one) => !ban.WALL_CLOCK.includes(one)) }),
  forbid(['libs/store/**/*.ts'], { imports: without(inSource, ban.DATABASE) }),
  forbid(['apps/core/**/*.ts'], { imports: without(inSource, ban.NEST) }),
  // The bench compares with the database's own COPY, and looks at what was stored behind the store's back.
  forbid(['tools/bench/src/**/*.ts'], { imports: without(inSource, ban.DATABASE) }),
  forbid(pure, { imports: [...inSource, ban.WORLD, ban.CHANCE], globals: ban.PURE_GLOBALS }, TESTS),
  // The rulebook is authored as files, so one reader of folders stands beside the pure functions it feeds.
  forbid(['libs/rulebook/src/load/read-rule-folder.ts'], { imports: inSource }),
  forbid(['connectors/*/src/**/*.ts'], { imports: [...without(inSource, ban.VENDORS), ban.NETWORK], globals: ban.CONNECTOR_GLOBALS }, TESTS),
  forbid(TESTS, { imports: inTests, syntax: tests }),
  forbid(['libs/store/**/*.test.ts', 'libs/store/test/**/*.ts'], { imports: without(inTests, ban.DATABASE) }),
  forbid(['apps/core/**/*.test.ts', 'apps/core/test/**/*.ts'], { imports: without(inTests, ban.NEST) }),
  forbid(['connectors/**/*.test.ts', 'connectors/*/test/**/*.ts'], { imports: without(inTests, ban.VENDORS) }),
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } } },
);
