import { NEVER_EVALUATED } from '@tendril/decisions';
import { DAY } from '@tendril/kernel';
import { type Evaluation, type Journey, type LeadFacts, NO_TOUCHES, type Rulebook } from '@tendril/rulebook';
import type { Campaign, LeadChanges, LeadSnapshot } from '../src/types.ts';

export const MONDAY = new Date('2026-03-02T09:00:00Z');

/** A moment so many 24-hour days after Monday. */
export function day(count: number): Date {
  return new Date(MONDAY.getTime() + count * DAY);
}

/** A rulebook whose only rule is that the lead's attributes name its segments and stage. */
export function rulebookOf(journeys: readonly Journey[], parts: Partial<Rulebook> = {}): Rulebook {
  return {
    hash: 'hash-1',
    sources: [],
    trackingPlan: { attributes: {}, account: {}, events: {} },
    policies: { company: { name: '', postalAddress: '', website: '' }, topics: {}, holdout: { share: 0, salt: '' } },
    stages: [],
    regression: 'never',
    models: [],
    segments: [],
    journeys,
    content: [],
    connectors: [],
    eventTypes: [],
    reads: { touchpoints: false, accounts: false, accountCounts: [], transitions: [] },
    evaluate: (leads) => leads.map(evaluateByAttributes),
    ...parts,
  };
}

function evaluateByAttributes({ attributes }: LeadFacts): Evaluation {
  const segments = attributes['segments'];
  return {
    scores: { 'scoring/engagement': { milli: 12_500, grade: 'B' }, 'scoring/fit': { milli: 40_000, grade: null } },
    stage: 'awareness',
    segments: new Set(Array.isArray(segments) ? segments.map(String) : []),
    nextAt: null,
  };
}

/** Enters segments/new, sends content/welcome by email, once. */
export function journeyOf(parts: Partial<Journey> = {}): Journey {
  return {
    id: 'journeys/welcome',
    version: 1,
    status: 'live',
    owner: 'growth',
    title: 'Welcome',
    entry: { segment: 'segments/new' },
    reentry: 'never',
    steps: [{ id: 'hello', touch: 'content/welcome', channel: 'email', expires: '7d' }],
    ...parts,
  };
}

export function campaignOf(parts: Partial<Campaign> = {}): Campaign {
  return {
    id: 'campaigns/spring',
    version: 1,
    include: ['segments/new', 'segments/old'],
    exclude: ['segments/customers'],
    content: 'content/spring',
    channel: 'email',
    expiresAt: null,
    ...parts,
  };
}

/** A lead, never evaluated, that the rules put in these segments. */
export function snapshotOf(segments: readonly string[], parts: Partial<LeadSnapshot> = {}): LeadSnapshot {
  return {
    facts: { id: 'lead-1', attributes: { segments }, account: null, events: [], stage: null, consents: {}, ...NO_TOUCHES },
    state: NEVER_EVALUATED,
    enrolments: [],
    campaigns: [],
    ...parts,
  };
}

/** The lead after its changes were saved, now in other segments if these are given. */
export function after(snapshot: LeadSnapshot, changes: LeadChanges, segments?: readonly string[]): LeadSnapshot {
  return {
    ...snapshot,
    facts: { ...snapshot.facts, ...(segments && { attributes: { segments } }), stage: changes.decision.state.stage },
    state: changes.decision.state,
    enrolments: [...snapshot.enrolments, ...changes.enrolments],
  };
}
