import { html, type Html, htmlPage } from './mailbox-html.ts';
import type { Mailbox, MailboxFilters, MailboxItem } from './mailbox-load.ts';
import { byState, count, overviewHtml, sum } from './mailbox-overview.ts';
import { MAILBOX_STYLE, PLAIN_STYLE } from './mailbox-style.ts';
import { touchpointHtml } from './mailbox-touchpoint.ts';
import { badge, hrefOf, moment } from './mailbox-words.ts';

/** The outbox as a mailbox: numbers, the list of touchpoints with its filters, and one of them open. */
export function mailboxPage(mailbox: Mailbox): string {
  const { open, asked } = mailbox;
  const body = html`<header class="top">
<h1><a href="/">Tendril</a></h1>
<p class="soft">Every touchpoint, sent or not, with its why.</p>
<nav aria-label="Elsewhere"><a href="/docs">API docs</a><a href="/health/ready">Health</a></nav>
</header>
${overviewHtml(mailbox)}
<main class="${asked ? 'asked' : 'resting'}">
<section class="list" aria-label="Touchpoints">${filtersHtml(mailbox)}${listHtml(mailbox)}</section>
${open && touchpointHtml(open, mailbox)}
</main>`;
  return htmlPage(asked && open ? `${open.title} · Tendril` : 'Tendril: the outbox', MAILBOX_STYLE, body);
}

/** What `/` shows when the mailbox is closed, and what its other addresses show when there is nothing: a heading and sentences. */
export function notePage(title: string, sentences: readonly string[]): string {
  const body = html`<main class="note">
<h1>${title}</h1>
${sentences.map((sentence) => html`<p>${sentence}</p>`)}
<p><a href="/docs">API docs</a> · <a href="/health/ready">Health</a></p>
</main>`;
  return htmlPage(title, PLAIN_STYLE, body);
}

function listHtml(mailbox: Mailbox): Html {
  const { items, filters, more } = mailbox;
  if (items.length === 0) return html`<p class="pager soft">${emptySentence(filters)}</p>${pagerHtml(filters)}`;
  return html`<ol>${items.map((item) => itemHtml(item, mailbox))}</ol>${pagerHtml(filters, more ? items.at(-1)?.touchpoint.id : undefined)}`;
}

function emptySentence({ state, programme, before }: MailboxFilters): string {
  if (before !== undefined) return 'There is nothing older.';
  if (state !== undefined || programme !== undefined) return 'Nothing is like this at the moment.';
  return 'Nothing is here yet. A touchpoint appears when a lead enters a segment that a journey waits for, or a campaign addresses it.';
}

function itemHtml({ touchpoint, title, recipient, message }: MailboxItem, { filters, open }: Mailbox): Html {
  const { id, state, reason, channel, plannedAt } = touchpoint;
  const current = id === open?.touchpoint.id && html` aria-current="true"`;
  return html`<li><a${!message && html` class="unsent"`}${current} href="${hrefOf(`/outbox/${id}`, filters)}">
<span class="row"><bdi>${recipient ?? 'an erased lead'}</bdi><span class="soft">${channel}</span></span>
<span class="title"><bdi>${title}</bdi></span>
<span class="row"><span>${badge(state)} <span class="soft">${state !== 'accepted' && reason}</span></span><span class="soft">${moment(plannedAt)}</span></span>
</a></li>`;
}

function pagerHtml(filters: MailboxFilters, last?: string): Html {
  return html`<nav class="pager" aria-label="Pages">
${filters.before !== undefined && html`<a href="${hrefOf('/', { ...filters, before: undefined })}">Newest</a>`}
${last !== undefined && html`<a href="${hrefOf('/', { ...filters, before: last })}">Older</a>`}
</nav>`;
}

function filtersHtml({ overview, titles, filters }: Mailbox): Html {
  const { state, programme } = filters;
  const rows = overview.touchpoints;
  const ofProgramme = rows.filter((row) => programme === undefined || row.programme === programme);
  const ofState = rows.filter((row) => state === undefined || row.state === state);
  const programmes = [...new Set(rows.map((row) => row.programme))].map((id) => [id, sum(ofState.filter((row) => row.programme === id))] as const);
  const stateLink = (of: string | undefined, n: number) => linkHtml({ text: of ?? 'any state', n, to: { state: of, programme }, current: of === state });
  const programmeLink = (of: string | undefined, n: number) =>
    linkHtml({ text: of === undefined ? 'any programme' : (titles.get(of) ?? of), n, to: { state, programme: of }, current: of === programme });
  return html`<nav class="filters" aria-label="Filters">
<ul>${stateLink(undefined, sum(ofProgramme))}${byState(ofProgramme).map(([of, n]) => stateLink(of, n))}</ul>
<details${programme !== undefined && html` open`}><summary>Programmes</summary><ul>${programmeLink(undefined, sum(ofState))}${programmes.map(([of, n]) => programmeLink(of, n))}</ul></details>
</nav>`;
}

interface FilterLink {
  readonly text: string;
  readonly n: number;
  readonly to: MailboxFilters;
  readonly current: boolean;
}

function linkHtml({ text, n, to, current }: FilterLink): Html {
  return html`<li><a href="${hrefOf('/', to)}"${current && html` aria-current="true"`}>${text} <span>${count(n)}</span></a></li>`;
}
