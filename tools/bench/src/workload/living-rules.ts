import type { JsonObject } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { fiftyRules } from './fifty-rules.ts';

const header = (id: string, title: string) => ({ id, version: 1, status: 'live', owner: 'bench', title });
const json = (path: string, value: object): RuleSource => ({ path, text: `${JSON.stringify(value, null, 2)}\n` });

/** An event that the tracking plan knows and no rule reads. */
export const UNREAD = 'docs_searched';
/** An event upon which a lead enters `TRIGGERED` at once. */
export const TRIGGER = 'demo_requested';
export const TRIGGERED = 'segments/wants-demo';

/** The fifty segments with a scoring model, grades, two stages and a trigger besides: what an installation has. `likely` as for `fiftyRules`. */
export function livingRules(likely?: number): RuleSource[] {
  const model = {
    $schema: '../schema/scoring.json',
    ...header('scoring/engagement', 'Engagement'),
    scale: { min: 0, max: 100 },
    rules: [
      { name: 'looks', points: 2, max: 20, per: { event: 'page_viewed', within: '30d' } },
      { name: 'asks', points: 10, max: 20, per: { event: 'form_submitted', within: '90d' } },
      { name: 'decides', points: 10, conditions: { all: [{ fact: 'lead', path: '$.seniority', operator: 'in', value: ['executive', 'director'] }] } },
    ],
    grades: { A: 25, B: 10, C: 0 },
  };
  const engaged = { all: [{ fact: 'score', params: { model: 'scoring/engagement' }, operator: 'atLeast', value: 20 }] };
  const stages = [{ name: 'awareness', title: 'Aware' }, { name: 'consideration', title: 'Considering', conditions: engaged }];
  const asked = { all: [{ fact: 'eventCount', params: { event: TRIGGER, within: '1d' }, operator: 'atLeast', value: 1 }] };
  return [
    ...fiftyRules(likely).flatMap((source) => (source.path === 'stages.json' ? [] : source.path === 'tracking-plan.json' ? withEvents(source) : source)),
    json(`${TRIGGERED}.json`, { $schema: '../schema/segment.json', ...header(TRIGGERED, 'Wants a demo'), conditions: asked }),
    json('scoring/engagement.json', model),
    json('stages.json', { $schema: './schema/stages.json', regression: 'allow', stages }),
  ];
}

function withEvents({ path, text }: RuleSource): RuleSource {
  const plan = JSON.parse(text) as JsonObject & { readonly events: JsonObject };
  return json(path, { ...plan, events: { ...plan.events, [UNREAD]: { meaning: UNREAD }, [TRIGGER]: { meaning: TRIGGER } } });
}
