import { defineEntity, p } from '@mikro-orm/core';
import type { JsonObject } from '@tendril/kernel';

/** A company; its leads are the buying committee. */
export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    id: p.uuid().primary(),
    domain: p.text().unique(),
    attributes: p.json<JsonObject>().default('{}'),
  },
});

/** A person that may buy. `attributes` is a projection of the lead's `lead_updated` events. */
export const LeadEntity = defineEntity({
  name: 'Lead',
  tableName: 'lead',
  properties: {
    id: p.uuid().primary(),
    account: p.uuid().nullable(),
    attributes: p.json<JsonObject>().default('{}'),
    /** When the newest attribute change happened: an older one arriving late does not overwrite newer values. */
    attributesAt: p.datetime(3).nullable(),
    zone: p.text().nullable(),
    createdAt: p.datetime(3),
    erasedAt: p.datetime(3).nullable(),
    /** The lead that it is part of now: always a root, which is part of none. Follows from `lead_merge`. */
    mergedInto: p.uuid().nullable(),
  },
  indexes: [{ properties: ['account'] }, { name: 'lead_merged_into', properties: ['mergedInto'], where: 'merged_into is not null' }],
});

/** A lead turned out to be the same person as another: what said so, or who, and when that was undone. */
export const LeadMergeEntity = defineEntity({
  name: 'LeadMerge',
  tableName: 'lead_merge',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    lead: p.uuid(),
    into: p.uuid().fieldName('into_lead'),
    at: p.datetime(3),
    /** The event that named both; null when a person said so. */
    source: p.text().nullable(),
    key: p.text().nullable(),
    /** The API key of the person; null when an event said so. */
    by: p.text().nullable(),
    reason: p.text().nullable(),
    undoneAt: p.datetime(3).nullable(),
    undoneBy: p.text().nullable(),
    undoneReason: p.text().nullable(),
  },
  indexes: [{ properties: ['lead'] }, { properties: ['into'] }],
});

/** Attributes of an account that were told without a lead. Numbered by the sequence of events, which tell them too: the newest word counts. */
export const AccountChangeEntity = defineEntity({
  name: 'AccountChange',
  tableName: 'account_change',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    domain: p.text(),
    attributes: p.json<JsonObject>(),
    receivedAt: p.datetime(3),
    by: p.text(),
  },
  indexes: [{ properties: ['domain'] }],
});

/** How a lead is named from outside: its id at the company, an e-mail address, a phone number, an anonymous id. */
export const IdentityEntity = defineEntity({
  name: 'Identity',
  tableName: 'identity',
  properties: {
    kind: p.text().primary(),
    value: p.text().primary(),
    lead: p.uuid(),
    at: p.datetime(3),
  },
  indexes: [{ properties: ['lead'] }],
});

/** Where a lead can be reached on a channel. */
export const AddressEntity = defineEntity({
  name: 'Address',
  tableName: 'address',
  properties: {
    lead: p.uuid().primary(),
    channel: p.text().primary(),
    value: p.text(),
    /** `addressHash` of channel and value: what suppressions are kept by. */
    hash: p.text(),
    at: p.datetime(3),
  },
  indexes: [{ properties: ['hash'] }],
});

/** Something that happened to a lead. Immutable; the same (source, key) is kept once. */
export const EventEntity = defineEntity({
  name: 'Event',
  tableName: 'event',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    lead: p.uuid(),
    source: p.text(),
    key: p.text(),
    type: p.text(),
    occurredAt: p.datetime(3),
    receivedAt: p.datetime(3),
    /** Domain of the account that the event named: with the events' order it says who belonged where, at any time. */
    account: p.text().nullable(),
    properties: p.json<JsonObject>(),
  },
  uniques: [{ properties: ['source', 'key'] }],
  indexes: [
    { properties: ['lead', 'type', 'occurredAt'] },
    { name: 'event_account', properties: ['account'], where: "account is not null" },
  ],
});

/** An event that its source may not send yet: kept aside as it was sent, until it is released. Rules see nothing of it. */
export const QuarantineEntity = defineEntity({
  name: 'Quarantine',
  tableName: 'quarantine',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    source: p.text(),
    key: p.text(),
    at: p.datetime(3),
    body: p.json<JsonObject>(),
    code: p.text(),
    reason: p.text(),
    receivedAt: p.datetime(3),
  },
  uniques: [{ properties: ['source', 'key'] }],
});

/** What a lead allowed, by channel and topic. Append-only: the newest row counts. */
export const ConsentEntity = defineEntity({
  name: 'Consent',
  tableName: 'consent',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    lead: p.uuid(),
    channel: p.text(),
    /** `*` stands for every topic. */
    topic: p.text(),
    state: p.text().$type<'granted' | 'denied'>(),
    basis: p.text(),
    wording: p.text(),
    evidence: p.text(),
    source: p.text(),
    /** When the lead said it. */
    at: p.datetime(3),
    /** When we heard of it. */
    recordedAt: p.datetime(3),
  },
  indexes: [{ properties: ['lead', 'channel', 'topic', 'seq'] }],
});

/** An address that must never be contacted on a channel, and why. Kept by hash, so that it survives erasure and re-import. */
export const SuppressionEntity = defineEntity({
  name: 'Suppression',
  tableName: 'suppression',
  properties: {
    channel: p.text().primary(),
    hash: p.text().primary(),
    reason: p.text(),
    at: p.datetime(3),
  },
});
