import type { Overview } from '@tendril/store';
import { html, type Html } from './mailbox-html.ts';
import type { Mailbox } from './mailbox-load.ts';
import { badge, hrefOf } from './mailbox-words.ts';

/** The numbers above the mailbox: leads, stages, segments, touchpoints by state with the reasons. */
export function overviewHtml({ overview, titles, stages, asked }: Mailbox): Html {
  const { leads, evaluated, segments } = overview;
  const nowhere = overview.stages[''] ?? 0;
  const staged = [...stages.map(({ name, title }) => [title, overview.stages[name] ?? 0] as const), ...(nowhere > 0 ? [['No stage yet', nowhere] as const] : [])];
  const sized = Object.entries(segments).sort(([, a], [, b]) => b - a);
  return html`<details class="overview"${asked ? null : html` open`}>
<summary>${count(leads)} leads, ${count(sum(overview.touchpoints))} touchpoints</summary>
<div class="cards">
<section><h2>Leads</h2><div class="big">${count(leads)}</div><div class="soft">${count(evaluated)} scored</div></section>
<section><h2>Stages</h2><ul>${staged.map(([title, n]) => line(title, n, leads))}</ul></section>
<section class="segments"><h2>Segments</h2><ul>${sized.map(([id, n]) => line(titles.get(id) ?? id, n, leads))}</ul>${sized.length === 0 && nothing('No lead is in one yet.')}</section>
<section><h2>Touchpoints</h2>${touchpointsHtml(overview.touchpoints)}</section>
</div>
</details>`;
}

/** Touchpoints by state in the order of their lives. */
export function byState(rows: Overview['touchpoints']): readonly (readonly [state: string, n: number])[] {
  const found = new Set(rows.map(({ state }) => state));
  return STATES.filter((state) => found.has(state)).map((state) => [state, sum(rows.filter((row) => row.state === state))]);
}

const STATES = ['accepted', 'planned', 'held', 'claimed', 'sending', 'unknown', 'rejected', 'suppressed', 'cancelled', 'expired'];

function touchpointsHtml(rows: Overview['touchpoints']): Html {
  if (rows.length === 0) return nothing('None is planned yet.');
  const items = byState(rows).map(([state, n]) => {
    const reasons = reasonsIn(rows.filter((row) => row.state === state));
    return html`<li><a href="${hrefOf('/', { state })}">${badge(state)}</a><span class="n">${count(n)}</span>${reasons && html`<span class="why">${reasons}</span>`}</li>`;
  });
  return html`<ul>${items}</ul>`;
}

function reasonsIn(rows: Overview['touchpoints']): string {
  const reasons = [...new Set(rows.flatMap(({ reason }) => (reason === null ? [] : [reason])))];
  const counted = reasons.map((reason) => [reason, sum(rows.filter((row) => row.reason === reason))] as const).sort(([, a], [, b]) => b - a);
  return counted.map(([reason, n]) => `${reason} ${count(n)}`).join(', ');
}

function line(title: string, n: number, of: number): Html {
  const share = of > 0 ? Math.round((n / of) * 100) : 0;
  return html`<li><span>${title}</span><span class="n">${count(n)}</span><span class="bar"><i style="width:${share}%"></i></span></li>`;
}

const nothing = (sentence: string): Html => html`<p class="soft">${sentence}</p>`;

/** 12,345 */
export const count = (n: number): string => n.toLocaleString('en');

/** Of counted rows. */
export const sum = (rows: readonly { readonly n: number }[]): number => rows.reduce((total, { n }) => total + n, 0);
