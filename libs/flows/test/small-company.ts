import { accepted, defineConnector, type Delivery, type Outcome } from '@tendril/connector-kit';
import type { IntakeEvent } from '@tendril/events';
import { idsFrom, ManualClock, seededRandom, sha256Of } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { type Db, eventsOf, loadSnapshots, membersOf, type SnapshotRequest, type Store } from '@tendril/store';
import { openTestStore } from '@tendril/store/testing';
import { z } from 'zod';
import { activate } from '../src/activate-rulebook.ts';
import { ActiveRulebook, compileRulebook } from '../src/active-rulebook.ts';
import { ConnectorSet } from '../src/connectors.ts';
import type { World } from '../src/world.ts';

const file = (path: string, json: object): RuleSource => ({ path, text: JSON.stringify(json, null, 2) });
const head = (id: string) => ({ id, version: 1, status: 'live', owner: 'growth', title: id });
const pricing = (within: string) => ({
  fact: 'eventCount',
  params: { event: 'page_viewed', within, where: { path: { startsWith: '/pricing' } } },
  operator: 'atLeast',
  value: 1,
});

/** A rulebook with one of each: who reads about pricing gets an e-mail, and an SMS can be sent by campaign. */
export const RULES: readonly RuleSource[] = [
  file('tracking-plan.json', {
    attributes: { firstName: { type: 'string', meaning: 'Given name', personal: true }, industry: { type: 'string', meaning: 'Line of business' } },
    account: { employees: { type: 'number', meaning: 'Size' } },
    events: {
      page_viewed: { meaning: 'A page was read', properties: { path: { type: 'string', meaning: 'Path', required: true } } },
      deal_won: { meaning: 'The deal was won', outcome: { value: 100 } },
      noise: { meaning: 'Something no rule reads' },
    },
  }),
  file('policies.json', {
    company: { name: 'Small Company', postalAddress: '1 Street, Town', website: 'https://small.example' },
    topics: { product: { title: 'Product news' } },
    holdout: { share: 0, salt: 'none' },
  }),
  file('stages.json', {
    regression: 'never',
    stages: [
      { name: 'awareness', title: 'Awareness' },
      { name: 'consideration', title: 'Consideration', conditions: { all: [pricing('30d')] } },
      { name: 'customer', title: 'Customer', conditions: { all: [{ fact: 'eventCount', params: { event: 'deal_won' }, operator: 'atLeast', value: 1 }] } },
    ],
  }),
  file('scoring/engagement.json', {
    ...head('scoring/engagement'),
    scale: { min: 0, max: 100 },
    rules: [{ name: 'pricing', points: 10, conditions: { all: [pricing('7d')] } }],
    grades: { A: 10, B: 0 },
  }),
  file('segments/pricing.json', { ...head('segments/pricing'), conditions: { all: [pricing('7d')] } }),
  file('segments/health.json', {
    ...head('segments/health'),
    conditions: { all: [{ fact: 'lead', path: '$.industry', operator: 'equal', value: 'health' }] },
  }),
  file('journeys/pricing.json', {
    ...head('journeys/pricing'),
    entry: { segment: 'segments/pricing' },
    reentry: 'never',
    steps: [{ id: 'mail', touch: 'content/pricing', channel: 'email', expires: '7d' }],
  }),
  file('content/pricing/content.json', { ...head('content/pricing'), topic: 'product', intent: 'help' }),
  { path: 'content/pricing/subject.hbs', text: 'Pricing for {{default lead.firstName "you"}}' },
  { path: 'content/pricing/email.hbs', text: '<p>Hello {{default lead.firstName "there"}}.</p>' },
  { path: 'content/pricing/sms.hbs', text: 'Hello {{default lead.firstName "there"}}. Reply STOP to opt out.' },
  file('connectors.json', { connectors: [{ name: 'recorder', package: 'recorder', settings: {}, secrets: {} }] }),
];

/** The words about pricing once more, as a content of this id: no two journeys may send the same leads the same. */
export function pricingAs(id: string): readonly RuleSource[] {
  return RULES.filter(({ path }) => path.startsWith('content/pricing/')).map(({ path, text }) => ({
    path: path.replace('content/pricing', id),
    text: text.replaceAll('content/pricing', id),
  }));
}

