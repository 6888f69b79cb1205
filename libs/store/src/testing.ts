import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { sha256 } from '@tendril/kernel';
import { sql } from 'kysely';
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
