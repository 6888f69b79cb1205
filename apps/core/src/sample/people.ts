import { DAY, HOUR, type Random, seededRandom } from '@tendril/kernel';
import { bell, chance, pick, weighted, whole } from './draw.ts';
import { FAMILY, GIVEN, type Industry, KINDS, PLACES } from './names.ts';
import { workingTime } from './working-time.ts';

export type Form = 'newsletter' | 'guide' | 'contact' | 'demo';

/** A made-up company that may buy. */
export interface SampleAccount {
  /** Under `.example`, so nothing can reach anybody. */
  readonly domain: string;
  readonly name: string;
  readonly industry: Industry;
  readonly employees: number;
  readonly sites: number;
  readonly country: string;
}

/** A made-up person: what they tell about themselves, and what only the simulation knows. */
export interface SampleLead {
  /** The company's own id, such as `crm-1001`. */
  readonly id: string;
  readonly email: string;
  /** E.164, from the ranges kept for fiction. */
  readonly phone?: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: string;
  readonly seniority: string;
  readonly industry: Industry;
  readonly country: string;
  readonly source: string;
  readonly account: SampleAccount | null;
  /** When they send their first form. */
  readonly arrives: Date;
  readonly form: Form;
  /** Boxes ticked in the form, as `channel:topic`. */
  readonly agrees: readonly string[];
  readonly hidden: HiddenTraits;
}

/** What drives a lead's behaviour. Rules never see it. */
export interface HiddenTraits {
  /** How well the product suits, 0 to 1. */
  readonly fit: number;
  /** How much the lead wants to buy on arrival, 0 to 1. */
  readonly intent: number;
  readonly looksForJob: boolean;
  /** Mail to this address comes back. */
  readonly bounces: boolean;
  /** Opts out of everything by itself, this long after arriving; null for most. */
  readonly leavesAfter: number | null;
}

/** A seed, how many leads, and between when and when they arrive. */
export interface PeopleRequest {
  readonly seed: string;
  readonly leads: number;
  readonly from: Date;
  readonly to: Date;
}

const INDUSTRIES: Readonly<Record<Industry, number>> = { clinics: 30, retail: 27, logistics: 20, hospitality: 12, other: 11 };
const COUNTRIES = { GB: 48, IE: 9, DE: 14, NL: 10, FR: 9, US: 10 } as const;
const ROLES = { operations: 30, clinical: 10, people: 16, finance: 10, it: 10, general: 12, other: 12 } as const;
const SENIORITIES = { executive: 12, director: 18, manager: 40, staff: 30 } as const;
const SOURCES = { search: 38, 'paid-search': 14, referral: 14, webinar: 12, 'trade-fair': 10, social: 12 } as const;
const FORMS: Readonly<Record<Form, number>> = { newsletter: 28, guide: 46, contact: 18, demo: 8 };

/** People and their employers, the same for the same seed. More leads leave the first ones as they were, but for their employers. */
export function samplePeople(request: PeopleRequest): { accounts: SampleAccount[]; leads: SampleLead[] } {
  const named = { clinics: 0, retail: 0, logistics: 0, hospitality: 0, other: 0 };
  const accounts = Array.from({ length: Math.max(1, Math.round(request.leads / 2.4)) }, (_, index) =>
    sampleAccount(seededRandom(`${request.seed}:account:${index}`), named),
  );
  const book = new AddressBook();
  const leads = Array.from({ length: request.leads }, (_, index) => sampleLead(request, index, accounts, book));
  return { accounts, leads };
}

function sampleAccount(random: Random, named: Record<Industry, number>): SampleAccount {
  const industry = weighted(random, INDUSTRIES);
  const name = companyName(industry, named[industry]++);
  const employees = Math.round(8 * 500 ** bell(random));
  return {
    domain: `${slug(name)}.example`,
    name,
    industry,
    employees,
    sites: Math.max(1, Math.round((employees / 45) * (0.4 + random()))),
    country: weighted(random, COUNTRIES),
  };
}

/** Walks through all pairs of place and kind of a trade, before a number is needed to tell two companies apart. */
function companyName(industry: Industry, index: number): string {
  const kinds = KINDS[industry];
  const row = Math.floor(index / PLACES.length);
  const round = Math.floor(row / kinds.length);
  const name = `${PLACES[(index * 7) % PLACES.length]} ${kinds[((index % PLACES.length) + row) % kinds.length]}`;
  return round > 0 ? `${name} ${round + 1}` : name;
}

