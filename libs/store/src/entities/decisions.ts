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
    /** `seq` of the event that it is about, which is not in the lead's digest yet; null for other causes. */
    event: p.bigint('number').nullable(),
    /** For what a decision caused: the chain of causes before it, so that no chain goes round for ever. Null for what came from outside. */
    after: p.json<readonly string[]>().nullable(),
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
    /** Scores and segments once more, as JSON in one text: what an evaluation reads of them. `score` and `membership` are for finding leads. */
    answers: p.text().nullable(),
  },
  indexes: [{ name: 'lead_state_next_at', properties: ['nextAt'], where: 'next_at is not null' }, { properties: ['stage'] }],
});

/**
 * What a fact plan needs of a lead's events, as JSON in one text. For the active plan it holds every stored event of the plan's
 * types but those that a row of `due` or `shadow_due` still names; a lead without a row is read anew from its events.
 */
export const FactStateEntity = defineEntity({
  name: 'FactState',
  tableName: 'fact_state',
  properties: {
    lead: p.uuid().primary(),
    plan: p.text().primary(),
    digest: p.text(),
    /** Made before the plan is active, from the events up to this one. */
    upto: p.bigint('number').nullable(),
  },
});

/** Counters of a lead's deleted events: what every digest that is made from its events begins with. */
export const GoneEventsEntity = defineEntity({
  name: 'GoneEvents',
  tableName: 'gone_events',
  properties: {
    lead: p.uuid().primary(),
    /** A digest without events, as JSON in one text. */
    older: p.text(),
  },
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
    /** Key of its fact plan. */
    plan: p.text().nullable(),
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
