import type { LeadEvent } from '@tendril/events';
import { DAY, type Json, type JsonObject } from '@tendril/kernel';
import { loadRulebook, NO_TOUCHES, type Rulebook } from '@tendril/rulebook';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS, TAKEN_AT } from '../test/populations.ts';
import { anonymise, personalComparisons } from './anonymise.ts';
import { formatBaseline } from './baseline-file.ts';
import type { Population, PopulationLead } from './population.ts';

const property = (type: string, more: object = {}) => ({ type, meaning: 'Something', ...more });
const PLAN = {
  attributes: {
    firstName: property('string', { personal: true }),
    born: property('date', { personal: true }),
    income: property('number', { personal: true }),
    nicknames: property('strings', { personal: true }),
    married: property('boolean', { personal: true }),
    company: property('string'),
    trade: property('string', { values: ['clinics', 'shops', 'canary-trade'] }),
    tags: property('strings'),
    trialEndsAt: property('date'),
    visits: property('number'),
  },
  account: { name: property('string'), boss: property('string', { personal: true }), employees: property('number') },
  events: {
    page_viewed: { meaning: 'Read', properties: { path: property('string'), title: property('string'), reader: property('string', { personal: true }), seconds: property('number') } },
    app_opened: { meaning: 'Opened' },
  },
};
const header = (id: string) => ({ id, version: 1, status: 'live', owner: 'growth', title: id });
const file = (path: string, json: object) => ({ path, text: JSON.stringify(json) });

/** One segment for each comparison, and a scoring model of events. */
function rulebookOf(leaves: readonly object[]): Rulebook {
  const { rulebook, problems } = loadRulebook([
    file('tracking-plan.json', PLAN),
    file('policies.json', { company: { name: 'Small', postalAddress: '1 Street', website: 'https://small.example' }, topics: { product: { title: 'Product' } }, holdout: { share: 0, salt: 'x' } }),
    file('stages.json', { regression: 'never', stages: [{ name: 'awareness', title: 'A' }, { name: 'decision', title: 'D', conditions: { all: [{ fact: 'eventCount', params: { event: 'app_opened', within: '7d' }, operator: 'atLeast', value: 2 }] } }] }),
    file('connectors.json', { connectors: [] }),
    file('scoring/engagement.json', {
      ...header('scoring/engagement'),
      scale: { min: 0, max: 1000 },
      rules: [
        { name: 'reads', points: 8.5, max: 34, halfLife: '2d', per: { event: 'page_viewed', where: { path: { startsWith: '/pricing' } } } },
        { name: 'opens', points: 3, decay: { linear: '9d' }, per: { event: 'app_opened', within: '3d' } },
      ],
      grades: { A: 20, B: 5, C: 0 },
    }),
    ...leaves.map((leaf, n) => file(`segments/s${n}.json`, { ...header(`segments/s${n}`), conditions: { all: [leaf] } })),
  ]);
  if (rulebook) return rulebook;
  const refused = problems.filter(({ severity }) => severity === 'error');
  // A comparison that holds for everybody or nobody is refused: no rulebook can have it.
  const proven = refused.filter(({ file: path, message }) => path.startsWith('segments/') && /always holds|can never hold/.test(message)).map((problem) => problem.file);
  if (proven.length < refused.length) throw new Error(JSON.stringify(refused));
  return rulebookOf(leaves.filter((_, n) => !proven.includes(`segments/s${n}.json`)));
}

function answersOf({ leads, takenAt }: Population, rulebook: Rulebook): object[] {
  const facts = leads.map(({ attributes, account, events, stage, consents }) => ({ id: '', attributes, account: account?.attributes ?? null, events, stage, consents, ...NO_TOUCHES }));
  return rulebook.evaluate(facts, takenAt).map(({ scores, stage, segments }) => ({ scores, stage, segments: [...segments].sort() }));
}

function populationOf(leads: readonly Partial<PopulationLead>[]): Population {
  const quiet = { stratum: 0, zone: null, attributes: {}, account: null, stage: null, consents: {}, channels: [], suppressed: {}, events: [], enrolments: [], touchpoints: [] };
  return { takenAt: TAKEN_AT, total: leads.length, strata: [{ name: 'all', total: leads.length, sampled: leads.length }], leads: leads.map((lead, n) => ({ ...quiet, id: `id-${n}`, ...lead })) };
}

