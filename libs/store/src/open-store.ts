import { PGlite } from '@electric-sql/pglite';
import type { MikroORM } from '@mikro-orm/core';
import { type PgliteDriver, MikroORM as PgliteORM } from '@mikro-orm/pglite';
import { Migrator } from '@mikro-orm/migrations';
import { type PostgreSqlDriver, MikroORM as PostgresORM } from '@mikro-orm/postgresql';
import { AppError, messageOf } from '@tendril/kernel';
import { sql } from 'kysely';
import { TypeOverrides } from 'pg';
import { type Db, ENTITIES } from './database.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { MIGRATIONS } from './migrations/all-migrations.ts';

/** Where the data lives: a PostgreSQL server, a folder of the embedded PGlite, or memory (gone when closed). */
export type StoreLocation =
  | { readonly url: string; readonly poolSize?: number }
  | { readonly folder: string }
  /** `dump`: a data directory made by `dumpMemory`, which opens in about 1 s instead of 4 to 6. */
  | { readonly memory: true; readonly dump?: Blob };

/** An open, migrated database. */
export interface Store {
  readonly kind: 'PostgreSQL' | 'PGlite';
  /** For single queries outside a transaction. */
  readonly db: Db;
  /** Runs the work in one transaction; committed when it returns, rolled back when it throws. */
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Returns when the database answers; throws when it does not. */
  ping(): Promise<void>;
  /** The whole data directory of an in-memory store, to open others from. */
  dumpMemory(): Promise<Blob>;
  close(): Promise<void>;
}

/** timestamptz as Date and int8 as number, the same from both drivers (MikroORM leaves them as text). */
const PARSERS: Record<number, (text: string) => unknown> = { 1184: (text) => new Date(text), 20: Number };

/** Any number, as long as no other program in the database uses it. */
const MIGRATION_LOCK = 7_436_835;

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws AppError `database-unreachable`, or `folder-in-use` when another process has the embedded folder open
 */
export async function openStore(location: StoreLocation): Promise<Store> {
  const lock = 'folder' in location ? await lockFolder(location.folder) : undefined;
  try {
    const orm = await connect(location);
    await migrate(orm, location);
    return asStore(orm, location, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

type ORM = MikroORM<PostgreSqlDriver> | MikroORM<PgliteDriver>;

async function connect(location: StoreLocation): Promise<ORM> {
  const common = {
    entities: [...ENTITIES],
    extensions: [Migrator],
    migrations: { migrationsList: MIGRATIONS, snapshot: false, silent: true, tableName: 'migration' },
  };
  if ('url' in location) {
    const types = new TypeOverrides();
    for (const [oid, parse] of Object.entries(PARSERS)) types.setTypeParser(Number(oid), parse);
    const pool = { min: 0, max: location.poolSize ?? 10 };
    return PostgresORM.init<PostgreSqlDriver>({ ...common, clientUrl: location.url, driverOptions: { types }, pool });
  }
  const dataDir = 'folder' in location ? location.folder : 'memory://';
  const dump = 'memory' in location ? location.dump : undefined;
  // MikroORM copies its options deeply, which breaks a Blob: with a dump we make the instance, and `asStore` closes it.
  const driverOptions = dump
    ? { pglite: () => PGlite.create({ dataDir, parsers: PARSERS, loadDataDir: dump }) }
    : { dataDir, parsers: PARSERS };
  return PgliteORM.init<PgliteDriver>({ ...common, dbName: 'postgres', driverOptions });
}

async function migrate(orm: ORM, location: StoreLocation): Promise<void> {
  try {
    if ('url' in location) {
      // Processes that start together wait here for the first one. It holds the lock on a connection of its own.
      await orm.em.fork().transactional(async (em) => {
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(em.getKysely());
        await orm.migrator.up();
      });
    } else await orm.migrator.up(); // one connection and, by the folder's lock, one process: nothing to wait for
  } catch (error) {
    await orm.close(true);
    throw new AppError('database-unreachable', `The database at ${nameOf(location)} does not answer: ${reason(error)}`, {
      status: 503,
      cause: error,
      hint:
        'url' in location
          ? 'Check that PostgreSQL 15 or newer runs there and that DATABASE_URL has the right user, password and database.'
          : 'If the folder was written by another version or damaged, move it away; a new one is made at the next start.',
    });
  }
}

/** Node joins the attempts for every address of a host into one error without a message of its own. */
function reason(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof AggregateError ? error.cause : error;
  return inner instanceof AggregateError ? inner.errors.map(messageOf).join('; ') : messageOf(inner);
}

function nameOf(location: StoreLocation): string {
  if ('folder' in location) return location.folder;
  if ('memory' in location) return 'memory';
  return location.url.replace(/\/\/([^:@/]+)(:[^@/]*)?@/, '//$1@');
}

function asStore(orm: ORM, location: StoreLocation, lock: FolderLock | undefined): Store {
  return {
    kind: 'url' in location ? 'PostgreSQL' : 'PGlite',
    db: orm.em.fork().getKysely() as Db,
    transaction: (work) => orm.em.fork().transactional((em) => work(em.getKysely() as Db)),
    ping: async () => {
      await sql`select 1`.execute(orm.em.fork().getKysely());
    },
    dumpMemory: async () => {
      const client: unknown = await orm.em.getConnection().getNativeClient();
      if (client instanceof PGlite) return client.dumpDataDir('none');
      throw new AppError('not-in-memory', 'Only an in-memory store can be dumped');
    },
    close: async () => {
      const client: unknown = await orm.em.getConnection().getNativeClient();
      await orm.close(true);
      if (client instanceof PGlite && !client.closed) await client.close();
      await lock?.release();
    },
  };
}
