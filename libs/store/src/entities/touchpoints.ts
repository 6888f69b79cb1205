import { defineEntity, p } from '@mikro-orm/core';
import type { JsonObject } from '@tendril/kernel';
import type { GateAnswer, TouchpointState } from '@tendril/touchpoints';

/** One planned contact with one lead on one channel. Its id is a hash of what it is, so it exists once. */
export const TouchpointEntity = defineEntity({
  name: 'Touchpoint',
  tableName: 'touchpoint',
  properties: {
    id: p.text().primary(),
    lead: p.uuid(),
    programme: p.text(),
    version: p.integer(),
    entry: p.integer(),
    step: p.text(),
    visit: p.integer(),
    channel: p.text(),
    content: p.text(),
    state: p.text().$type<TouchpointState>(),
    /** Why it is held, or why it ended without a send; or the vendor's words. */
    reason: p.text().nullable(),
    plannedAt: p.datetime(3),
    /** When dispatch looks at it next. */
    dueAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    /** Database time: until when the claim holds. */
    leaseUntil: p.datetime(3).nullable(),
    /** Counts claims; a sender whose fence is not the row's has lost it. */
    fence: p.integer().default(0),
    attempt: p.integer().default(0),
    connector: p.text().nullable(),
    addressHash: p.text().nullable(),
    vendorRef: p.text().nullable(),
    consent: p.text().nullable(),
    /** The rulebook that planned it. */
    rulebook: p.text(),
    /** The rulebook that the gate last asked, whose words the message has; null before the gate was asked. */
    gatedRulebook: p.text().nullable(),
    because: p.json<JsonObject>(),
    answers: p.json<readonly GateAnswer[]>().nullable(),
    sentAt: p.datetime(3).nullable(),
    deliveredAt: p.datetime(3).nullable(),
    openedAt: p.datetime(3).nullable(),
    clickedAt: p.datetime(3).nullable(),
    repliedAt: p.datetime(3).nullable(),
    bouncedAt: p.datetime(3).nullable(),
    complainedAt: p.datetime(3).nullable(),
  },
  uniques: [{ properties: ['programme', 'lead', 'entry', 'step', 'visit'] }],
  indexes: [
    { name: 'touchpoint_due', properties: ['dueAt'], where: "state in ('planned', 'held')" },
    { name: 'touchpoint_lease', properties: ['leaseUntil'], where: "state in ('claimed', 'sending')" },
    { name: 'touchpoint_unknown', properties: ['sentAt'], where: "state = 'unknown'" },
    { name: 'touchpoint_vendor_ref', properties: ['connector', 'vendorRef'], where: 'vendor_ref is not null' },
    { properties: ['lead', 'plannedAt'] },
    { properties: ['plannedAt', 'id'] },
  ],
});

/** A vendor's word that was heard: the same id counts once. */
export const InboxEntity = defineEntity({
  name: 'Inbox',
  tableName: 'inbox',
  properties: {
    connector: p.text().primary(),
    id: p.text().primary(),
    receivedAt: p.datetime(3),
  },
});
