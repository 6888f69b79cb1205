import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '@tendril/flows';
import { sha256 } from '@tendril/kernel';
import { addFirstKey, type BrowserKey, findKeys, type StoredKey } from '@tendril/store';
import { gathered } from './gathered.ts';
import type { Settings } from './settings.ts';

/** What a key may do. `admin` may do everything. */
export const SCOPES = [
  'admin',
  'events:write',
  'leads:read',
  'leads:write',
  'campaigns:read',
  'campaigns:write',
  'imports:write',
  'rules:read',
  'rules:write',
  'baseline:read',
  'webhooks:write',
  'operations',
] as const;

export type Scope = (typeof SCOPES)[number];

/** A new key: what its owner is told, once, and what is kept of it. */
export function newKey(name: string, scopes: readonly Scope[], browser: BrowserKey | null = null): { readonly text: string; readonly stored: StoredKey } {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { text: `tdl_${id}_${secret}`, stored: { id, hash: sha256(secret), name, scopes, browser } };
}

/** Finds the stored key that a text is; undefined when it is none. */
export type CheckKey = (text: string) => Promise<StoredKey | undefined>;

/**
 * Checks keys against the database, for all who ask at the same moment at once: one query each was a third of a single event's
 * cost. It takes the same time whether the id or the secret is wrong.
 */
export function keyCheck({ store }: Pick<World, 'store'>): CheckKey {
  const find = gathered((ids) => findKeys(store.db, ids));
  return async (text) => {
    const [, id, secret] = /^tdl_([0-9a-f]{12})_([\w-]{43})$/.exec(text) ?? [];
    const stored = id === undefined ? undefined : await find(id);
    const same = timingSafeEqual(Buffer.from(sha256(secret ?? ''), 'hex'), Buffer.from(stored?.hash ?? sha256('no key'), 'hex'));
    return same ? stored : undefined;
  };
}

/** File in the data folder of an embedded install that holds the first admin key, for the command line on the same machine. */
const keyFile = (settings: Settings): string => join(settings.dataFolder, 'admin-key');

/**
 * A fresh install gets one admin key, returned here once. On the embedded database it is kept in a file that only its owner
 * may read, so that the next start can tell it again; on PostgreSQL it is not kept anywhere.
 */
export async function firstKey(world: World, settings: Settings): Promise<string | undefined> {
  const embedded = world.store.kind === 'PGlite';
  const { text, stored } = newKey('first admin key', ['admin']);
  const added = await world.store.transaction((db) => addFirstKey(db, stored, world.clock.now()));
  if (!added) return embedded ? readFile(keyFile(settings), 'utf8').catch(() => undefined) : undefined;
  if (embedded) {
    await mkdir(settings.dataFolder, { recursive: true });
    await writeFile(keyFile(settings), text, { mode: 0o600 });
  }
  return text;
}
