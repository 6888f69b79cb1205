import type { Json, JsonObject, Random } from '@tendril/kernel';

/** An attribute of the leads that benches make: what it is to the tracking plan and to SQL, and how its value is drawn. */
export interface BenchAttribute {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'date' | 'strings';
  readonly draw: (random: Random) => Json;
  /** How often it is missing, 0 to 1. */
  readonly missing: number;
}

const whole = (below: number) => (random: Random) => Math.floor(random() * below);
const oneOf = (values: readonly string[]) => (random: Random) => values[Math.floor(random() * values.length)] ?? '';
const someOf = (values: readonly string[]) => (random: Random) => values.filter(() => random() < 0.3);

const number = (name: string, below: number, missing = 0): BenchAttribute => ({ name, type: 'number', draw: whole(below), missing });
const text = (name: string, values: readonly string[], missing = 0): BenchAttribute => ({ name, type: 'string', draw: oneOf(values), missing });
const texts = (name: string, values: readonly string[], missing = 0): BenchAttribute => ({ name, type: 'strings', draw: someOf(values), missing });
const flag = (name: string, missing = 0): BenchAttribute => ({ name, type: 'boolean', draw: (random) => random() < 0.5, missing });
/** Noon of a day in the two years before the benches' "now". */
const date = (name: string, missing = 0): BenchAttribute => ({
  name,
  type: 'date',
  draw: (random) => new Date(Date.UTC(2024, 5, 8, 12) + whole(730)(random) * 86_400_000).toISOString(),
  missing,
});

export const COUNTRIES = ['DE', 'GB', 'IE', 'NL', 'FR', 'AT', 'CH', 'SE'];
export const INDUSTRIES = ['clinics', 'retail', 'logistics', 'hospitality', 'manufacturing', 'education', 'other'];

/** 24 of a lead: with five of its account, and counts in three windows and days since for six events, 53 values for the rules to ask for. */
export const LEAD_ATTRIBUTES: readonly BenchAttribute[] = [
  text('firstName', ['Ana', 'Ben', 'Cem', 'Dora', 'Eva', 'Finn', 'Gaia', 'Hugo'], 0.1),
  text('title', ['Head of Operations', 'Clinic Manager', 'Planner', 'Chief Financial Officer', 'Nurse', 'Owner'], 0.2),
  text('seniority', ['executive', 'director', 'manager', 'staff'], 0.1),
  text('role', ['operations', 'clinical', 'people', 'finance', 'it', 'general'], 0.1),
  text('country', COUNTRIES),
  text('language', ['de', 'en', 'nl', 'fr', 'sv'], 0.05),
  text('industry', INDUSTRIES, 0.1),
  text('utmSource', ['search', 'social', 'partner', 'newsletter', 'direct'], 0.3),
  text('utmMedium', ['cpc', 'organic', 'email', 'referral'], 0.3),
  text('utmCampaign', ['spring', 'summer', 'autumn', 'winter', 'launch'], 0.5),
  text('lifecycle', ['subscriber', 'lead', 'qualified', 'opportunity', 'customer']),
  number('employees', 2000, 0.2),
  number('budget', 100_000, 0.4),
  number('seats', 500, 0.1),
  number('sites', 40, 0.1),
  number('satisfaction', 11, 0.6),
  number('propensity', 10_000),
  flag('partner', 0.1),
  flag('newsletter'),
  date('createdOn'),
  date('lastCallOn', 0.5),
  date('contractEndsOn', 0.7),
  texts('tags', ['vip', 'event', 'import', 'trial', 'old', 'press'], 0.1),
  texts('products', ['rota', 'payroll', 'forecast', 'clock'], 0.2),
];

export const ACCOUNT_ATTRIBUTES: readonly BenchAttribute[] = [
  text('industry', INDUSTRIES),
  text('country', COUNTRIES),
  number('employees', 5000, 0.1),
  number('revenue', 50_000_000, 0.3),
  texts('technologies', ['sap', 'workday', 'datev', 'personio', 'excel'], 0.2),
];

/** Values for these attributes; a missing one has no key. */
export function drawAttributes(attributes: readonly BenchAttribute[], random: Random): JsonObject {
  const drawn: Record<string, Json> = {};
  for (const { name, draw, missing } of attributes) if (missing === 0 || random() >= missing) drawn[name] = draw(random);
  return drawn;
}