const TEXTS = ['', 'Acme', 'Acme GmbH', 'acme gmbh', 'clinic', 'a', '/pricing', '/pricing/', '/pricing/teams', '/pricing/teams/7', '/blog', '(rare)', 'ana@acme.example'];
const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ maxLength: 3 }));
const named = fc.constantFrom('Acme', 'clinic', 'a', '/pricing', '/pricing/teams', '/', 'GmbH', '(rare)');
const days = fc.constantFrom('30m', '24h', '2d', '7d');

const textLeaf = fc
  .oneof(
    fc.record({ operator: fc.constantFrom('equal', 'startsWith', 'endsWith'), value: named }),
    fc.record({ operator: fc.constant('in'), value: fc.array(named, { minLength: 1, maxLength: 3 }) }),
    fc.record({ operator: fc.constant('matches'), value: fc.constantFrom('(?i)gmbh$', '^.$', '^/pricing/', 'are') }),
    fc.record({ operator: fc.constantFrom('isSet', 'isNotSet'), value: fc.constant(true) }),
  )
  .chain((compared) => fc.constantFrom({ fact: 'lead', path: '$.company' }, { fact: 'account', path: '$.name' }).map((place) => ({ ...place, ...compared })));
const listLeaf = fc
  .oneof(fc.record({ operator: fc.constant('contains'), value: named }), fc.record({ operator: fc.constant('containsAny'), value: fc.array(named, { minLength: 1, maxLength: 2 }) }))
  .map((compared) => ({ fact: 'lead', path: '$.tags', ...compared }));
const dateLeaf = fc
  .oneof(fc.record({ operator: fc.constantFrom('before', 'after'), value: fc.constant('2026-03-09') }), fc.record({ operator: fc.constant('withinLast'), value: days }))
  .map((compared) => ({ fact: 'lead', path: '$.trialEndsAt', ...compared }));
const setLeaf = fc.constantFrom('firstName', 'born', 'income', 'nicknames', 'married').map((name) => ({ fact: 'lead', path: `$.${name}`, operator: 'isSet', value: true }));
const where = fc.record({ path: fc.oneof(named, named.map((value) => ({ startsWith: value })), fc.array(named, { minLength: 1, maxLength: 2 }).map((value) => ({ in: value }))) });
const eventLeaf = fc
  .tuple(fc.constantFrom('eventCount', 'eventSum', 'daysSince'), fc.option(where, { nil: undefined }), days, fc.nat(3))
  .map(([fact, test, within, value]) => ({
    fact,
    params: { event: 'page_viewed', ...(test && { where: test }), ...(fact !== 'daysSince' && { within }), ...(fact === 'eventSum' && { property: 'seconds' }) },
    operator: 'atLeast',
    value,
  }));
const leaf = fc.oneof(textLeaf, listLeaf, dateLeaf, setLeaf, eventLeaf);

