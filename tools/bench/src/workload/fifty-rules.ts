import { type Json, type Random, seededRandom } from '@tendril/kernel';
import type { Condition, RuleSource } from '@tendril/rulebook';
import { ACCOUNT_ATTRIBUTES, type BenchAttribute, COUNTRIES, INDUSTRIES, LEAD_ATTRIBUTES } from './attributes.ts';
import { EVENT_TYPES } from './leads.ts';

const WINDOWS = ['7d', '30d', '90d'];
const RULES = 50;

/** A lead is in `segments/likely` from this propensity on (0 to 9,999, all alike likely). */
export const LIKELY = 8000;

/**
 * A rulebook of fifty segments with about 280 comparisons, three to eight a segment, always the same: nested all, any and not
 * over texts, numbers, flags, lists, dates, counts in three windows and days since. One of them, `segments/likely`, holds from
 * the given propensity on: a hundred less, and one lead in a hundred enters it.
 */
export function fiftyRules(likely = LIKELY): RuleSource[] {
  const random = seededRandom(8);
  const segments = Array.from({ length: RULES - 1 }, (_, at) => segment(`s${at}`, conditionsOf(random, 3 + (at % 6))));
  const likelyOnes: Condition = { all: [{ fact: 'lead', path: '$.propensity', operator: 'atLeast', value: likely }, count('page_viewed', '90d', 1), attribute('lead', 'country', 'in', COUNTRIES)] };
  return [...basics(), ...segments, segment('likely', likelyOnes)];
}

function segment(name: string, conditions: Condition): RuleSource {
  const id = `segments/${name}`;
  return json(`${id}.json`, { $schema: '../schema/segment.json', id, version: 1, status: 'live', owner: 'bench', title: `Segment ${name}`, conditions });
}

/** So many comparisons: one or two that all must hold, at times one that must not, and the others as alternatives. */
function conditionsOf(random: Random, leaves: number): Condition {
  const sure = [attributeLeaf(random), ...(leaves > 4 ? [wideLeaf(random)] : [])];
  const not: Condition[] = leaves > 5 ? [{ not: { any: [strangerLeaf(random), strangerLeaf(random)] } }] : [];
  const rest = leaves - sure.length - not.length * 2;
  const any = Array.from({ length: rest }, (_, at) => (at % 3 === 2 ? attributeLeaf(random) : eventLeaf(random)));
  return { all: [...sure, ...not, any.length > 1 ? { any } : any[0]!] };
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

const attribute = (fact: 'lead' | 'account', name: string, operator: string, value: Json): Condition => ({ fact, path: `$.${name}`, operator, value });

function attributeLeaf(random: Random): Condition {
  const account = random() < 0.15;
  const { name, type } = pick<BenchAttribute>(random, account ? ACCOUNT_ATTRIBUTES : LEAD_ATTRIBUTES);
  const [operator, value] = test(random, name, type);
  return attribute(account ? 'account' : 'lead', name, operator, value);
}

/** Holds for most leads, so that what stands beside it is asked. */
function wideLeaf(random: Random): Condition {
  return pick(random, [
    attribute('lead', 'industry', 'in', INDUSTRIES.filter((_, at) => at !== Math.floor(random() * 7))),
    attribute('lead', 'country', 'in', COUNTRIES.slice(Math.floor(random() * 3))),
    attribute('lead', 'createdOn', 'before', '2026-05-01T00:00:00Z'),
    attribute('lead', 'propensity', 'lessThan', 9000 - Math.floor(random() * 3000)),
  ]);
}

/** Holds for those who have another value than these, or none: what may stand under a `not` without more ado. */
function strangerLeaf(random: Random): Condition {
  const { name, draw } = pick(random, LEAD_ATTRIBUTES.filter(({ type }) => type === 'string'));
  return attribute('lead', name, 'notIn', [...new Set(Array.from({ length: 8 }, () => draw(random) as string))]);
}

/** Numbers are up to different heights, so they are asked about their first tenth, the rest of texts by their values. */
function test(random: Random, name: string, type: BenchAttribute['type']): readonly [operator: string, value: Json] {
  const sample = (): Json => [...LEAD_ATTRIBUTES, ...ACCOUNT_ATTRIBUTES].find((one) => one.name === name)?.draw(random) ?? '';
  switch (type) {
    case 'number':
      return [pick(random, ['greaterThan', 'lessThan', 'atLeast', 'lessThanInclusive']), sample()];
    case 'boolean':
      return ['equal', random() < 0.5];
    case 'date':
      return random() < 0.4 ? ['withinLast', pick(random, ['30d', '90d', '365d'])] : [pick(random, ['before', 'after']), sample()];
    case 'strings':
      return ['contains', pick(random, name === 'technologies' ? ['sap', 'datev'] : name === 'tags' ? ['vip', 'trial'] : ['rota', 'clock'])];
    default:
      return random() < 0.5 ? ['equal', sample()] : ['in', [...new Set([sample(), sample()])]];
  }
}

function eventLeaf(random: Random): Condition {
  const params = { event: pick(random, EVENT_TYPES) };
  return random() < 0.25 ? { fact: 'daysSince', params, operator: 'atMost', value: pick(random, [3, 7, 14, 30, 60]) } : countLeaf(random);
}

function countLeaf(random: Random): Condition {
  const event = pick(random, EVENT_TYPES);
  const within = pick(random, WINDOWS);
  return count(event, within, within === '7d' ? 1 : 1 + Math.floor(random() * (event === 'page_viewed' ? 4 : 2)));
}

function count(event: string, within: string, value: number): Condition {
  return { fact: 'eventCount', params: { event, within }, operator: 'atLeast', value };
}

const json = (path: string, value: object): RuleSource => ({ path, text: `${JSON.stringify(value, null, 2)}\n` });

function basics(): RuleSource[] {
  const typed = (attributes: readonly BenchAttribute[]) => Object.fromEntries(attributes.map(({ name, type }) => [name, { type, meaning: name }]));
  const properties: Readonly<Record<string, object>> = {
    page_viewed: { path: { type: 'string', meaning: 'Path' } },
    content_downloaded: { asset: { type: 'string', meaning: 'Asset' } },
    form_submitted: { form: { type: 'string', meaning: 'Form' } },
    webinar_attended: { minutes: { type: 'number', meaning: 'Minutes' } },
  };
  const events = Object.fromEntries(EVENT_TYPES.map((event) => [event, { meaning: event, ...(properties[event] && { properties: properties[event] }) }]));
  return [
    json('tracking-plan.json', { $schema: './schema/tracking-plan.json', attributes: typed(LEAD_ATTRIBUTES), account: typed(ACCOUNT_ATTRIBUTES), events }),
    json('policies.json', {
      $schema: './schema/policies.json',
      company: { name: 'Larkfield', postalAddress: '1 Sample Quay', website: 'https://www.larkfield.example' },
      topics: { guides: { title: 'Guides' } },
      holdout: { share: 0.1, salt: 'bench' },
    }),
    json('stages.json', { $schema: './schema/stages.json', regression: 'never', stages: [{ name: 'awareness', title: 'Aware' }] }),
    json('connectors.json', { $schema: './schema/connectors.json', connectors: [] }),
  ];
}
