import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from '../core-under-test.ts';

/** A core in a process of its own, as an installation runs it. */
export interface Core {
  readonly pid: number;
  readonly url: string;
  /** The admin key, when this was the process that made it. */
  readonly key: string | undefined;
  /** What it wrote to its log so far. */
  readonly log: readonly string[];
  /** Resolves with the exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts so many cores at the same moment on one database, and waits until all of them listen. */
export async function startCores(count: number, environment: Readonly<Record<string, string>>): Promise<{ cores: Core[]; end: () => Promise<void> }> {
  const preloaded = ['@oxc-node/core/register', import.meta.resolve('./ledger-package.ts')].flatMap((module) => ['--import', module]);
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-C', '@tendril/source', ...preloaded, 'apps/core/src/main.ts'], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', HOST: '127.0.0.1', TENDRIL_SAMPLE: 'off', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const end = async (): Promise<void> => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  };
  try {
    return { cores: await Promise.all(children.map(listening)), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function listening(child: ChildProcess): Promise<Core> {
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string);
  const log: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => log.push(line));
  const said: string[] = [];
  const told = new Promise<void>((resolve) => {
    // Its places are the last that it says: the API's address, then the key.
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said.push(line);
      if (line.includes('Admin key')) resolve();
    });
  });
  const early = await Promise.race([told, ended]);
  if (early !== undefined) throw new Error(`A core ended with ${early} while it started:\n${[...said, ...log].join('\n')}`);
  const text = said.join('\n');
  const url = /http:\/\/localhost:(\d+)\/docs/.exec(text);
  if (!url || child.pid === undefined) throw new Error(`A core did not say where it listens:\n${text}`);
  return { pid: child.pid, url: `http://127.0.0.1:${url[1]}`, key: /\btdl_\w+_[\w-]{43}/.exec(text)?.[0], log, ended };
}
