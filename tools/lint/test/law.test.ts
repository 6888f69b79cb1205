import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The real lint, fed with text instead of files; without types, because a file that is not there belongs to no program. */
let eslint: ESLint;

beforeAll(async () => {
  // The boundary rule reads the graph from Nx's folder, where a fresh clone has none.
  await createProjectGraphAsync();
  eslint = new ESLint({ cwd: root, overrideConfigFile: 'tools/lint/eslint.config.mjs', overrideConfig: ts.configs.disableTypeChecked });
});

/** What the lint says to a file with this text, one "rule: message" per finding; [] when it is content. */
async function findings(path: string, text: string): Promise<string[]> {
  const results = await eslint.lintText(`${text}\n`, { filePath: path });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}

const uses = (name: string) => `import * as it from '${name}';\nexport const kept = it;`;
/** The boundary rule names the law, or the circle that such an import would close: an import to the right closes one. */
const onlyOn = (tag: string) =>
  new RegExp(`enforce-module-boundaries: (.*"${tag}" (can only depend on libs tagged with|cannot depend on any libs)|Circular dependency between "@tendril/${tag.split(':')[1]}")`);

describe('the one law', () => {
  it.each([
    ['events', 'rulebook'],
    ['rulebook', 'decisions'],
    ['decisions', 'programmes'],
    ['decisions', 'store'],
    ['programmes', 'touchpoints'],
    ['touchpoints', 'connector-kit'],
    ['touchpoints', 'content'],
    ['content', 'decisions'],
    ['measure', 'events'],
    ['store', 'flows'],
    ['store', 'connector-kit'],
    ['flows', 'outbox-file'],
  ])('%s may not import %s', async (from, to) => {
    expect(await findings(`libs/${from}/src/probe.ts`, uses(`@tendril/${to}`))).toContainEqual(expect.stringMatching(onlyOn(`room:${from}`)));
  });

  it.each([
    ['kernel', 'events'],
    ['connector-kit', 'kernel'],
  ])('%s imports no room, not even %s', async (from, to) => {
    expect(await findings(`libs/${from}/src/probe.ts`, uses(`@tendril/${to}`))).toContainEqual(expect.stringMatching(onlyOn(`room:${from}`)));
  });

  it.each(['kernel', 'store', 'touchpoints', 'outbox-file'])('a connector may not import %s', async (to) => {
    expect(await findings('connectors/sms-twilio/src/probe.ts', uses(`@tendril/${to}`))).toContainEqual(
      expect.stringMatching(onlyOn('kind:connector')),
    );
  });

  it('the command line may not import the store', async () => {
    expect(await findings('tools/cli/src/probe.ts', uses('@tendril/store'))).toContainEqual(expect.stringMatching(onlyOn('kind:tool')));
  });

  it('holds for types, for dynamic imports and for paths too', async () => {
    const file = 'libs/decisions/src/probe.ts';
    expect(await findings(file, "export type { Lead } from '@tendril/store';")).toContainEqual(expect.stringMatching(onlyOn('room:decisions')));
    expect(await findings(file, "export const later = () => import('@tendril/store');")).toContainEqual(expect.stringMatching(onlyOn('room:decisions')));
    expect(await findings(file, uses('../../store/src/index.ts'))).toContainEqual(expect.stringMatching(/cannot be imported by a relative/));
    expect(await findings(file, uses('@tendril/kernel/src/clock.ts'))).toContainEqual(expect.stringMatching(/export there what is missing/));
  });

  it.each([
    ['libs/kernel/src/probe.ts', './clock.ts'],
    ['libs/events/src/probe.ts', '@tendril/kernel'],
    ['libs/programmes/src/probe.ts', '@tendril/decisions'],
    ['libs/touchpoints/src/probe.ts', '@tendril/programmes'],
    ['libs/content/src/probe.ts', '@tendril/rulebook'],
    ['libs/store/src/probe.ts', '@tendril/touchpoints'],
    ['libs/flows/src/probe.ts', '@tendril/connector-kit'],
    ['connectors/sms-twilio/src/probe.ts', '@tendril/connector-kit'],
    ['apps/core/src/probe.ts', '@tendril/outbox-file'],
    ['tools/cli/src/probe.ts', '@tendril/rulebook'],
    ['tools/bench/src/probe.ts', '@tendril/flows'],
  ])('%s may import %s', async (file, name) => {
    expect(await findings(file, uses(name))).toEqual([]);
  });
});