const orNothing = <T extends Json>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 4 });
const date = fc.constantFrom('2026-03-09', '2026-03-10', '2026-03-10T12:00:00Z', '2026-03-03T12:00:31Z');
const someOf = (all: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<JsonObject> =>
  fc.record(all, { requiredKeys: [], noNullPrototype: true }).map((values) => values as JsonObject);
const attributes = someOf({
  firstName: orNothing(text),
  born: orNothing(date),
  income: orNothing(fc.nat()),
  nicknames: orNothing(fc.array(text, { maxLength: 2 })),
  married: orNothing(fc.boolean()),
  company: orNothing(text),
  trade: fc.constantFrom('clinics', 'shops'),
  tags: orNothing(fc.array(text, { maxLength: 3 })),
  trialEndsAt: orNothing(date),
  unknown: text,
});
/** Around the moments at which a window ends, too. */
const age = fc.tuple(fc.constantFrom(0, 30 * 60_000, DAY, 2 * DAY, 7 * DAY), fc.integer({ min: -61_000, max: 61_000 })).map(([ms, off]) => Math.max(0, ms + off));
const event: fc.Arbitrary<LeadEvent> = fc.record({
  type: fc.constantFrom('page_viewed', 'page_viewed', 'app_opened', 'unknown_event'),
  at: age.map((ms) => new Date(TAKEN_AT.getTime() - ms)),
  properties: someOf({ path: text, title: text, reader: text, seconds: fc.nat(5) }),
});
const leads = fc.array(
  fc.record({
    attributes,
    account: fc.option(fc.nat(3)),
    events: fc.array(event, { maxLength: 4 }).map((all) => all.sort((a, b) => a.at.getTime() - b.at.getTime())),
  }),
  { minLength: 1, maxLength: 30 },
);
const accounts = fc.array(someOf({ name: text, boss: text, employees: fc.nat(5000) }), { minLength: 4, maxLength: 4 });

describe('anonymise', () => {
  it('changes no score, grade, stage or segment of any lead, whatever rules ask about values that are not personal', () => {
    const seen = { rare: 0, kept: 0, personal: 0 };
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 12 }), leads, accounts, (leaves, drawn, companies) => {
        const rulebook = rulebookOf(leaves);
        const population = populationOf(drawn.map((one) => ({ ...one, account: one.account === null ? null : { id: `company-${one.account}`, attributes: companies[one.account] ?? {} } })));
        const { population: masked, replaced } = anonymise(population, rulebook);
        expect(personalComparisons(rulebook)).toEqual([]);
        // An e-mail address is never left, even where a rule could tell it apart; TEXTS has one to be sure that it is met.
        const asked = answersOf({ ...population, leads: withoutAddress(population.leads) }, rulebook);
        expect(answersOf({ ...masked, leads: masked.leads.filter((_, n) => keeps(population.leads[n])) }, rulebook)).toEqual(asked);
        expect(JSON.stringify(masked)).not.toContain('@acme');
        for (const { why } of replaced) if (why !== 'unknown') seen[why] += 1;
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS / 20);
  });
});

const ADDRESS = 'ana@acme.example';
const keeps = (lead: PopulationLead | undefined): boolean => !JSON.stringify([lead?.attributes['company'], lead?.attributes['tags'], lead?.account, lead?.events]).includes(ADDRESS);
const withoutAddress = (all: readonly PopulationLead[]): PopulationLead[] => all.filter(keeps);

