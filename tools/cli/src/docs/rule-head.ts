import type { Rulebook, RuleHeader } from '@tendril/rulebook';
import { html, type Html, joined } from './html.ts';
import { ruleLinks } from './rule-links.ts';
import { ruleLink } from './rule-words.ts';

/** What the page is made of. */
export interface PageInput {
  readonly rulebook: Rulebook;
  /** Rule id (or `stages`) → how many cases stand beside it. */
  readonly cases: ReadonlyMap<string, number>;
  /** `2026-03-31`: a review that was due before it is overdue. */
  readonly today: string;
}

/** Title, id, status, version, owner and review of a rule, and what its author says about it. */
export function ruleHead(rule: RuleHeader, { cases, today }: PageInput): Html {
  const { id, title, version, status, owner, why, wrongWhen, review } = rule;
  const shown = cases.get(id);
  return html`<h3>${title}</h3>
<p class="meta"><code>${id}</code> · <span class="status ${status}">${status}</span> · version ${version} · ${owner}${review === undefined ? undefined : html` · ${reviewOf(review, today)}`}${
    shown === undefined ? undefined : html` · ${shown} ${shown === 1 ? 'case' : 'cases'}`
  }</p>
${why === undefined ? undefined : html`<p>${why}</p>`}${wrongWhen ? html`<p><b>Wrong when:</b> ${wrongWhen.join('; ')}</p>` : undefined}`;
}

/** When somebody should look at the rule again. */
export function reviewOf(review: string, today: string): Html {
  return review < today ? html`<span class="alarm">review overdue since ${review}</span>` : html`review by ${review}`;
}

/** Who builds on a rule; for content, who sends it. */
export function usedBy(id: string, rulebook: Rulebook): Html {
  const links = ruleLinks(rulebook);
  const senders = links.flatMap(({ from, to }) => (to === id && from.startsWith('journeys/') ? [from] : []));
  const users = links.flatMap(({ from, to }) => (from === id ? [to] : []));
  const [words, ids] = id.startsWith('content/') ? ['Sent by', senders] : ['Used by', users];
  if (ids.length === 0) return html`<p class="soft">${words} no other rule; a campaign may name it.</p>`;
  return html`<p class="soft">${words} ${joined(ids.map(ruleLink), ', ')}</p>`;
}
