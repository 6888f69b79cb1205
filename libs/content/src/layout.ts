import Handlebars from 'handlebars';
import type { Policies } from '@tendril/rulebook';
import { previewText } from './preview-text.ts';

/** What the layout puts around a body. The texts are plain: they are escaped here. */
export interface Frame {
  readonly company: Policies['company'];
  /** Title of the topic that the recipient agreed to hear about. */
  readonly topic: string;
  readonly callToAction: { readonly label: string; readonly url: string } | undefined;
  readonly unsubscribeUrl: string;
}

const escape = (text: string): string => Handlebars.escapeExpression(text);

function button({ label, url }: { readonly label: string; readonly url: string }): string {
  return `<p style="margin:28px 0"><a href="${escape(url)}" style="background:#14532d;border-radius:6px;color:#ffffff;display:inline-block;font-weight:bold;padding:12px 22px;text-decoration:none">${escape(label)}</a></p>`;
}

/**
 * A whole HTML mail: one column of at most 600 pixels, readable without images and on a phone, with the sender's
 * postal address, the reason for the mail and the way out that the law asks for (CAN-SPAM; RFC 8058 adds headers).
 */
export function emailHtml(subject: string, body: string, bodyText: string, frame: Frame): string {
  const { company, topic, callToAction, unsubscribeUrl } = frame;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(subject)}</title>
<style>body{margin:0;background:#f4f4f1}p,li{line-height:1.55}@media (max-width:620px){.sheet{border-radius:0!important;padding:24px!important}}</style>
</head>
<body>
<div style="display:none;max-height:0;overflow:hidden">${escape(previewText(bodyText))}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px"><tr>
<td class="sheet" style="background:#ffffff;border-radius:10px;color:#1f2933;font-family:Helvetica,Arial,sans-serif;font-size:16px;padding:36px">
${body.trim()}
${callToAction ? button(callToAction) : ''}
<p>The ${escape(company.name)} team</p>
</td></tr><tr>
<td style="color:#5f6b76;font-family:Helvetica,Arial,sans-serif;font-size:12px;padding:20px 36px">
<p>You get this because you agreed to hear from ${escape(company.name)} about: ${escape(topic)}.
<a href="${escape(unsubscribeUrl)}" style="color:#5f6b76">Unsubscribe</a></p>
<p>${escape(company.name)}, ${escape(company.postalAddress)}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

/** The text part: the body's text, the call to action, and the same footer. */
export function emailText(bodyText: string, frame: Frame): string {
  const { company, topic, callToAction, unsubscribeUrl } = frame;
  return [
    // Conditions that were not taken leave empty lines behind.
    bodyText.trim().replace(/\n{3,}/g, '\n\n'),
    ...(callToAction ? [`${callToAction.label}: ${callToAction.url}`] : []),
    `The ${company.name} team`,
    `--\nYou get this because you agreed to hear from ${company.name} about: ${topic}.\nUnsubscribe: ${unsubscribeUrl}\n${company.name}, ${company.postalAddress}\n`,
  ].join('\n\n');
}