describe('nothing that tells who a lead is', () => {
  const CANARY = 'canary';
  const full = (n: number): Partial<PopulationLead> => ({
    id: `${CANARY}-id-${n}`,
    zone: n === 0 ? `${CANARY}/Zone` : 'Europe/Berlin',
    attributes: {
      firstName: `${CANARY} ${n}`,
      born: '1979-05-31',
      income: 777_001,
      nicknames: [`${CANARY}s`],
      married: true,
      company: `${CANARY} ${n} Ltd`,
      trade: 'clinics',
      tags: ['crm', `${CANARY} ${n}`, `+49 170 5550${n}`],
      [`${CANARY}Attribute`]: `${CANARY} ${n}`,
    },
    account: { id: `${CANARY}-company-${n % 6}`, attributes: { name: `${CANARY} ${n % 6} plc`, boss: CANARY, domain: `${CANARY}.example`, employees: 12 } },
    consents: { 'email:product': 'granted', [`email:${CANARY}`]: 'granted' },
    channels: ['email'],
    suppressed: { email: `550 no such user ${CANARY}@x.example` },
    events: [
      { type: 'page_viewed', at: TAKEN_AT, properties: { path: `/pricing/${CANARY}-${n}`, title: `Offer for sam@${CANARY}.example`, reader: CANARY, [CANARY]: 1 } },
      { type: 'consent_changed', at: TAKEN_AT, properties: { channel: 'email', topic: 'product', state: 'granted', basis: `said ${CANARY} ${n}`, wording: CANARY, evidence: `${CANARY} 127.0.0.1` } },
      { type: 'suppressed', at: TAKEN_AT, properties: { channel: 'email', reason: `550 ${CANARY}@x.example` } },
      { type: 'message_clicked', at: TAKEN_AT, properties: { touchpoint: `${CANARY}${'0f'.repeat(32)}`, url: `https://x.example/u/${CANARY}${n}`, programme: `campaigns/${CANARY}` } },
      { type: 'lead_updated', at: TAKEN_AT, properties: { firstName: CANARY, company: `${CANARY} ${n} Ltd`, [CANARY]: CANARY } },
      { type: `${CANARY}_event`, at: TAKEN_AT, properties: {} },
    ],
    enrolments: [{ programme: `campaigns/for-${CANARY}`, version: 1, entry: 1, at: TAKEN_AT }],
    touchpoints: [{ programme: `campaigns/for-${CANARY}`, entry: 1, step: 'touch', visit: 1, channel: 'email', content: 'content/x', state: 'accepted', at: TAKEN_AT, dueAt: TAKEN_AT, expiresAt: null }],
  });
  const rules = rulebookOf([{ fact: 'lead', path: '$.tags', operator: 'contains', value: 'crm' }]);
  const { population: masked, replaced } = anonymise(populationOf(Array.from({ length: 8 }, (_, n) => full(n))), rules);
  const [head, lines] = formatBaseline(masked, { size: 8, rulebook: 'x', eventTypes: [], eventsPerLead: 200, cutLeads: 0, replaced }).map((one) => one.text);

  it('stands in the files: no canary of any field', () => {
    expect(`${head}${lines}`).not.toMatch(/canary|777001|1979|127\.0|5550|@|0f0f/i);
  });

  it('and yet the lead is there, with what rules ask', () => {
    expect(JSON.parse(lines?.split('\n')[1] ?? '')).toEqual({
      id: 'lead-0002',
      stratum: 0,
      zone: 'Europe/Berlin',
      lead: { firstName: '(personal)', born: '1970-01-01', income: 0, nicknames: ['(personal)'], married: false, company: '(rare)', trade: 'clinics', tags: ['crm', '(rare)', '(personal)'] },
      account: ['account-0002', { name: '(rare)', boss: '(personal)', employees: 12 }],
      consents: { 'email:product': 'granted' },
      channels: ['email'],
      suppressed: { email: '(personal)' },
      events: [
        ['page_viewed', 0, { path: '/pricing/(rare)', title: '(personal)', reader: '(personal)' }],
        ['consent_changed', 0, { channel: 'email', topic: 'product', state: 'granted', basis: '(rare)' }],
        ['suppressed', 0, { channel: 'email', reason: '(personal)' }],
        ['message_clicked', 0, { touchpoint: '(personal)', url: '(rare)', programme: 'campaigns/campaign-1' }],
        ['lead_updated', 0, { firstName: '(personal)', company: '(rare)' }],
      ],
      enrolments: [['campaigns/campaign-2', 1, 1, 0]],
      touchpoints: [['campaigns/campaign-2', 1, 'touch', 1, 'email', 'content/x', 'accepted', 0, 0, null]],
    });
  });

  it('says what it replaced, and what it could not', () => {
    expect(replaced).toContainEqual({ what: 'account.name', why: 'rare', values: 8 });
    expect(replaced).toContainEqual({ what: 'lead.firstName', why: 'personal', values: 8 });
    expect(replaced).toContainEqual({ what: 'lead.…', why: 'unknown', values: 8 });
    expect(replaced).toContainEqual({ what: 'lead zone', why: 'rare', values: 1 });
    const apart = rulebookOf([{ fact: 'lead', path: '$.company', operator: 'matches', value: 'anar' }]);
    expect(anonymise(populationOf([full(1)]), apart).replaced).toContainEqual({ what: 'lead.company', why: 'kept', values: 1 });
  });

  it('keeps a text that five companies share, and not one that five leads of a company share', () => {
    const companyOf = (accounts: readonly string[]) => {
      const sharing = accounts.map((id) => ({ attributes: { company: 'Acme' }, account: { id, attributes: {} } }));
      return anonymise(populationOf(sharing), rules).population.leads.map(({ attributes }) => attributes['company']);
    };
    expect(new Set(companyOf(['a', 'b', 'c', 'd', 'e']))).toEqual(new Set(['Acme']));
    expect(new Set(companyOf(['a', 'a', 'a', 'b', 'c', 'd']))).toEqual(new Set(['(rare)']));
  });

  it('names personal values that rules compare', () => {
    const nosy = rulebookOf([
      { fact: 'lead', path: '$.firstName', operator: 'equal', value: 'Ana' },
      { fact: 'lead', path: '$.born', operator: 'isSet', value: true },
      { fact: 'eventCount', params: { event: 'page_viewed', where: { reader: 'Ana' } }, operator: 'atLeast', value: 1 },
    ]);
    expect(personalComparisons(nosy)).toEqual(['lead.firstName', 'page_viewed.reader']);
  });
});
