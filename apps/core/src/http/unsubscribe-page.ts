import { html, type Html, htmlPage } from './mailbox-html.ts';
import { PLAIN_STYLE } from './mailbox-style.ts';

/** Whose messages, and on which channel: all that these pages say. They name no recipient, because mails are forwarded. */
export interface OptOutSubject {
  readonly company: string;
  readonly channel: string;
}

/** Asks before anything changes: mail scanners open links, and people press the wrong one. */
export function askPage({ company, channel }: OptOutSubject): string {
  return page(`Unsubscribe from ${company}`, html`
<p>Press the button, and ${company} sends you nothing more ${by(channel)}, whatever it is about.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>`);
}

export function donePage({ company, channel }: OptOutSubject): string {
  return page('You are unsubscribed', html`
<p>You will not hear from ${company} ${by(channel)} again. This holds from now on; there is nothing else to do.</p>`);
}

/** The same for every link that is not ours, so that nobody learns anything by trying. */
export const UNKNOWN_LINK_PAGE = page('This link is not complete', html`
<p>It may have been cut in two when it was copied. Please open it again from the message itself, or reply to the message and ask to be left alone.</p>`);

function page(title: string, text: Html): string {
  return htmlPage(title, PLAIN_STYLE, html`<main class="note"><h1>${title}</h1>${text}</main>`);
}

function by(channel: string): string {
  return { email: 'by e-mail', sms: 'by text message' }[channel] ?? `on ${channel}`;
}
