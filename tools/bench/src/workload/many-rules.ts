import { seededRandom } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';

const INDUSTRIES = ['clinics', 'retail', 'logistics', 'hospitality', 'other'];
const PAGES = ['/pricing', '/integrations', '/clinics', '/about', '/careers', '/blog', '/docs', '/security'];
const WINDOWS = ['1d', '3d', '7d', '14d', '30d', '90d'];
const EVENTS = ['page_viewed', 'app_opened', 'guide_taken', 'form_sent'];

const header = (id: string, title: string) => ({ id, version: 1, status: 'live', owner: 'growth', title });
const json = (path: string, value: object): RuleSource => ({ path, text: `${JSON.stringify(value, null, 2)}\n` });

/**
 * A large rulebook of the given number of JSON files, always the same: six tenths segments of five to fifteen comparisons,
 * every fifth referring to an earlier one of the same trade; a tenth scoring models of ten rules; journeys with their content.
 */
export function manyRules(files: number): RuleSource[] {
  const random = seededRandom(20_261_121);
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item;
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const comparison = (): object => {
    const where = random() < 0.5 ? { where: { path: { startsWith: pick(PAGES) } } } : {};
    const page = random() < 0.6;
    const params = page ? { event: 'page_viewed', within: pick(WINDOWS), ...where } : { event: pick(EVENTS), within: pick(WINDOWS) };
    return { fact: 'eventCount', params, operator: 'atLeast', value: upTo(4) };
  };
  const rest = files - BASICS.length;
  const segments = Math.round(rest * 0.6);
  const models = Math.round(rest * 0.1);
  const journeys = Math.floor((rest - segments - models) / 2);
  const contents = rest - segments - models - journeys;
  const segment = (at: number): RuleSource => {
    const first = { fact: 'lead', path: '$.industry', operator: 'equal', value: INDUSTRIES[at % 5] ?? '' };
    const reference = at > 0 && at % 5 === 0 ? [{ condition: `segments/s${5 * Math.floor((random() * at) / 5)}` }] : [];
    const any = Array.from({ length: 3 + upTo(10) }, comparison);
    return json(`segments/s${at}.json`, { $schema: '../schema/segment.json', ...header(`segments/s${at}`, `Segment ${at}`), conditions: { all: [first, { any }, ...reference] } });
  };
  const model = (at: number): RuleSource => {
    const rules = Array.from({ length: 10 }, (_, line) =>
      line % 2 === 0
        ? { name: `line-${line}`, points: upTo(20), max: 60, halfLife: '14d', per: { event: pick(EVENTS), within: WINDOWS[line / 2] ?? '' } }
        : { name: `line-${line}`, points: upTo(20), conditions: { all: [comparison()] } },
    );
    return json(`scoring/m${at}.json`, { $schema: '../schema/scoring.json', ...header(`scoring/m${at}`, `Model ${at}`), scale: { min: 0, max: 100 }, rules, grades: { A: 50, B: 0 } });
  };
  return [
    ...BASICS,
    ...Array.from({ length: segments }, (_, at) => segment(at)),
    ...Array.from({ length: models }, (_, at) => model(at)),
    ...Array.from({ length: journeys }, (_, at) => journeyOf(at, contents)),
    ...Array.from({ length: contents }, (_, at) => contentOf(at)).flat(),
  ];
}

function journeyOf(at: number, contents: number): RuleSource {
  const id = `journeys/j${at}`;
  const steps = [{ id: 'send', touch: `content/c${at % contents}`, channel: 'email', expires: '7d' }];
  return json(`${id}.json`, { $schema: '../schema/journey.json', ...header(id, `Journey ${at}`), entry: { segment: `segments/s${at}` }, reentry: 'never', steps });
}

function contentOf(at: number): RuleSource[] {
  const id = `content/c${at}`;
  return [
    json(`${id}/content.json`, { $schema: '../../schema/content.json', ...header(id, `Content ${at}`), topic: 'guides', intent: 'help' }),
    { path: `${id}/email.hbs`, text: `<p>Hello {{default lead.firstName "there"}}, this is number ${at}.</p>\n` },
    { path: `${id}/subject.hbs`, text: `Number ${at}\n` },
  ];
}

const pages = { path: { type: 'string', meaning: 'Path of the page' } };

const BASICS: readonly RuleSource[] = [
  json('tracking-plan.json', {
    $schema: './schema/tracking-plan.json',
    attributes: { firstName: { type: 'string', meaning: 'Given name', personal: true }, industry: { type: 'string', meaning: 'Trade', values: INDUSTRIES } },
    events: Object.fromEntries(EVENTS.map((event) => [event, { meaning: event, ...(event === 'page_viewed' && { properties: pages }) }])),
  }),
  json('policies.json', {
    $schema: './schema/policies.json',
    company: { name: 'Larkfield', postalAddress: '1 Sample Quay', website: 'https://www.larkfield.example' },
    topics: { guides: { title: 'Guides' } },
    holdout: { share: 0.1, salt: 'bench' },
  }),
  json('stages.json', { $schema: './schema/stages.json', regression: 'never', stages: [{ name: 'awareness', title: 'Aware' }] }),
  json('connectors.json', { $schema: './schema/connectors.json', connectors: [] }),
];
