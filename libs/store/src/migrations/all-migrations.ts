import { Migration20261121First } from './migration-20261121-first.ts';
import { Migration20261122Activation } from './migration-20261122-activation.ts';
import { Migration20261122DueEvents } from './migration-20261122-due-events.ts';
import { Migration20261122Digests } from './migration-20261122-digests.ts';
import { Migration20261122BrowserKeys } from './migration-20261122-browser-keys.ts';
import { Migration20261122Quarantine } from './migration-20261122-quarantine.ts';
import { Migration20261122Identity } from './migration-20261122-identity.ts';
import { Migration20261122Operations } from './migration-20261122-operations.ts';
import { Migration20261122Recorded } from './migration-20261122-recorded.ts';
import { Migration20261122Webhooks } from './migration-20261122-webhooks.ts';

/** Every schema change, oldest first. They only go forward. */
export const MIGRATIONS = [
  { name: '20261121-first', class: Migration20261121First },
  { name: '20261122-activation', class: Migration20261122Activation },
  { name: '20261122-recorded', class: Migration20261122Recorded },
  { name: '20261122-due-events', class: Migration20261122DueEvents },
  { name: '20261122-digests', class: Migration20261122Digests },
  { name: '20261122-browser-keys', class: Migration20261122BrowserKeys },
  { name: '20261122-quarantine', class: Migration20261122Quarantine },
  { name: '20261122-webhooks', class: Migration20261122Webhooks },
  { name: '20261122-identity', class: Migration20261122Identity },
  { name: '20261122-operations', class: Migration20261122Operations },
];