/** The rules with one text replaced by another in some files; a text that is not there is a mistake of the test. */
export function changedRules(changes: Readonly<Record<string, readonly [from: string | RegExp, to: string]>>): readonly RuleSource[] {
  const missing = Object.keys(changes).filter((path) => !RULES.some((rule) => rule.path === path));
  if (missing.length > 0) throw new TypeError(`No rule file ${missing.join(', ')}`);
  return RULES.map(({ path, text }) => {
    const [from, to] = changes[path] ?? ['', ''];
    const changed = text.replace(from, to);
    if (path in changes && changed === text) throw new TypeError(`${path} has no ${String(from)}`);
    return { path, text: changed };
  });
}

/** What the recorder was asked to send, and what it answers; `before` runs inside the call, as a slow vendor would let things happen. */
export interface Recorder {
  readonly sent: Delivery<unknown>[];
  answer: (delivery: Delivery<unknown>) => Outcome;
  before: () => Promise<void>;
}

/** A world on a fresh database, with a clock to move and a connector that keeps what it is given. */
export async function smallCompany(rules: readonly RuleSource[] = RULES): Promise<{ world: World; clock: ManualClock; recorder: Recorder; store: Store & { readonly url: string | undefined } }> {
  const store = await openTestStore();
  const clock = new ManualClock('2026-03-02T09:00:00Z');
  const recorder: Recorder = { sent: [], answer: ({ id }) => accepted(`ref-${id}`), before: async () => undefined };
  const world = worldOn(store, clock, recorder);
  await activate(world, compileRulebook({ files: rules, gitRevision: null }), { by: 'test' });
  return { world, clock, recorder, store };
}

/** Another process on the same database, as far as the flows can tell. */
export function worldOn(store: Store, clock: ManualClock, recorder: Recorder): World {
  const connector = defineConnector({
    id: 'any-recorder',
    channel: '*',
    contract: 1,
    settings: z.strictObject({}),
    content: z.record(z.string(), z.unknown()),
    limits: { batch: 50, perSecond: 1000 },
    resend: 'idempotent',
    hosts: () => [],
    deliver: async (batch) => {
      await recorder.before();
      recorder.sent.push(...batch);
      return batch.map((delivery) => recorder.answer(delivery));
    },
    hear: ({ body }) => {
      const items = JSON.parse(new TextDecoder().decode(body)) as { at: string; kind: 'clicked'; id: string }[];
      return items.map((item) => ({ ...item, at: new Date(item.at) }));
    },
  });
  return {
    store,
    clock,
    newId: idsFrom(clock, seededRandom(store.kind)),
    rulebook: new ActiveRulebook(),
    connectors: new ConnectorSet({ importPackage: async () => ({ default: connector }), variable: () => undefined, clock, log: () => undefined }),
    publicUrl: 'https://tendril.small.example',
    secret: 'a secret of the tests',
    log: () => undefined,
  };
}

/** An event of the lead `crm-1` unless said otherwise; its key follows from what it says. */
export function event(at: Date, type: string, properties: IntakeEvent['properties'] = {}, lead: IntakeEvent['lead'] = ANA): IntakeEvent {
  const text = at.toISOString();
  return { source: 'test', key: sha256Of(text, type, JSON.stringify([properties, lead])), type, at: text, lead, properties };
}

/** The lead that most tests are about. */
export const ANA: IntakeEvent['lead'] = { id: 'crm-1', email: 'ana@small.example' };

/** Ana may be mailed about the product. */
export function granted(at: Date, lead = ANA, channel = 'email'): IntakeEvent {
  const consent = { channel, topic: 'product', state: 'granted', basis: 'consent', wording: 'Yes please', evidence: 'form 1' };
  return event(at, 'consent_changed', consent, lead);
}

/** Leads as an evaluation reads them, with their whole histories in place of digests. */
export async function wholeSnapshots(
  db: Db,
  leads: readonly string[],
  { eventTypes, ...request }: Omit<SnapshotRequest, 'events'> & { readonly eventTypes: readonly string[] },
): ReturnType<typeof loadSnapshots> {
  const events = await eventsOf(db, await membersOf(db, leads), { eventTypes, now: request.now });
  return loadSnapshots(db, leads, { ...request, events });
}
