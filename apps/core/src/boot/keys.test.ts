import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '@tendril/flows';
import { ManualClock, sha256 } from '@tendril/kernel';
import { addKey, type Store } from '@tendril/store';
import { openTestStore } from '@tendril/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstKey, keyCheck, newKey } from './keys.ts';
import { readSettings, type Settings } from './settings.ts';

let store: Store;
let world: World;
let folder = '';
let settings: Settings;
const clock = new ManualClock('2026-03-02T09:00:00Z');

beforeEach(async () => {
  store = await openTestStore();
  world = on('PGlite');
  folder = mkdtempSync(join(tmpdir(), 'keys-'));
  settings = readSettings({ TENDRIL_DATA: join(folder, 'data') }, folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Keys ask the world for nothing but its store and its clock. */
const on = (kind: Store['kind']): World => ({ store: { ...store, kind }, clock }) as unknown as World;

describe('a key', () => {
  it('is kept as the hash of its secret, and is known again by its text', async () => {
    const { text, stored } = newKey('website', ['events:write']);
    expect(text).toBe(`tdl_${stored.id}_${text.split('_').slice(2).join('_')}`);
    expect(stored.hash).toBe(sha256(text.slice(`tdl_${stored.id}_`.length)));
    await addKey(store.db, stored, clock.now());
    expect(await keyCheck(world)(text)).toEqual(stored);
  });

  it('is never the same twice', () => {
    expect(newKey('a', []).text).not.toBe(newKey('a', []).text);
  });

  it('is refused in the same way whether its id or its secret is wrong', async () => {
    const [one, other] = [newKey('one', ['admin']), newKey('other', ['operations'])];
    await addKey(store.db, one.stored, clock.now());
    await addKey(store.db, other.stored, clock.now());
    const secretOf = ({ text, stored }: typeof one): string => text.slice(`tdl_${stored.id}_`.length);
    for (const text of [
      `tdl_${one.stored.id}_${secretOf(other)}`,
      `tdl_${'0'.repeat(12)}_${secretOf(one)}`,
      `tdl_${one.stored.id}_${secretOf(one)}x`,
      `tdl_${one.stored.id}_`,
      `tdl_${one.stored.id}_${one.stored.hash.slice(0, 43)}`,
      secretOf(one),
      '',
    ]) {
      expect(await keyCheck(world)(text)).toBeUndefined();
    }
  });
});

describe('the first key of an install', () => {
  it('on the embedded database is an admin key in a file that only its owner reads, told again at every start', async () => {
    const text = await firstKey(world, settings);
    const file = join(settings.dataFolder, 'admin-key');
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await keyCheck(world)(text ?? '')).toMatchObject({ scopes: ['admin'] });
    expect(await firstKey(world, settings)).toBe(text);
    rmSync(file);
    expect(await firstKey(world, settings)).toBeUndefined();
  });

  it('on PostgreSQL is told once and kept nowhere', async () => {
    const text = await firstKey(on('PostgreSQL'), settings);
    expect(await keyCheck(world)(text ?? '')).toMatchObject({ scopes: ['admin'] });
    expect(() => statSync(settings.dataFolder)).toThrow('ENOENT');
    expect(await firstKey(on('PostgreSQL'), settings)).toBeUndefined();
  });
});
