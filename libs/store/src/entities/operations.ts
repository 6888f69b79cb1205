import { defineEntity, p } from '@mikro-orm/core';
import type { Json, JsonObject } from '@tendril/kernel';

/** Long work with a cursor and progress: claimed like everything else, resumed by any process. */
export const RunEntity = defineEntity({
  name: 'Run',
  tableName: 'run',
  properties: {
    id: p.uuid().primary(),
    kind: p.text(),
    title: p.text(),
    state: p.text().$type<'waiting' | 'running' | 'done' | 'failed' | 'cancelled'>(),
    input: p.json<JsonObject>(),
    cursor: p.integer().default(0),
    done: p.integer().default(0),
    total: p.integer().default(0),
    counts: p.json<Readonly<Record<string, number>>>().default('{}'),
    message: p.text().nullable(),
    leaseUntil: p.datetime(3).nullable(),
    fence: p.integer().default(0),
    createdAt: p.datetime(3),
    startedAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
  },
  indexes: [{ name: 'run_open', properties: ['createdAt'], where: "state in ('waiting', 'running')" }],
});

/** A part of a run that any process may do: the leads from `first` to `last`. Gone when it is done. */
export const RunPartEntity = defineEntity({
  name: 'RunPart',
  tableName: 'run_part',
  properties: {
    run: p.uuid().primary(),
    n: p.integer().primary(),
    first: p.uuid(),
    last: p.uuid(),
    leads: p.integer(),
  },
});

/** Rows of an uploaded CSV that wait to be imported. Gone when the import is done. */
export const ImportBatchEntity = defineEntity({
  name: 'ImportBatch',
  tableName: 'import_batch',
  properties: {
    run: p.uuid().primary(),
    n: p.integer().primary(),
    rows: p.json<readonly { line: number; record: Readonly<Record<string, string>> }[]>(),
  },
});

/** A CSV row that could not be imported, and why. */
export const ImportRejectEntity = defineEntity({
  name: 'ImportReject',
  tableName: 'import_reject',
  properties: {
    run: p.uuid().primary(),
    line: p.integer().primary(),
    reason: p.text(),
  },
});

/** What a key that everybody can read in a page's source is bound to. */
export interface BrowserKey {
  /** The only source that it may name in events, so that it cannot take another system's keys. */
  readonly source: string;
  /** Where pages that use it come from, such as `https://www.larkfield.example`. */
  readonly origins: readonly string[];
}

/** An API key: hashed at rest, shown once. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.text().primary(),
    hash: p.text(),
    name: p.text(),
    scopes: p.json<readonly string[]>(),
    /** Of a key that stands in a page's source: what it may say, and from where. */
    browser: p.json<BrowserKey>().nullable(),
    createdAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
  },
});

/** The answer to a request that carried an Idempotency-Key. */
export const IdempotencyEntity = defineEntity({
  name: 'Idempotency',
  tableName: 'idempotency',
  properties: {
    key: p.text().primary(),
    bodyHash: p.text(),
    /** Null while the first request still runs. */
    status: p.integer().nullable(),
    answer: p.json<Json>().nullable(),
    at: p.datetime(3),
  },
});
