import { compileContent, type ContentLibrary } from '@tendril/content';
import { BUILT_IN_EVENTS, type PropertyPlan } from '@tendril/events';
import { durationInWords, type Journey, type Rulebook, type RuleHeader } from '@tendril/rulebook';
import { contentPreview } from './content-preview.ts';
import { html, type Html, joined } from './html.ts';
import { journeyGraph } from './journey-graph.ts';
import { type PageInput, reviewOf, ruleHead, usedBy } from './rule-head.ts';
import { allRules, ruleLinks } from './rule-links.ts';
import { conditionList, ruleLink } from './rule-words.ts';
import { rulesPicture } from './rules-picture.ts';
import { scoringArticle } from './scoring-section.ts';
import { STYLE } from './style.ts';

/** A part of the page; empty ones are left out, in the contents too. */
interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: readonly Html[];
}

/**
 * The rulebook as one HTML page that needs nothing from elsewhere and runs nothing: a picture of how the rules build on each
 * other, then every rule in words.
 */
export function rulebookPage(input: PageInput): string {
  const { rulebook, today } = input;
  const sections = sectionsOf(input).filter(({ body }) => body.length > 0);
  const { company } = rulebook.policies;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Rulebook of ${company.name}</title><style>${{ html: STYLE }}</style></head><body>
<h1>Rulebook of ${company.name}</h1>
<p class="soft">Made on ${today} from rulebook <code>${rulebook.hash.slice(0, 12)}</code>.</p>
<nav><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>${body}</section>
`)}</body></html>
`.html;
}

function sectionsOf(input: PageInput): Section[] {
  const { rulebook } = input;
  const library = compileContent(rulebook.content, rulebook.policies);
  const used = <Rule extends RuleHeader>(rules: readonly Rule[]): readonly Rule[] => rules.filter(({ status }) => status !== 'retired');
  return [
    { id: 'picture', title: 'How it fits together', body: [html`<div class="scroll">${rulesPicture(rulebook)}</div>`] },
    { id: 'stages', title: 'Stages', body: stagesPath(input) },
    { id: 'scoring', title: 'Scores', body: used(rulebook.models).map((model) => scoringArticle(model, input)) },
    { id: 'segments', title: 'Segments', body: used(rulebook.segments).map((segment) => segmentArticle(segment, input)) },
    { id: 'journeys', title: 'Journeys', body: used(rulebook.journeys).map((journey) => journeyArticle(journey, input)) },
    { id: 'content', title: 'Content', body: used(rulebook.content).map((content) => contentArticle(content, library, input)) },
    { id: 'owners', title: 'Who owns what', body: [ownersTable(input)] },
    { id: 'tracking-plan', title: 'What is known about leads', body: planTables(rulebook) },
    { id: 'retired', title: 'Retired', body: retiredTable(rulebook) },
  ];
}

function stagesPath({ rulebook, cases }: PageInput): Html[] {
  const { stages, regression } = rulebook;
  const steps = stages.map(
    ({ name, title, conditions }, at) => html`<li><span class="arrow">${at + 1 < stages.length ? '→' : ''}</span><b>${title}</b><br><code>${name}</code>${
      conditions ? conditionList(conditions) : html`<p class="soft">Everybody begins here.</p>`
    }</li>`,
  );
  const back = regression === 'never' ? 'never goes back to an earlier one' : 'goes back when the conditions no longer hold';
  const shown = cases.get('stages') ?? 0;
  const evidence = shown === 0 ? '' : ` ${shown} ${shown === 1 ? 'case shows' : 'cases show'} it.`;
  return [html`<p>A lead is in the furthest stage whose conditions hold, and ${back}.${evidence}</p><ol class="path">${steps}</ol>`];
}

function segmentArticle(segment: Rulebook['segments'][number], input: PageInput): Html {
  return html`<article id="${segment.id}">${ruleHead(segment, input)}${conditionList(segment.conditions)}${usedBy(segment.id, input.rulebook)}</article>
`;
}

function journeyArticle(journey: Journey, input: PageInput): Html {
  const { reentry, steps } = journey;
  const again = reentry === 'never' ? 'A lead goes through it once.' : `A lead may go through it again ${durationInWords(reentry.after)} after it entered.`;
  return html`<article id="${journey.id}">${ruleHead(journey, input)}<div class="scroll">${journeyGraph(journey)}</div><p class="soft">${again}${steps.map(late)}</p></article>
`;
}

