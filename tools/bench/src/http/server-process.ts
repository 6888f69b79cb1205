import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AppError } from '@tendril/kernel';
import type { Client } from 'pg';
import { withUndo } from '../undo.ts';

/** A server as a process of its own. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
}

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** The key that benches call with; `addBenchKey` lets it in. */
export const BENCH_KEY = `tdl_0123456789ab_${'k'.repeat(43)}`;

/** Makes the server of this database accept `BENCH_KEY`. */
export async function addBenchKey(client: Client): Promise<void> {
  const hash = createHash('sha256').update('k'.repeat(43)).digest('hex');
  await client.query(`insert into api_key (id, hash, name, scopes, created_at) values ('0123456789ab', $1, 'bench', '["admin"]', now())`, [hash]);
}

/** The core as it is started by `npm start`, on this database, for the time of the work. */
export function withCore<T>(databaseUrl: string, work: (server: ServerProcess) => Promise<T>): Promise<T> {
  return withServer('apps/core/src/main.ts', { DATABASE_URL: databaseUrl, TENDRIL_SAMPLE: 'off' }, work);
}

/** The core's HTTP server with these rules, over a database that answers every question at once with nothing. */
export function withoutDatabase<T>(rulesFolder: string, work: (server: ServerProcess) => Promise<T>): Promise<T> {
  return withServer('apps/core/test/without-database.ts', { BENCH_KEY, TENDRIL_RULES: rulesFolder }, work);
}

async function withServer<T>(file: string, environment: Readonly<Record<string, string>>, work: (server: ServerProcess) => Promise<T>): Promise<T> {
  // The bench's own Node is told to keep more memory for young objects; the core is not.
  const options = process.execArgv.filter((option) => !option.startsWith('--max-semi-space-size'));
  const child = spawn(process.execPath, [...options, file], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return withUndo(stop, async () => work({ port: await portOf(child, file), pid: child.pid ?? 0 }));
}

/** The port that it says it listens on. What it says is read until it ends, or it would wait for a reader. */
function portOf(child: ChildProcessByStdio<null, Readable, Readable>, file: string): Promise<number> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (text: string): void => {
      said = `${said}${text}`.slice(-10_000);
      const place = /http:\/\/localhost:(\d+)/.exec(said);
      if (place) resolve(Number(place[1]));
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('close', () => reject(new AppError('bench-wrong', `${file} ended before it listened: ${said}`)));
  });
}
