import { eventPlanOf, hasType, type PropertyPlan } from '@tendril/events';
import type { Json, JsonObject } from '@tendril/kernel';
import { answeredAlike, type AskedValue, askedValues, type Rulebook } from '@tendril/rulebook';
import type { Replacement } from './baseline-schema.ts';
import type { Population, PopulationLead } from './population.ts';

/** A text that fewer companies share than this could tell which company it is. */
const SHARED_BY = 5;

const RARE = '(rare)';
const PERSONAL = '(personal)';

/** Event properties that prove a consent: a form, an address, a recording. No rule has use for them. */
const EVIDENCE = ['consent_changed.evidence', 'consent_changed.wording'];

/** E-mail addresses, telephone numbers, network addresses, ids and hashes, wherever somebody wrote them. */
const LOOKS_PERSONAL = [
  /[^\s@]+@[^\s@]+\.[^\s@]/,
  /\+\d[\d\s()./-]{5,}\d/,
  /^[\d\s()./-]{8,}$/,
  /\d{1,3}(\.\d{1,3}){3}/,
  /[0-9a-f]{32}/i,
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i,
];

function looksPersonal(text: string): boolean {
  return LOOKS_PERSONAL.some((pattern) => pattern.test(text));
}

/** Says of each value of a population what may stand in its place in a file. */
export class Mask {
  readonly #rulebook: Rulebook;
  readonly #now: Date;
  readonly #asked: ReadonlyMap<string, readonly AskedValue[]>;
  readonly #owners: ReadonlyMap<string, ReadonlySet<string>>;
  /** Texts that stand in the rule files themselves, and channels. */
  readonly #ids: ReadonlySet<string>;
  readonly #campaigns = new Map<string, string>();
  readonly #replaced = new Map<string, Replacement>();

  constructor(population: Population, rulebook: Rulebook) {
    this.#rulebook = rulebook;
    this.#now = population.takenAt;
    this.#asked = byPlace(askedValues(rulebook));
    this.#owners = ownersOf(population);
    const { content, journeys, policies } = rulebook;
    const ids = [...content, ...journeys].map(({ id }) => id);
    this.#ids = new Set([...ids, ...Object.keys(policies.topics), '*', ...population.leads.flatMap(({ channels }) => channels)]);
  }

  /** What was replaced so far, in the order of the places. */
  get replaced(): Replacement[] {
    return [...this.#replaced.values()].sort((a, b) => (`${a.what} ${a.why}` < `${b.what} ${b.why}` ? -1 : 1));
  }

  /** The attributes of a `lead` or an `account`, or the properties of an event of a type. A name that is not in the plan is not even told. */
  values(of: string, values: JsonObject): JsonObject {
    const plan = this.#planOf(of) ?? {};
    const kept = Object.entries(values).flatMap(([name, value]) => {
      const known = Object.hasOwn(plan, name) ? plan[name] : undefined;
      const masked = known ? this.#value(`${of}.${name}`, known, value) : this.#note(`${of}.…`, 'unknown', undefined);
      return masked === undefined ? [] : [[name, masked] as const];
    });
    return Object.fromEntries(kept);
  }

  /** May events of the type stay? */
  knows(type: string): boolean {
    return this.#planOf(type) !== undefined || this.#note('events', 'unknown', false);
  }

  /** A text at a place that no tracking plan describes, such as a suppression's reason. */
  text(place: string, text: string): string {
    return this.#text(place, undefined, text);
  }

  /** A time zone, or null for one that few share: the gate then takes the lead's zone as not known. */
  zone(zone: string | null): string | null {
    return zone === null || this.#isShared('lead zone', zone) || this.#note('lead zone', 'rare', false) ? zone : null;
  }

  /** A topic of the policies, or every topic. */
  knowsTopic(topic: string): boolean {
    return topic === '*' || Object.hasOwn(this.#rulebook.policies.topics, topic) || this.#note('consent topic', 'unknown', false);
  }

  /** Campaigns are named by people, after whatever they like. */
  programme(id: string): string {
    if (!id.startsWith('campaigns/')) return id;
    const known = this.#campaigns.get(id) ?? `campaigns/campaign-${this.#campaigns.size + 1}`;
    this.#campaigns.set(id, known);
    return known;
  }

  #planOf(of: string): Readonly<Record<string, PropertyPlan>> | undefined {
    const { trackingPlan } = this.#rulebook;
    if (of === 'lead') return trackingPlan.attributes;
    return of === 'account' ? trackingPlan.account : eventPlanOf(trackingPlan, of)?.properties;
  }

  #value(place: string, plan: PropertyPlan, value: Json): Json | undefined {
    if (value !== null && !hasType(value, plan.type)) return this.#note(place, 'unknown', undefined);
    if (value === null || value === '') return value;
    if (EVIDENCE.includes(place)) return this.#note(place, 'personal', undefined);
    if (plan.personal) return this.#note(place, 'personal', Array.isArray(value) ? value.map(() => PERSONAL) : PLACEHOLDERS[plan.type]);
    if (typeof value === 'string' && plan.type === 'string') return this.#text(place, plan, value);
    if (!Array.isArray(value)) return value;
    return this.#list(place, plan, value.map(String));
  }

