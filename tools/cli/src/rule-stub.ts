import { compileContent, render } from '@tendril/content';
import { eventPlanOf, type PropertyPlan } from '@tendril/events';
import { AppError, type Json, type JsonObject } from '@tendril/kernel';
import type { ContentRule, Rulebook, SegmentRule } from '@tendril/rulebook';
import type { NewKind, RuleDraft } from './rule-draft.ts';

/** What a stub needs to know of the folder: its rulebook, and the cases that stand beside a rule. */
export interface StubWorld {
  readonly rulebook: Rulebook;
  readonly casesOf: (id: string) => readonly JsonObject[];
}

/** The least rule of a kind that makes sense in this folder, with cases that prove it. */
export function stubRule(kind: NewKind, id: string, world: StubWorld): RuleDraft[] {
  switch (kind) {
    case 'segment':
      return [segmentStub(id, world.rulebook)];
    case 'scoring':
      return [scoringStub(id, world.rulebook)];
    case 'content':
      return [contentStub(id, world.rulebook)];
    case 'journey':
      return [journeyStub(id, world)];
    case 'track':
      return trackStub(id, world.rulebook);
  }
}

const [MONDAY, TUESDAY] = ['2026-03-02T09:00', '2026-03-03T09:00'];

function headerOf({ segments, models, journeys, content }: Rulebook, title: string): RuleDraft['header'] {
  const owner = [...segments, ...models, ...journeys, ...content][0]?.owner ?? 'marketing';
  return { owner, title, why: 'Write what speaks for it.' };
}

/** An attribute with a comparison, a value for which it holds and others for which it does not. */
interface Trait {
  readonly name: string;
  readonly leaf: JsonObject;
  readonly fits: Json;
  readonly others: readonly Json[];
}

/** An attribute to ask for: not a personal one, best with a list of values. None in a folder that declares none. */
function traitOf({ trackingPlan }: Rulebook): Trait | undefined {
  const fitting = Object.entries(trackingPlan.attributes).filter(([, { type, personal }]) => !personal && type !== 'date' && type !== 'strings');
  const [name, plan] = fitting.find(([, { values }]) => values) ?? fitting[0] ?? [];
  if (name === undefined || !plan) return undefined;
  const leaf = (operator: string, value: Json): JsonObject => ({ fact: 'lead', path: `$.${name}`, operator, value });
  if (plan.type === 'number') return { name, leaf: leaf('atLeast', 10), fits: 10, others: [9] };
  if (plan.type === 'boolean') return { name, leaf: leaf('equal', true), fits: true, others: [false] };
  const [fits = 'example', ...others] = plan.values ?? ['example', 'another'];
  return { name, leaf: leaf('equal', fits), fits, others: others.slice(0, 1) };
}

/** An event to count: what leads do rather than what counts as success. */
function eventOf({ trackingPlan }: Rulebook): { type: string; happens: (at: string) => JsonObject } {
  const own = Object.entries(trackingPlan.events);
  const type = (own.find(([, { outcome }]) => !outcome) ?? own[0])?.[0] ?? 'message_clicked';
  const required = Object.entries(eventPlanOf(trackingPlan, type)?.properties ?? {}).filter(([, property]) => property.required);
  const properties = Object.fromEntries(required.map(([name, property]) => [name, sampleOf(name, property)]));
  return { type, happens: (at) => ({ at, event: type, ...(required.length > 0 && { properties }) }) };
}

function sampleOf(name: string, { type, values }: PropertyPlan): Json {
  const text = values?.[0] ?? (name === 'path' ? '/example' : 'example');
  return { string: text, strings: [text], number: 1, boolean: true, date: '2026-03-02' }[type];
}

function segmentStub(id: string, rulebook: Rulebook): RuleDraft {
  const trait = traitOf(rulebook);
  const { type, happens } = eventOf(rulebook);
  const counted = { fact: 'eventCount', params: { event: type, within: '14d' }, operator: 'atLeast', value: 2 };
  const lead = trait ? { lead: { [trait.name]: trait.fits } } : {};
  const twice = [happens(MONDAY), happens(TUESDAY)];
  return {
    id: `segments/${id}`,
    header: headerOf(rulebook, `${id}: did it twice in two weeks`),
    body: { conditions: { all: [...(trait ? [trait.leaf] : []), counted] } },
    templates: {},
    cases: [
      { name: 'twice in two days', ...lead, timeline: twice, expect: true },
      { name: 'once is not enough', ...lead, timeline: [happens(MONDAY)], expect: false },
      ...(trait?.others ?? []).map((other) => ({ name: 'twice, by somebody else', lead: { [trait?.name ?? '']: other }, timeline: twice, expect: false })),
      ...(trait ? [{ name: 'twice, by somebody of whom we know nothing', timeline: twice, expect: false }] : []),
    ],
  };
}