describe('packages from outside', () => {
  it.each([
    ['libs/flows/src/probe.ts', '@nestjs/common', 'Only apps/core knows Nest'],
    ['libs/decisions/src/probe.ts', '@mikro-orm/core', 'Only libs/store knows the database'],
    ['libs/flows/src/probe.ts', '@electric-sql/pglite', 'Only libs/store knows the database'],
    ['apps/core/src/probe.ts', 'pg', 'Only libs/store knows the database'],
    ['apps/core/src/probe.ts', 'twilio', 'known to its connector alone'],
    ['libs/kernel/src/probe.ts', 'zod', 'Only packages defined in the "package.json" can be imported'],
    ['connectors/sms-twilio/src/probe.ts', '@sendgrid/mail', 'Only packages defined in the "package.json" can be imported'],
    ['connectors/sms-twilio/src/probe.ts', 'node:https', 'Use the http that deliver() receives'],
    ['libs/rulebook/src/probe.ts', 'node:fs', 'A pure room reads no file'],
    ['libs/touchpoints/src/probe.ts', 'node:process', 'A pure room reads no file'],
    ['libs/flows/src/probe.ts', '@tendril/store/testing', 'This is for tests'],
  ])('%s may not import %s', async (file, name, message) => {
    expect(await findings(file, uses(name))).toContainEqual(expect.stringContaining(message));
  });

  it.each([
    ['apps/core/src/probe.ts', '@nestjs/common'],
    ['libs/store/src/probe.ts', '@mikro-orm/core'],
    ['libs/flows/test/probe.test.ts', '@tendril/store/testing'],
    ['connectors/sms-twilio/test/probe.test.ts', '@tendril/connector-kit/conformance'],
    ['libs/rulebook/src/load/read-rule-folder.ts', 'node:fs/promises'],
    ['libs/rulebook/src/probe.test.ts', 'node:fs/promises'],
    ['connectors/sms-twilio/src/probe.ts', 'twilio'],
    ['connectors/sms-twilio/src/probe.test.ts', 'node:http'],
    ['connectors/outbox-file/src/probe.ts', 'node:fs/promises'],
    ['tools/bench/src/probe.ts', 'pg'],
  ])('%s may import %s', async (file, name) => {
    expect(await findings(file, uses(name))).toEqual([]);
  });
});

describe('time, chance and the world', () => {
  it.each([
    ['libs/decisions/src/probe.ts', 'export const now = () => Date.now();', 'Take a Clock'],
    ['libs/store/src/probe.ts', 'export const now = () => new Date();', 'Take a Clock'],
    ['apps/core/src/probe.ts', 'export const now = Date.now;', 'Take a Clock'],
    ['libs/flows/src/probe.test.ts', 'export const now = () => new Date();', 'Take a Clock'],
    ['libs/measure/src/probe.ts', 'export const drawn = () => Math.random();', 'Take a Random'],
    ['libs/programmes/src/probe.ts', "import { randomUUID } from 'node:crypto';\nexport const id = () => randomUUID();", 'A pure room answers the same twice'],
    ['libs/events/src/probe.ts', "export const home = () => process.env['HOME'];", '"process" is the outside world'],
    ['libs/store/src/probe.test.ts', 'export const wait = () => new Promise((done) => setTimeout(done, 50));', 'A test that waits'],
    ['libs/store/src/probe.test.ts', "import { setTimeout as pause } from 'node:timers/promises';\nexport const wait = () => pause(50);", 'A test that waits'],
    ['connectors/sms-twilio/src/probe.ts', "export const reply = () => fetch('https://example.org');", 'A connector does not use "fetch"'],
    ['connectors/sms-twilio/src/probe.ts', 'export const wait = (done: () => void) => setTimeout(done, 1);', 'A connector does not use "setTimeout"'],
  ])('%s: %s', async (file, text, message) => {
    expect(await findings(file, text)).toContainEqual(expect.stringContaining(message));
  });

  it('lets the kernel read the wall clock in one file, and anyone build a date from a number', async () => {
    expect(await findings('libs/kernel/src/clock.ts', 'export const now = () => new Date();')).toEqual([]);
    expect(await findings('libs/decisions/src/probe.ts', 'export const at = (ms: number) => new Date(ms);')).toEqual([]);
  });
});

describe('the house', () => {
  const source = 'libs/flows/src/probe.ts';
  it.each([
    ["export const fail = () => { throw new Error('no'); };", 'Throw AppError'],
    ["export const fail = () => Promise.reject(new Error('no'));", 'Throw AppError'],
    ['export const loose = (value: any) => value;', 'no-explicit-any'],
    ['// @ts-ignore\nexport const one: string = 1;', 'ban-ts-comment'],
    ['/* eslint-disable */\nexport const now = () => Date.now();', 'Take a Clock'],
    ["import { Clock } from '@tendril/kernel';\nexport const keep = (clock: Clock) => clock;", 'consistent-type-imports'],
    ["export const say = () => console.log('done');", 'no-console'],
    ["export * from './evaluate.ts';", 'Name what is exported'],
    ["export { one } from './evaluate.js';", '".ts"'],
    ["export { one } from './evaluate.ts';\nimport { two } from './index.ts';\nexport const more = two;", 'Import the file itself'],
    ['export class LeadService {}', 'in the words of the design'],
    ['export class Wide { constructor(a: 1, b: 1, c: 1, d: 1, e: 1, f: 1) { void [a, b, c, d, e, f]; } }', 'More than five'],
    [`export const tall = () => {\n${'  void 0;\n'.repeat(50)}};`, 'max-lines-per-function'],
    [`export const long = 1;\n${'\n'.repeat(400)}`, 'max-lines'],
    ['// TODO later\nexport const one = 1;', 'no-warning-comments'],
  ])('refuses %j', async (text, message) => {
    expect(await findings(source, text)).toContainEqual(expect.stringContaining(message));
  });

  it('accepts what keeps to it', async () => {
    const text = "import { AppError, type Clock } from '@tendril/kernel';\nexport function now(clock: Clock): Date {\n  if (!clock) throw new AppError('no-clock', 'There is no clock');\n  return clock.now();\n}";
    expect(await findings(source, text)).toEqual([]);
  });

  it('lets no promise float, which takes types to see', async () => {
    const typed = new ESLint({ cwd: root, overrideConfigFile: 'tools/lint/eslint.config.mjs' });
    const text = 'const later = async () => 1;\nexport const start = () => {\n  later();\n};\n';
    const [result] = await typed.lintText(text, { filePath: 'libs/kernel/src/index.ts' });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['@typescript-eslint/no-floating-promises']);
  });
});