function late({ touch, expires }: Journey['steps'][number]): Html {
  return expires === undefined ? html`` : html` ${ruleLink(touch)} goes out within ${durationInWords(expires)}, or not at all.`;
}

function contentArticle(content: Rulebook['content'][number], library: ContentLibrary, input: PageInput): Html {
  const { policies, trackingPlan } = input.rulebook;
  const { id, topic, intent, stage, callToAction } = content;
  const compiled = library.contents.get(id);
  const facts = [`topic ${policies.topics[topic]?.title ?? topic}`, `to ${intent}`, ...(stage === undefined ? [] : [`for the stage ${stage}`])];
  return html`<article id="${id}">${ruleHead(content, input)}<p class="soft">${facts.join(' · ')}</p>${compiled ? contentPreview(compiled, library, trackingPlan) : undefined}${
    callToAction ? html`<p>Leads to: ${callToAction.label} (<code>${callToAction.url}</code>)</p>` : undefined
  }${usedBy(id, input.rulebook)}</article>
`;
}

function ownersTable({ rulebook, cases, today }: PageInput): Html {
  const rules = allRules(rulebook).filter(({ status }) => status !== 'retired');
  const sorted = rules.sort((a, b) => (a.owner === b.owner ? 0 : a.owner < b.owner ? -1 : 1));
  return html`<div class="scroll"><table><thead><tr><th>Owner</th><th>Rule</th><th>Status</th><th class="number">Version</th><th>Review</th><th class="number">Cases</th></tr></thead><tbody>${sorted.map(
    ({ id, owner, status, version, review }) => html`<tr><td>${owner}</td><td>${ruleLink(id)}</td><td><span class="status ${status}">${status}</span></td><td class="number">${version}</td><td>${
      review === undefined ? '' : reviewOf(review, today)
    }</td><td class="number">${cases.get(id) ?? ''}</td></tr>
`,
  )}</tbody></table></div>`;
}

function planTables(rulebook: Rulebook): Html[] {
  const { attributes, account, events } = rulebook.trackingPlan;
  const links = ruleLinks(rulebook);
  const table = (title: string, rows: readonly Html[]): Html[] =>
    rows.length === 0 ? [] : [html`<h3>${title}</h3><div class="scroll"><table><thead><tr><th>Name</th><th>Meaning</th><th>Asked by</th></tr></thead><tbody>${rows}</tbody></table></div>`];
  const row = (name: string, meaning: string, id: string): Html => {
    const users = links.flatMap(({ from, to }) => (from === id ? [ruleLink(to)] : []));
    return html`<tr><td><code>${name}</code></td><td>${meaning}</td><td>${joined(users, ', ')}</td></tr>
`;
  };
  const of = (owner: string, properties: Readonly<Record<string, PropertyPlan>>): Html[] =>
    Object.entries(properties).map(([name, { meaning, personal }]) => row(name, `${meaning}${personal ? ' (personal)' : ''}`, `${owner}.${name}`));
  const builtIn = Object.entries(BUILT_IN_EVENTS).filter(([type]) => links.some(({ from }) => from === `event:${type}`));
  return [
    ...table('Attributes of leads', of('lead', attributes)),
    ...table('Attributes of accounts', of('account', account)),
    ...table('Events', [...Object.entries(events), ...builtIn].map(([type, { meaning }]) => row(type, `${meaning}${events[type]?.outcome ? ' (counts as success)' : ''}`, `event:${type}`))),
  ];
}

function retiredTable(rulebook: Rulebook): Html[] {
  const retired = allRules(rulebook).filter(({ status }) => status === 'retired');
  if (retired.length === 0) return [];
  const rows = retired.map(
    ({ id, title, retired: end }) => html`<tr id="${id}"><td><code>${id}</code><br>${title}</td><td>${end?.on ?? ''}</td><td>${end?.reason ?? ''}</td></tr>
`,
  );
  return [html`<table><thead><tr><th>Rule</th><th>On</th><th>Because</th></tr></thead><tbody>${rows}</tbody></table>`];
}
