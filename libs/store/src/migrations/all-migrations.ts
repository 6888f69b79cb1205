import { Migration20261121First } from './migration-20261121-first.ts';

/** Every schema change, oldest first. They only go forward. */
export const MIGRATIONS = [{ name: '20261121-first', class: Migration20261121First }];
