import { Migration20261121First } from './migration-20261121-first.ts';
import { Migration20261122Activation } from './migration-20261122-activation.ts';
import { Migration20261122Recorded } from './migration-20261122-recorded.ts';

/** Every schema change, oldest first. They only go forward. */
export const MIGRATIONS = [
  { name: '20261121-first', class: Migration20261121First },
  { name: '20261122-activation', class: Migration20261122Activation },
  { name: '20261122-recorded', class: Migration20261122Recorded },
];
