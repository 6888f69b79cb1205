import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../run/node22.mjs', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tendril-launcher-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in a file of its own; the launcher takes its path. */
function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const versionOf = (node: string) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
const isOld = (version: string) => {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return major < 22 || (major === 22 && minor < 22);
};

/** Every Node on this machine's PATH: the one that runs the tests and, on a machine with an older Node, that one too. */
const nodes = [
  ...new Map(
    [process.execPath, ...(process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, 'node'))]
      .filter((node) => existsSync(node))
      .map((node) => [versionOf(node), node] as const),
  ),
].filter(([version]) => version !== '');
const oldNode = nodes.find(([version]) => isOld(version))?.[1];

async function startedAndReady(node: string, file: string): Promise<ChildProcess> {
  const child = spawn(node, [launcher, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe.each(nodes)('the launcher, started by Node %s', (_version, node) => {
  const run = (...args: string[]) => spawnSync(node, [launcher, ...args], { encoding: 'utf8' });

  it('runs the program under Node 22.22 or newer, and so whatever the program starts', () => {
    const file = program('version.mjs', "import { execSync } from 'node:child_process';\nconsole.log(process.version, String(execSync('node --version')).trim());");
    const versions = run(file).stdout.trim().split(' ');
    expect(versions).toHaveLength(2);
    expect(versions.filter(isOld)).toEqual([]);
  });

  it('hands arguments on, and the exit code back', () => {
    const file = program('exit.mjs', 'process.exit(Number(process.argv[2]));');
    expect([run(file, '0').status, run(file, '7').status]).toEqual([0, 7]);
  });

  it('hands a signal on, and ends as the program ends', async () => {
    const child = await startedAndReady(node, program('orderly.mjs', "process.on('SIGTERM', () => process.exit(5));\nsetTimeout(() => process.exit(9), 5000);\nconsole.log('ready');"));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });

  it('says 128 and the signal when the program dies of one', async () => {
    const child = await startedAndReady(node, program('careless.mjs', "setTimeout(() => process.exit(9), 5000);\nconsole.log('ready');"));
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });

  it('says what it can run when told nothing', () => {
    const { status, stderr } = run();
    expect(status).toBe(2);
    expect(stderr).toContain('core | demo | tendril');
  });
});

describe.skipIf(oldNode === undefined)('the launcher without a packaged Node (skipped where no older Node is on PATH)', () => {
  it('says what is missing and what to do', () => {
    cpSync(launcher, join(folder, 'tools', 'run', 'node22.mjs'));
    const { status, stderr } = spawnSync(oldNode ?? '', [join(folder, 'tools', 'run', 'node22.mjs'), 'core'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/Tendril needs Node 22\.22 or newer; this is \d+.*\nRun "npm ci" without --omit=optional/);
  });
});
