import type { LeadEvent } from '@tendril/events';
import { DAY, type JsonObject, MINUTE, type Random, seededRandom } from '@tendril/kernel';
import { ACCOUNT_ATTRIBUTES, drawAttributes, LEAD_ATTRIBUTES } from './attributes.ts';

/** The moment at which benches with a clock of their own begin. Everything that they make up happened before. */
export const BEGIN = new Date('2026-06-08T09:30:00Z');

/** Events a lead. */
export const EVENTS_PER_LEAD = 10;

const PAGES = ['/about', '/clinics', '/retail', '/pricing', '/integrations', '/guides', '/blog', '/careers', '/security', '/demo'];
const DAYS = 120;

/** What leads do: type, how often in a hundred, and the property that it has. */
const KINDS: readonly (readonly [type: string, share: number, properties: (random: Random) => JsonObject])[] = [
  ['page_viewed', 60, (random) => ({ path: PAGES[Math.floor(random() * PAGES.length)] ?? '' })],
  ['video_watched', 12, () => ({})],
  ['app_opened', 12, () => ({})],
  ['content_downloaded', 8, (random) => ({ asset: `guide-${Math.floor(random() * 5)}` })],
  ['form_submitted', 5, (random) => ({ form: random() < 0.5 ? 'contact' : 'demo' })],
  ['webinar_attended', 3, (random) => ({ minutes: Math.floor(random() * 60) })],
];

export const EVENT_TYPES: readonly string[] = KINDS.map(([type]) => type);

/** A lead that benches make up: always the same for its number, whatever others there are. */
export interface BenchLead {
  readonly id: string;
  /** Number of its account; every second lead has none. */
  readonly account: number | null;
  readonly attributes: JsonObject;
  /** Oldest first. */
  readonly events: readonly LeadEvent[];
}

/** Ids that sort as the numbers do, as ids made one after the other would. */
export const leadId = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const accountId = (n: number): string => `00000000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`;

/** The n-th lead, from 0. */
export function leadAt(n: number): BenchLead {
  return { id: leadId(n), account: n % 2 === 0 ? null : n >> 2, attributes: attributesAt(n), events: eventsAt(n) };
}

export function attributesAt(n: number): JsonObject {
  return drawAttributes(LEAD_ATTRIBUTES, seededRandom(Math.imul(n + 1, 0x9e37_79b1)));
}

/** What the n-th lead did in the 120 days before `begin`, oldest first. */
export function eventsAt(n: number, begin = BEGIN): LeadEvent[] {
  return Array.from({ length: EVENTS_PER_LEAD }, (_, i) => eventAt(n, i, begin)).sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Its i-th event, from 0: within 30 days from the (10 · i)-th day on, so that events of all leads by i are about in order of time. */
export function eventAt(n: number, i: number, begin: Date): LeadEvent {
  const random = seededRandom(Math.imul(n * EVENTS_PER_LEAD + i + 1, 0xc2b2_ae35));
  const daysAgo = DAYS - i * 10 - random() * 30;
  return drawEvent(random, begin.getTime() - MINUTE * Math.ceil((daysAgo * DAY) / MINUTE));
}

/** The n-th account's attributes, from 0. */
export function accountAt(n: number): JsonObject {
  return drawAttributes(ACCOUNT_ATTRIBUTES, seededRandom(Math.imul(n + 1, 0x85eb_ca6b)));
}

/** One thing that a lead does at a moment. */
export function drawEvent(random: Random, at: number): LeadEvent {
  let place = random() * 100;
  const [type, , properties] = KINDS.find(([, share]) => (place -= share) < 0) ?? KINDS[0]!;
  return { type, at: new Date(at), properties: properties(random) };
}
