import type { TouchpointView } from '@tendril/store';
import { html, type Html } from './mailbox-html.ts';
import type { Mailbox, MailboxItem } from './mailbox-load.ts';
import { badge, fate, hrefOf, moment } from './mailbox-words.ts';
import { reasonsOf } from './reasons.ts';

/** The open touchpoint: what became of it, why, the message, the gate's answers, the facts. */
export function touchpointHtml(item: MailboxItem, { filters, titles }: Mailbox): Html {
  const { touchpoint, title, recipient, message } = item;
  const { channel, state, programme, because } = touchpoint;
  return html`<article aria-labelledby="open-title">
<a class="back" href="${hrefOf('/', filters)}">← All touchpoints</a>
<div>${badge(state)} <span class="soft">${channel}</span></div>
<h2 id="open-title"><bdi>${title}</bdi></h2>
<dl>
<dt>To</dt><dd><bdi>${recipient ?? 'a lead that was erased'}</bdi></dd>
<dt>Programme</dt><dd><a href="${hrefOf('/', { programme })}">${titles.get(programme) ?? programme}</a> <span class="soft">${programme}, step ${touchpoint.step}</span></dd>
<dt>What became of it</dt><dd>${fate(touchpoint)}</dd>
${historyHtml(touchpoint)}
</dl>
<section class="because"><h3>Why</h3>${reasonsOf(touchpoint).map((sentence) => html`<p>${sentence}</p>`)}</section>
${message ? messageHtml(touchpoint.id, message) : html`<h3>Message</h3><p class="soft">${whyNoMessage(item)}</p>`}
${gateHtml(touchpoint)}
<details><summary>What was known then, as JSON</summary><pre>${JSON.stringify(because, null, 2)}</pre></details>
<p class="soft">Touchpoint ${touchpoint.id}, lead ${touchpoint.lead}</p>
</article>`;
}

function messageHtml(id: string, { content, unsubscribeUrl }: NonNullable<MailboxItem['message']>): Html {
  const { html: markup, text } = content;
  const words = text !== undefined && html`<pre>${text}</pre>`;
  const page = `/outbox/${id}/message`;
  return html`<h3>Message</h3>
${markup === undefined ? words : html`<iframe sandbox src="${page}" title="The message"></iframe>
<details><summary>The same as plain text</summary>${words || html`<p class="soft">It has no text part.</p>`}</details>`}
${unsubscribeUrl !== undefined && html`<p><a href="${unsubscribeUrl}" rel="noreferrer">Its unsubscribe page</a></p>`}`;
}

const SENT = ['accepted', 'unknown', 'rejected'];

function whyNoMessage({ touchpoint: { state, connector, content }, kept }: MailboxItem): string {
  if (!SENT.includes(state)) return `Nothing was sent, so there is no message. Its content is ${content}.`;
  if (kept) return 'The file is gone: the outbox folder no longer has this message, or has it in another form.';
  return `It left through ${connector ?? 'a connector'}, which keeps no copy here. Its content is ${content}.`;
}

function historyHtml(touchpoint: TouchpointView): Html[] {
  const { plannedAt, expiresAt, deliveredAt, openedAt, clickedAt, repliedAt, bouncedAt, complainedAt } = touchpoint;
  const history = {
    Planned: plannedAt,
    'Of use until': expiresAt,
    Delivered: deliveredAt,
    Opened: openedAt,
    Clicked: clickedAt,
    Replied: repliedAt,
    Bounced: bouncedAt,
    Complained: complainedAt,
  };
  return Object.entries(history).flatMap(([what, at]) => (at ? [html`<dt>${what}</dt><dd>${moment(at)}</dd>`] : []));
}

function gateHtml({ answers }: TouchpointView): Html {
  if (!answers || answers.length === 0) return html`<h3>The gate</h3><p class="soft">It was not asked yet.</p>`;
  const rows = answers.map(
    ({ asked, passed, answer }) => html`<tr${!passed && html` class="failed"`}><td>${asked}</td><td>${passed ? 'yes' : 'no'}</td><td>${answer}</td></tr>`,
  );
  return html`<h3>The gate</h3>
<div class="scroll"><table><thead><tr><th scope="col">Asked</th><th scope="col">Passed</th><th scope="col">Answer</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
