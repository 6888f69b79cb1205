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
  },
  indexes: [{ properties: ['account'] }],
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
