import { DAY, MINUTE, seededRandom } from '@tendril/kernel';
import { formatBaseline, type Population, type PopulationLead } from '@tendril/plan';
import type { RuleSource } from '@tendril/rulebook';

const DAYS = 60;
const TAKEN_AT = new Date('2026-06-08T09:30:00Z');

const PAGES = ['/about', '/clinics', '/retail', '/pricing', '/integrations/payroll', '/forecasting/shops', '/guides', '/blog/planning-a-week', '/careers', '/security'];
const INDUSTRIES = ['clinics', 'retail', 'logistics', 'hospitality', 'other'];
const SENIORITIES = ['executive', 'director', 'manager', 'staff'];
const TOPICS = ['guides', 'product', 'events'];

/** What leads of the sample company do, and how often in a thousand. */
const EVENTS: readonly (readonly [type: string, share: number, properties: Readonly<Record<string, readonly (string | number)[]>>])[] = [
  ['page_viewed', 800, { path: PAGES }],
  ['content_downloaded', 60, { asset: ['no-shows', 'forecasting', 'rotas'] }],
  ['form_submitted', 50, { form: ['newsletter', 'guide', 'contact', 'demo'] }],
  ['webinar_registered', 30, { webinar: ['no-shows-live'] }],
  ['webinar_attended', 20, { webinar: ['no-shows-live'], minutes: [10, 35, 50] }],
  ['app_opened', 25, {}],
  ['message_clicked', 10, {}],
  ['trial_started', 3, {}],
  ['demo_booked', 2, {}],
];

/**
 * A baseline of so many leads of the sample company, always the same: each did 30 things in the last 60 days, half of them are
 * alone, the others in accounts of two.
 */
export function manyLeads(count: number): RuleSource[] {
  const random = seededRandom(20_261_122);
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item;
  const some = (share: number): boolean => random() < share;
  const happened = (at: number): PopulationLead['events'][number] => {
    let place = random() * 1000;
    const [type, , properties] = EVENTS.find(([, share]) => (place -= share) < 0) ?? EVENTS[0]!;
    return { type, at: new Date(at), properties: Object.fromEntries(Object.entries(properties).map(([name, values]) => [name, pick(values)])) };
  };
  const accounts = Array.from({ length: Math.ceil(count / 4) }, (_, at) => ({
    id: `account-${String(at + 1).padStart(5, '0')}`,
    attributes: { industry: pick(INDUSTRIES), employees: 10 + Math.floor(random() * 800), sites: 1 + Math.floor(random() * 20), country: pick(['DE', 'GB', 'IE', 'NL']) },
  }));
  const lead = (_: unknown, at: number): PopulationLead => {
    const times = Array.from({ length: 30 }, () => TAKEN_AT.getTime() - MINUTE * Math.floor((random() * DAYS * DAY) / MINUTE));
    return {
      id: `lead-${String(at + 1).padStart(5, '0')}`,
      stratum: 0,
      zone: some(0.3) ? pick(['Europe/Berlin', 'Europe/Dublin']) : null,
      attributes: { firstName: '(personal)', industry: pick(INDUSTRIES), seniority: pick(SENIORITIES), role: pick(['operations', 'clinical', 'people', 'finance', 'it', 'general']), country: pick(['DE', 'GB', 'IE', 'NL']) },
      account: at % 2 === 0 ? null : (accounts[at >> 2] ?? null),
      stage: null,
      consents: Object.fromEntries(TOPICS.filter(() => some(0.7)).map((topic) => [`email:${topic}`, some(0.9) ? ('granted' as const) : ('denied' as const)])),
      channels: some(0.9) ? ['email'] : [],
      suppressed: {},
      events: times.sort((a, b) => a - b).map(happened),
      enrolments: [],
      touchpoints: [],
    };
  };
  const population: Population = { takenAt: TAKEN_AT, total: count, strata: [{ name: 'everybody', total: count, sampled: count }], leads: Array.from({ length: count }, lead) };
  const eventTypes = [...EVENTS.map(([type]) => type), 'deal_won', 'deal_lost', 'message_replied'].sort();
  return formatBaseline(population, { size: count, rulebook: 'bench', eventTypes, eventsPerLead: 200, cutLeads: 0, replaced: [] });
}
