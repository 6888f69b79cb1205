import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { MikroORM as PgliteORM } from '@mikro-orm/pglite';
import { MikroORM as PostgresORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { ENTITIES } from './database.ts';
import { MIGRATIONS } from './migrations/all-migrations.ts';
import { openStore } from './open-store.ts';
import { openTestStore } from './testing.ts';

const store = await openTestStore();
afterAll(() => store.close());

describe('the schema', () => {
  it('is the same in the migrations as in the entities', async () => {
    const migrations = { migrationsList: MIGRATIONS, tableName: 'migration' };
    const orm = store.url
      ? await PostgresORM.init({ entities: [...ENTITIES], clientUrl: store.url, migrations })
      : await PgliteORM.init({
          entities: [...ENTITIES],
          dbName: 'postgres',
          migrations,
          driverOptions: { pglite: () => store.dumpMemory().then((dump) => PGlite.create({ loadDataDir: dump })) },
        });
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false, dropTables: false })).toBe('');
    await orm.close();
  });

  it('gives instants as Date and counts as number from both databases', async () => {
    const { rows } = await sql<{ at: Date; n: number }>`select timestamptz '2026-03-29T01:00:00.123Z' as at, count(*) as n from lead`.execute(store.db);
    expect(rows).toEqual([{ at: new Date('2026-03-29T01:00:00.123Z'), n: 0 }]);
  });
});

describe('transaction', () => {
  it('keeps nothing when the work throws', async () => {
    const work = store.transaction(async (db) => {
      await db.insertInto('setting').values({ name: 'x', value: 'true', at: new Date(0) }).execute();
      throw new TypeError('on purpose');
    });
    await expect(work).rejects.toThrow('on purpose');
    expect(await store.db.selectFrom('setting').selectAll().execute()).toEqual([]);
  });
});

describe('a wrong place', () => {
  it('that does not answer is named without its password, with what to do', async () => {
    const open = openStore({ url: 'postgres://ops:hunter2@127.0.0.1:1/tendril' });
    await expect(open).rejects.toMatchObject({ code: 'database-unreachable', hint: expect.stringContaining('DATABASE_URL') });
    await expect(open).rejects.toThrow(/postgres:\/\/ops@127.0.0.1:1\/tendril/);
    await expect(open).rejects.not.toThrow(/hunter2/);
  });

  it('that another process has open is refused, and a lock of a dead process is taken over', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'tendril-'));
    const folder = join(parent, 'data');
    await writeFile(`${folder}.lock`, String(process.ppid));
    await expect(openStore({ folder })).rejects.toMatchObject({ code: 'folder-in-use' });
    await writeFile(`${folder}.lock`, '999999999');
    const opened = await openStore({ folder });
    await opened.close();
    await rm(parent, { recursive: true });
  });
});
