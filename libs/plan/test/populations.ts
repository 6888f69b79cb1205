import type { LeadEvent } from '@tendril/events';
import type { Json, JsonObject } from '@tendril/kernel';
import type { Enrolment } from '@tendril/programmes';
import fc from 'fast-check';
import type { Population, PopulationLead, PopulationTouchpoint } from '../src/population.ts';

/** How many random cases a property tries: TENDRIL_RUNS, or 300. */
export const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 300);

export const TAKEN_AT = new Date('2026-03-10T12:00:30.250Z');

const json: fc.Arbitrary<Json> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom<Json>(null, true, false, 0, 9.5, -3, '', '\n', '\u2028', '{"a":1}', [], ['a', 'b']),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
);
const values: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom('industry', 'role', 'constructor', 'toString', 'a_1'), json, { maxKeys: 3, noNullPrototype: true });
const before = fc.integer({ min: 0, max: 400 * 86_400_000 }).map((ms) => new Date(TAKEN_AT.getTime() - ms));
const around = fc.integer({ min: -30 * 86_400_000, max: 30 * 86_400_000 }).map((ms) => new Date(TAKEN_AT.getTime() - ms));
const inOrder = <T extends { readonly at: Date }>(list: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(list, { maxLength: 5 }).map((all) => all.sort((a, b) => a.at.getTime() - b.at.getTime()));

const event: fc.Arbitrary<LeadEvent> = fc.record({ type: fc.constantFrom('page_viewed', 'app_opened', 'lead_updated'), at: before, properties: values });
const enrolment: fc.Arbitrary<Enrolment> = fc.record({ programme: fc.constantFrom('journeys/a', 'campaigns/b'), version: fc.integer({ min: 1, max: 9 }), entry: fc.integer({ min: 1, max: 3 }), at: before });
const touchpoint: fc.Arbitrary<PopulationTouchpoint> = fc.record({
  programme: fc.constantFrom('journeys/a', 'campaigns/b'),
  entry: fc.nat(3),
  step: fc.constantFrom('one', 'two'),
  visit: fc.nat(2),
  channel: fc.constantFrom('email', 'sms'),
  content: fc.constant('content/welcome'),
  state: fc.constantFrom('planned', 'held', 'accepted', 'unknown', 'suppressed'),
  at: before,
  dueAt: around,
  expiresAt: fc.option(around),
});

const ACCOUNTS = 3;

/** One lead; its account's attributes are filled in by {@link population}, which knows them. */
const lead = fc.record({
  stratum: fc.nat(2),
  zone: fc.option(fc.constantFrom('Europe/Berlin', 'America/New_York')),
  attributes: values,
  account: fc.option(fc.nat(ACCOUNTS - 1)),
  stage: fc.option(fc.constantFrom('awareness', 'decision')),
  consents: fc.dictionary(fc.constantFrom('email:*', 'email:guides', 'sms:guides'), fc.constantFrom('granted', 'denied'), { noNullPrototype: true }),
  channels: fc.subarray(['email', 'sms']),
  suppressed: fc.dictionary(fc.constantFrom('email', 'sms'), fc.constantFrom('unsubscribed', 'bounced'), { noNullPrototype: true }),
  events: inOrder(event),
  enrolments: fc.array(enrolment, { maxLength: 2 }),
  touchpoints: inOrder(touchpoint),
});

/** Leads with anything that a population may hold. */
export const population: fc.Arbitrary<Population> = fc
  .tuple(fc.array(lead, { maxLength: 8 }), fc.array(values, { minLength: ACCOUNTS, maxLength: ACCOUNTS }), fc.nat(1000))
  .map(([drawn, accounts, unseen]) => {
    const used = [...new Set(drawn.map(({ stratum }) => stratum))];
    const leads = drawn.map(
      (one, index): PopulationLead => ({
        ...one,
        id: `lead-${index + 1}`,
        stratum: used.indexOf(one.stratum),
        account: one.account === null ? null : { id: `account-${one.account}`, attributes: accounts[one.account] ?? {} },
      }),
    );
    const strata = used.map((name, index) => {
      const sampled = leads.filter(({ stratum }) => stratum === index).length;
      return { name: `stage ${name}`, total: sampled + unseen, sampled };
    });
    return { takenAt: TAKEN_AT, total: strata.reduce((sum, { total }) => sum + total, 0), strata, leads };
  });
