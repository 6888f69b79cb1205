import { AppError } from '@tendril/kernel';
import { Client } from 'pg';
import { withUndo } from '../undo.ts';

/** A database of its own on the server that DATABASE_URL names. */
export interface BenchDatabase {
  readonly url: string;
  /** A plain connection, for what Tendril does not do: COPY, and looking behind its back. */
  readonly client: Client;
}

/** Makes a database, hands it to the work, and drops it whatever became of that. @throws AppError `bench-no-database` */
export async function withDatabase<T>(name: string, work: (database: BenchDatabase) => Promise<T>): Promise<T> {
  const server = serverUrl();
  const database = `tendril_bench_${name}_${process.pid}`;
  const drop = `drop database if exists ${database} with (force)`;
  await once(server, [drop, `create database ${database}`]);
  return withUndo(
    () => once(server, [drop]),
    async () => {
      const url = new URL(server);
      url.pathname = `/${database}`;
      const client = await connected(url.href);
      // Undoing drops the database under the connection; what fails then has been told already.
      client.on('error', () => undefined);
      try {
        return await work({ url: url.href, client });
      } finally {
        await client.end();
      }
    },
  );
}

/** @throws AppError `bench-no-database` */
export function serverUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (url) return url;
  throw new AppError('bench-no-database', 'This bench measures a PostgreSQL server, and DATABASE_URL names none', {
    hint: 'DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres npm run bench -- tick\nIts user must be allowed to create databases; the bench makes one of its own and drops it.',
  });
}

/** A connected client. */
export async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function once(url: string, statements: readonly string[]): Promise<void> {
  const client = await connected(url);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Settings that figures depend on. */
const SETTINGS = ['shared_buffers', 'fsync', 'synchronous_commit', 'max_wal_size', 'work_mem', 'jit', 'autovacuum'];

/** The server in one line; undefined when DATABASE_URL names none. */
export async function serverInWords(): Promise<string | undefined> {
  const url = process.env['DATABASE_URL'];
  if (!url) return undefined;
  const client = await connected(url);
  try {
    const version = await client.query<{ server_version: string }>('show server_version');
    const { rows } = await client.query<{ name: string; setting: string }>('select name, current_setting(name) as setting from pg_settings where name = any($1)', [SETTINGS]);
    const settings = SETTINGS.map((name) => `${name} ${rows.find((row) => row.name === name)?.setting ?? '?'}`);
    return `PostgreSQL ${version.rows[0]?.server_version ?? '?'} (${settings.join(', ')})`;
  } finally {
    await client.end();
  }
}
