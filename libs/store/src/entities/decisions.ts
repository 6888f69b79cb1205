import { defineEntity, p } from '@mikro-orm/core';
import type { Json, JsonObject } from '@tendril/kernel';

/** A lead that must be looked at, and why. Only inserted by intake; the tick deletes what it read. */
export const DueEntity = defineEntity({
  name: 'Due',
  tableName: 'due',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    lead: p.uuid(),
    cause: p.text(),
  },
  indexes: [{ properties: ['lead'] }],
});

/** What was last decided about a lead. Its row is the lead's lock: ticks, dispatch and opt-outs take it. */
export const LeadStateEntity = defineEntity({
  name: 'LeadState',
  tableName: 'lead_state',
  properties: {
    lead: p.uuid().primary(),
    rulebook: p.text().nullable(),
    evaluatedAt: p.datetime(3).nullable(),
    /** When time alone may change an answer; null for never. */
    nextAt: p.datetime(3).nullable(),
    stage: p.text().nullable(),
    stageSince: p.datetime(3).nullable(),
  },
  indexes: [{ name: 'lead_state_next_at', properties: ['nextAt'], where: 'next_at is not null' }, { properties: ['stage'] }],
});

/** A lead's score in one model, in thousandths of a point. */
export const ScoreEntity = defineEntity({
  name: 'Score',
  tableName: 'score',
  properties: {
    lead: p.uuid().primary(),
    model: p.text().primary(),
    milli: p.integer(),
    grade: p.text().nullable(),
  },
});

/** A lead that is in a segment now. */
export const MembershipEntity = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  properties: {
    lead: p.uuid().primary(),
    segment: p.text().primary(),
    since: p.datetime(3),
  },
  indexes: [{ properties: ['segment', 'lead'] }],
});

/** What changed about a lead, when, and under which rulebook. */
export const TransitionEntity = defineEntity({
  name: 'Transition',
  tableName: 'transition',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    lead: p.uuid(),
    kind: p.text(),
    subject: p.text(),
    from: p.text().fieldName('from_value').nullable(),
    to: p.text().fieldName('to_value').nullable(),
    at: p.datetime(3),
    rulebook: p.text(),
    cause: p.text(),
  },
  indexes: [{ properties: ['lead', 'seq'] }],
});

/** A rulebook that was active once: all its files, so that any past decision can be rebuilt. */
export const RulebookEntity = defineEntity({
  name: 'Rulebook',
  tableName: 'rulebook',
  properties: {
    hash: p.text().primary(),
    gitRevision: p.text().nullable(),
    files: p.json<readonly { path: string; text: string }[]>(),
    createdAt: p.datetime(3),
  },
});

/** Which rulebook decides, since when: the newest row counts, the older ones are the history. */
export const ActiveRulebookEntity = defineEntity({
  name: 'ActiveRulebook',
  tableName: 'active_rulebook',
  properties: {
    seq: p.bigint('number').primary().autoincrement(),
    rulebook: p.text(),
    since: p.datetime(3),
    by: p.text(),
    /** What whoever did it says about it. */
    reason: p.text().nullable(),
    /** For a rollback: the `seq` of the activation that holds again. */
    returnedTo: p.bigint('number').nullable(),
  },
});

/** A campaign made over the API: a one-step programme. Journeys live in the rulebook. */
export const CampaignEntity = defineEntity({
  name: 'Campaign',
  tableName: 'campaign',
  properties: {
    id: p.text().primary(),
    title: p.text(),
    definition: p.json<JsonObject>(),
    status: p.text().$type<'running' | 'cancelled'>(),
    createdAt: p.datetime(3),
    by: p.text(),
  },
});

/** One lead's passage through one programme. */
export const EnrolmentEntity = defineEntity({
  name: 'Enrolment',
  tableName: 'enrolment',
  properties: {
    programme: p.text().primary(),
    lead: p.uuid().primary(),
    entry: p.integer().primary(),
    version: p.integer(),
    at: p.datetime(3),
  },
  indexes: [{ properties: ['lead'] }],
});

/** Small installation-wide values, such as the kill switch. */
export const SettingEntity = defineEntity({
  name: 'Setting',
  tableName: 'setting',
  properties: {
    name: p.text().primary(),
    value: p.json<Json>(),
    at: p.datetime(3),
  },
});
