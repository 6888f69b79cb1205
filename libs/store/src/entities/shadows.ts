import { defineEntity, p } from '@mikro-orm/core';

/** A rule of the active rulebook that is a draft, and since when it is one. */
export const DraftEntity = defineEntity({
  name: 'Draft',
  tableName: 'draft',
  properties: {
    rule: p.text().primary(),
    since: p.datetime(3),
  },
});

/** What a draft answers about a lead: a row while a segment holds, and the score of a model. Nothing live reads it. */
export const ShadowAnswerEntity = defineEntity({
  name: 'ShadowAnswer',
  tableName: 'shadow_answer',
  properties: {
    lead: p.uuid().primary(),
    rule: p.text().primary(),
    /** Thousandths of a point; null for a segment. */
    milli: p.integer().nullable(),
    grade: p.text().nullable(),
    since: p.datetime(3),
  },
  indexes: [{ properties: ['rule', 'lead'] }],
});

/** A touch that a draft journey would have planned. It is no touchpoint: nothing gates or sends it. */
export const ShadowTouchEntity = defineEntity({
  name: 'ShadowTouch',
  tableName: 'shadow_touch',
  properties: {
    programme: p.text().primary(),
    lead: p.uuid().primary(),
    entry: p.integer().primary(),
    step: p.text().primary(),
    visit: p.integer().primary(),
    version: p.integer(),
    channel: p.text(),
    content: p.text(),
    plannedAt: p.datetime(3),
    rulebook: p.text(),
  },
  indexes: [{ properties: ['lead'] }],
});

/** When a lead must be looked at for the drafts alone: an event that only they read, or time. Apart from `due` and `lead_state.next_at`, which drafts must not touch. */
export const ShadowDueEntity = defineEntity({
  name: 'ShadowDue',
  tableName: 'shadow_due',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    lead: p.uuid(),
    at: p.datetime(3),
    /** `seq` of the event that it is about, which only drafts read; null for other causes. */
    event: p.bigint('number').nullable(),
  },
  indexes: [{ properties: ['lead'] }, { properties: ['at'] }],
});