function scoringStub(id: string, rulebook: Rulebook): RuleDraft {
  const trait = traitOf(rulebook);
  const { type, happens } = eventOf(rulebook);
  const did = type.replaceAll('_', '-');
  const fits = trait ? `${trait.name}-fits` : '';
  const most = trait ? 25 : 5;
  return {
    id: `scoring/${id}`,
    header: headerOf(rulebook, `${id}: points for who the lead is and what it does`),
    body: {
      scale: { min: 0, max: 100 },
      rules: [
        ...(trait ? [{ name: fits, points: 20, conditions: { all: [trait.leaf] } }] : []),
        { name: did, points: 5, max: 20, halfLife: '14d', per: { event: type } },
      ],
      grades: { A: most, B: 0 },
    },
    templates: {},
    cases: [
      {
        name: 'fits, and did it today',
        ...(trait && { lead: { [trait.name]: trait.fits } }),
        timeline: [happens(MONDAY)],
        expect: { points: most, grade: 'A', rules: { [did]: 5, ...(trait && { [fits]: true }) } },
      },
      { name: 'nothing is known', expect: { points: 0, grade: 'B' } },
    ],
  };
}

function contentStub(id: string, rulebook: Rulebook): RuleDraft {
  const { policies, stages, trackingPlan } = rulebook;
  const [topic] = Object.keys(policies.topics);
  if (topic === undefined) {
    const hint = 'Write one, such as "topics": { "guides": { "title": "Guides and advice" } }, and try again.';
    throw new AppError('no-topic', 'policies.json has no topic yet, and content needs one that leads can agree to', { hint });
  }
  const greeting = trackingPlan.attributes['firstName']?.type === 'string' ? 'Hello {{default lead.firstName "there"}},' : 'Hello,';
  return {
    id: `content/${id}`,
    header: headerOf(rulebook, `${id}: what it is about`),
    body: { topic, intent: 'help', ...(stages[0] && { stage: stages[0].name }) },
    templates: {
      'email.hbs': `<p>${greeting}</p>\n<p>write here what helps this lead next.</p>\n`,
      'subject.hbs': 'Write here what it is about\n',
    },
    cases: [],
  };
}

/** The segment and content of the journey's own name, else others that are there and fit together. */
function journeyStub(id: string, { rulebook, casesOf }: StubWorld): RuleDraft {
  const segments = rulebook.segments.filter((one) => one.status !== 'retired' && memberIn(casesOf(one.id)));
  const segment = segments.find((one) => one.id === `segments/${id}`) ?? segments[0];
  const member = memberIn(segment ? casesOf(segment.id) : []) ?? {};
  const content = rulebook.content.filter((one) => one.status !== 'retired' && canBeSent(one, member, rulebook));
  const sent = content.find((one) => one.id === `content/${id}`) ?? content[0];
  if (segment && sent) return journeyDraft(id, rulebook, { segment, sent, channel: channelOf(sent), member });
  const lacking = segment ? 'content to send' : 'segment with cases through which leads could enter';
  const hint = `Make all of it at once: tendril rules new track ${id}`;
  throw new AppError('nothing-to-build-on', `There is no ${lacking}`, { hint });
}

/** Does all that the templates ask for stand in the case? */
function canBeSent(content: ContentRule, { lead = {}, account = null }: JsonObject, { policies }: Rulebook): boolean {
  const input = { lead: lead as JsonObject, account: account as JsonObject | null, unsubscribeUrl: 'https://unsubscribe.example/' };
  return render(compileContent([content], policies), content.id, channelOf(content), input).ok;
}

/** A case of somebody in the segment. */
function memberIn(cases: readonly JsonObject[]): JsonObject | undefined {
  return cases.find(({ expect }) => expect === true);
}

function channelOf({ templates }: Pick<ContentRule, 'templates'>): string {
  return Object.hasOwn(templates, 'email.hbs') ? 'email' : 'sms';
}

interface Planned {
  readonly segment: Pick<SegmentRule, 'id'>;
  readonly sent: { readonly id: string; readonly topic: string };
  readonly channel: string;
  /** A case of a lead that enters the segment. */
  readonly member: JsonObject;
}

/** Cases of a journey are watched for 30 days, so the member's moment of asking is left out. */
function journeyDraft(id: string, rulebook: Rulebook, { segment, sent, channel, member }: Planned): RuleDraft {
  const { name: _name, now: _now, expect: _expect, lead = {}, ...life } = member;
  const { consents: _consents, ...attributes } = lead as JsonObject;
  return {
    id: `journeys/${id}`,
    header: headerOf(rulebook, `${id}: one message on entering the segment`),
    body: {
      entry: { segment: segment.id },
      reentry: 'never',
      steps: [{ id: 'first', touch: sent.id, channel, expires: '7d' }],
    },
    templates: {},
    cases: [
      { name: 'it goes out to whoever enters', lead: { ...attributes, consents: { [`${channel}:${sent.topic}`]: 'granted' } }, ...life, expect: [{ touch: sent.id, channel }] },
      { name: 'nothing without consent', lead: attributes, ...life, expect: [] },
    ],
  };
}

function trackStub(id: string, rulebook: Rulebook): RuleDraft[] {
  const segment = segmentStub(id, rulebook);
  const content = contentStub(id, rulebook);
  const sent = { id: content.id, topic: String(content.body['topic']) };
  return [segment, content, journeyDraft(id, rulebook, { segment, sent, channel: 'email', member: memberIn(segment.cases) ?? {} })];
}
