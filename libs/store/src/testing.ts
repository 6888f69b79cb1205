import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { AppError, sha256 } from '@tendril/kernel';
import { type CompiledQuery, type DatabaseConnection, DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import type { Db } from './database.ts';
import { MIGRATIONS } from './migrations/all-migrations.ts';
import { openStore, type Store } from './open-store.ts';

/** SQL for what only a test asks: other rooms do not know the query builder. */
export { sql } from 'kysely';

/**
 * A fresh, migrated database for one test file: on the PostgreSQL that DATABASE_URL names, else an in-memory PGlite.
 * On PostgreSQL a database of its own is created, and dropped by `close`.
 */
export async function openTestStore(): Promise<Store & { readonly url: string | undefined }> {
  const server = process.env['DATABASE_URL'];
  if (!server) return { ...(await openStore({ memory: true, dump: await migratedDump() })), url: undefined };
  const name = `tendril_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const store = await openStore({ url: url.href });
  return {
    ...store,
    url: url.href,
    close: async () => {
      await store.close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

/** What a backup taken at this moment would hold: another database with the same content. */
export async function copyTestStore({ url, dumpMemory }: Pick<Store & { readonly url: string | undefined }, 'url' | 'dumpMemory'>): Promise<Store> {
  if (url === undefined) return openStore({ memory: true, dump: await dumpMemory() });
  const copy = new URL(url);
  copy.pathname = `/tendril_test_${randomUUID().replaceAll('-', '')}`;
  const [server, from, to] = [process.env['DATABASE_URL'] ?? url, new URL(url).pathname.slice(1), copy.pathname.slice(1)];
  await onServer(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}'`);
  await onServer(server, `create database ${to} template ${from}`);
  const store = await openStore({ url: copy.href });
  return {
    ...store,
    close: async () => {
      await store.close();
      await onServer(server, `drop database ${to} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty migrated PGlite, kept between test runs under the hash of the migrations: 4 to 6 s once, then about 1 s. */
async function migratedDump(): Promise<Blob> {
  const texts = MIGRATIONS.map(({ name, class: migration }) => name + migration.prototype.up.toString());
  const folder = join(import.meta.dirname, '../node_modules/.cache');
  const file = join(folder, `empty-${sha256(texts.join('\n')).slice(0, 16)}.tar`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Blob([kept]);
  const store = await openStore({ memory: true });
  await sql`checkpoint`.execute(store.db);
  const dump = await store.dumpMemory();
  await store.close();
  await mkdir(folder, { recursive: true });
  const part = `${file}.${process.pid}`;
  await writeFile(part, Buffer.from(await dump.arrayBuffer()));
  await rename(part, file);
  return dump;
}

/** A store without a database: every statement is made up as ever, and answered at once with the rows that `answer` gives for its text. */
export function openEmptyStore(answer: (text: string) => readonly object[]): Store {
  const connection: DatabaseConnection = {
    executeQuery: <Row>({ sql: text }: CompiledQuery) => Promise.resolve({ rows: [...answer(text)] as Row[] }),
    streamQuery: () => {
      throw new AppError('store-empty', 'Nothing can be streamed from a store without a database');
    },
  };
  class EmptyDriver extends DummyDriver {
    override acquireConnection(): Promise<DatabaseConnection> {
      return Promise.resolve(connection);
    }
  }
  const db: Db = new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new EmptyDriver(),
      createIntrospector: (inner) => new PostgresIntrospector(inner),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    kind: 'PostgreSQL',
    db,
    transaction: (work) => db.transaction().execute(work),
    ping: nothing,
    dumpMemory: () => Promise.reject(new AppError('not-in-memory', 'There is no database to dump')),
    close: nothing,
  };
}