function sampleLead(request: PeopleRequest, index: number, accounts: readonly SampleAccount[], book: AddressBook): SampleLead {
  const id = `crm-${1001 + index}`;
  const random = seededRandom(`${request.seed}:lead:${id}`);
  const account = chance(random, 0.86) ? pick(random, accounts as [SampleAccount, ...SampleAccount[]]) : null;
  const [firstName, lastName] = [pick(random, GIVEN), pick(random, FAMILY)];
  const country = account?.country ?? weighted(random, COUNTRIES);
  const form = weighted(random, FORMS);
  const phone = chance(random, form === 'contact' || form === 'demo' ? 0.85 : 0.3) ? book.phone(country) : undefined;
  const seniority = weighted(random, SENIORITIES);
  const industry = account?.industry ?? weighted(random, INDUSTRIES);
  return {
    id,
    email: book.email(firstName, lastName, account?.domain ?? 'mailbox.example'),
    ...(phone !== undefined && { phone }),
    firstName,
    lastName,
    role: weighted(random, ROLES),
    seniority,
    industry,
    country,
    source: weighted(random, SOURCES),
    account,
    arrives: arrival(random, request),
    form,
    agrees: consents(random, form, phone !== undefined),
    hidden: hiddenTraits(random, account, industry, seniority, form),
  };
}

/** Later weeks bring more leads than earlier ones: the company grows. */
function arrival(random: Random, { from, to }: PeopleRequest): Date {
  const span = to.getTime() - from.getTime();
  const at = workingTime(random, from.getTime() + span * Math.max(random(), random() * 0.9));
  return new Date(Math.min(at, to.getTime() - HOUR));
}

function consents(random: Random, form: Form, hasPhone: boolean): string[] {
  // One in nine ticks nothing; such a lead must never hear from us.
  if (chance(random, 0.11)) return [];
  const asksUs = form === 'contact' || form === 'demo';
  return [
    ...(chance(random, asksUs ? 0.6 : 0.92) ? ['email:guides'] : []),
    ...(chance(random, asksUs ? 0.88 : 0.6) ? ['email:product'] : []),
    ...(chance(random, 0.35) ? ['email:events'] : []),
    ...(hasPhone && chance(random, 0.45) ? ['sms:product'] : []),
  ];
}

const TRADE_FIT: Readonly<Record<Industry, number>> = { clinics: 0.4, retail: 0.36, logistics: 0.36, hospitality: 0.18, other: 0.06 };

function hiddenTraits(random: Random, account: SampleAccount | null, industry: Industry, seniority: string, form: Form): HiddenTraits {
  const size = account === null ? 0.05 : account.employees < 10 ? 0.08 : account.employees < 50 ? 0.18 : account.employees <= 1000 ? 0.32 : 0.22;
  const says = seniority === 'staff' ? 0.02 : seniority === 'manager' ? 0.14 : 0.2;
  const asks = form === 'demo' ? 0.3 : form === 'contact' ? 0.18 : form === 'guide' ? 0.05 : 0;
  return {
    fit: Math.min(1, TRADE_FIT[industry] + size + says + (random() - 0.5) * 0.2),
    intent: Math.min(0.95, bell(random) * 0.5 + asks),
    looksForJob: chance(random, 0.03),
    bounces: chance(random, 0.03),
    leavesAfter: chance(random, 0.06) ? whole(random, 2, 40) * DAY : null,
  };
}

/** Hands out addresses, each once. */
class AddressBook {
  readonly #emails = new Map<string, number>();
  readonly #phones = { uk: 0, us: 0 };

  email(firstName: string, lastName: string, domain: string): string {
    const local = `${slug(firstName)}.${slug(lastName)}`;
    const taken = this.#emails.get(`${local}@${domain}`) ?? 0;
    this.#emails.set(`${local}@${domain}`, taken + 1);
    return `${local}${taken > 0 ? taken + 1 : ''}@${domain}`;
  }

  /** Ofcom keeps +44 7700 900000 to 900999 for fiction, North America 555-0100 to 555-0199 of each area; undefined when all are given. */
  phone(country: string): string | undefined {
    if (country !== 'US') {
      const number = this.#phones.uk++;
      return number < 1000 ? `+447700900${String(number).padStart(3, '0')}` : undefined;
    }
    const number = this.#phones.us++;
    const area = ['202', '212', '303', '312', '404', '415', '503', '512', '617', '702'][Math.floor(number / 100)];
    return area && `+1${area}55501${String(number % 100).padStart(2, '0')}`;
  }
}

function slug(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim().replaceAll(' ', '-');
}
