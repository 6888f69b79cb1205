import type { Consents, LeadEvent } from '@tendril/events';
import { DAY, type Random, seededRandom } from '@tendril/kernel';
import type { Population, PopulationLead, Stratum } from '../src/index.ts';

export const TAKEN_AT = new Date('2026-06-01T09:30:00Z');

const INDUSTRIES = ['clinics', 'retail', 'logistics', 'hospitality', 'other'];
const PATHS = ['/', '/pricing', '/pricing/calculator', '/clinics', '/forecasting', '/integrations', '/careers', '/blog'];
const EVENTS: readonly (readonly [type: string, weight: number])[] = [
  ['page_viewed', 0.7],
  ['form_submitted', 0.05],
  ['content_downloaded', 0.06],
  ['webinar_registered', 0.03],
  ['webinar_attended', 0.03],
  ['message_clicked', 0.06],
  ['trial_started', 0.01],
  ['app_opened', 0.05],
  ['deal_lost', 0.01],
];

/** Leads of the sample company, of no baseline: so many, with so many events each in the last 60 days, from a seed. */
export function larkfieldPopulation(leads: number, eventsEach: number, total = leads): Population {
  const random = seededRandom(42);
  const strata: Stratum[] = [
    { name: 'stage awareness', total: total - Math.floor(total / 4), sampled: leads - Math.floor(leads / 4) },
    { name: 'stage consideration', total: Math.floor(total / 4), sampled: Math.floor(leads / 4) },
  ];
  return {
    takenAt: TAKEN_AT,
    total,
    strata,
    leads: Array.from({ length: leads }, (_, at) => leadOf(at, at < strata[0]!.sampled ? 0 : 1, eventsEach, random)),
  };
}

function leadOf(at: number, stratum: number, events: number, random: Random): PopulationLead {
  const id = `lead-${String(at + 1).padStart(5, '0')}`;
  const consents: Record<string, 'granted' | 'denied'> = {};
  for (const topic of ['guides', 'product']) if (random() < 0.6) consents[`email:${topic}`] = random() < 0.9 ? 'granted' : 'denied';
  return {
    id,
    stratum,
    zone: 'Europe/Berlin',
    attributes: { firstName: 'Lead', industry: pick(INDUSTRIES, random), seniority: pick(['executive', 'manager', 'staff'], random), role: pick(['operations', 'people', 'other'], random) },
    account: { id: `account-${at % 1000}`, attributes: { employees: Math.floor(random() * 400), sites: Math.floor(random() * 6) } },
    stage: stratum === 0 ? 'awareness' : 'consideration',
    consents: consents satisfies Consents,
    channels: random() < 0.95 ? ['email'] : [],
    suppressed: random() < 0.02 ? { email: 'bounced' } : {},
    events: Array.from({ length: events }, () => eventOf(random)).sort((a, b) => a.at.getTime() - b.at.getTime()),
    enrolments: [],
    touchpoints: [],
  };
}

function eventOf(random: Random): LeadEvent {
  let left = random();
  const [type] = EVENTS.find(([, weight]) => (left -= weight) < 0) ?? ['page_viewed'];
  const at = new Date(TAKEN_AT.getTime() - Math.floor(random() * 60 * DAY));
  return { type, at, properties: type === 'page_viewed' ? { path: pick(PATHS, random) } : {} };
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!;
}