  /** In a list of texts rules ask only whether it contains one. */
  #list(place: string, plan: PropertyPlan, texts: readonly string[]): readonly string[] {
    const masked = texts.map((text) => this.#text(place, plan, text));
    if (this.#alike(place, texts, masked)) return masked;
    return this.#note(place, 'kept', texts.map((text, index) => (looksPersonal(text) ? (masked[index] ?? PERSONAL) : text)));
  }

  #text(place: string, plan: PropertyPlan | undefined, text: string): string {
    const asked = this.#asked.get(place) ?? [];
    if (plan?.values?.includes(text) || this.#ids.has(text) || isNamed(asked, text)) return text;
    if (text.startsWith('campaigns/')) return this.programme(text);
    if (looksPersonal(text)) return this.#note(place, 'personal', around(asked, text, PERSONAL));
    if (this.#isShared(place, text)) return text;
    const masked = around(asked, text, RARE);
    return plan?.type === 'strings' || this.#alike(place, text, masked) ? this.#note(place, 'rare', masked) : this.#note(place, 'kept', text);
  }

  #alike(place: string, value: Json, masked: Json): boolean {
    return answeredAlike(this.#asked.get(place) ?? [], value, masked, this.#now);
  }

  #isShared(place: string, text: string): boolean {
    return (this.#owners.get(ownerKey(place, text))?.size ?? 0) >= SHARED_BY;
  }

  #note<Value>(what: string, why: Replacement['why'], value: Value): Value {
    const key = `${what} ${why}`;
    this.#replaced.set(key, { what, why, values: (this.#replaced.get(key)?.values ?? 0) + 1 });
    return value;
  }
}

/** Of the same type, and set where the value was set. */
const PLACEHOLDERS: Readonly<Record<PropertyPlan['type'], Json>> = { string: PERSONAL, number: 0, boolean: false, date: '1970-01-01', strings: [PERSONAL] };

/** The word in place of the text, between the longest beginning and end that rules ask for: `/pricing/(rare)`. */
function around(asked: readonly AskedValue[], text: string, word: string): string {
  const longest = (operator: string, fits: (part: string) => boolean): string =>
    asked.reduce((best, one) => (one.operator === operator && String(one.value).length > best.length && fits(String(one.value)) ? String(one.value) : best), '');
  const start = longest('startsWith', (part) => text.startsWith(part));
  const end = longest('endsWith', (part) => text.endsWith(part));
  return `${start}${start !== '' && text[start.length] === '/' ? '/' : ''}${word}${end}`;
}

function byPlace(asked: readonly AskedValue[]): Map<string, AskedValue[]> {
  const places = new Map<string, AskedValue[]>();
  for (const one of asked) places.set(one.place, [...(places.get(one.place) ?? []), one]);
  return places;
}

function isNamed(asked: readonly AskedValue[], text: string): boolean {
  return asked.some(({ value }) => value === text || (Array.isArray(value) && value.includes(text)));
}

/** Which companies have a text at a place. Leads of one account are one company; a lead without one is its own. */
function ownersOf({ leads }: Population): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  const add = (place: string, text: Json, owner: string): void => {
    if (typeof text !== 'string') return;
    const key = ownerKey(place, text);
    owners.set(key, (owners.get(key) ?? new Set()).add(owner));
  };
  for (const lead of leads) {
    const owner = lead.account?.id ?? lead.id;
    for (const [place, value] of textsOf(lead)) for (const text of Array.isArray(value) ? (value as readonly Json[]) : [value]) add(place, text, owner);
  }
  return owners;
}

function textsOf({ attributes, account, events, suppressed, zone }: PopulationLead): (readonly [place: string, value: Json])[] {
  const inside = (of: string, values: JsonObject) => Object.entries(values).map(([name, value]) => [`${of}.${name}`, value] as const);
  return [
    ['lead zone', zone],
    ...inside('lead', attributes),
    ...inside('account', account?.attributes ?? {}),
    ...events.flatMap(({ type, properties }) => inside(type, properties)),
    ...Object.values(suppressed).map((reason) => ['suppressed.reason', reason] as const),
  ];
}

function ownerKey(place: string, text: string): string {
  return `${place} ${text}`;
}
