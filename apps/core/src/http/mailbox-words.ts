import type { TouchpointView } from '@tendril/store';
import { html, type Html } from './mailbox-html.ts';
import type { MailboxFilters } from './mailbox-load.ts';

/** A moment for people and for machines. */
export function moment(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** A state as a coloured word. */
export function badge(state: string): Html {
  return html`<span class="badge ${state}">${state}</span>`;
}

/** What became of a touchpoint, in one sentence. */
export function fate({ state, reason, connector, dueAt, sentAt }: TouchpointView): Html {
  const by = connector ?? 'its connector';
  const why = reason === null ? '' : ` (${reason})`;
  switch (state) {
    case 'planned':
      return html`It is planned for ${moment(dueAt)}.`;
    case 'held':
      return html`It is held${why}, and the gate looks at it again at ${moment(dueAt)}.`;
    case 'claimed':
    case 'sending':
      return html`It is on its way to ${by}.`;
    case 'accepted':
      return html`${by} took it${sentAt && html` at ${moment(sentAt)}`}.`;
    case 'rejected':
      return html`${by} refused it${why}.`;
    case 'unknown':
      return html`It may have been sent: ${by} gave no clear answer, so it is not sent again${why}.`;
    case 'cancelled':
    case 'suppressed':
    case 'expired':
      return html`It was not sent: ${state}${why}.`;
  }
}

/** A link target with the filters kept. */
export function hrefOf(path: string, { state, programme, before }: MailboxFilters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ state, programme, before })) if (value !== undefined) query.set(name, value);
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}
