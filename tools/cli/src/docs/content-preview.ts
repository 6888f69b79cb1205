import { type CompiledContent, type ContentLibrary, previewText, render } from '@tendril/content';
import type { PropertyPlan, TrackingPlan } from '@tendril/events';
import type { Json, JsonObject } from '@tendril/kernel';
import { html, type Html } from './html.ts';

/** What a content looks like in a mailbox or on a telephone, for a lead of whom everything is known. */
export function contentPreview({ rule, email, sms }: CompiledContent, library: ContentLibrary, plan: TrackingPlan): Html {
  const channels = [...(email ? ['email'] : []), ...(sms ? ['sms'] : [])];
  const input = { lead: examples(plan.attributes), account: examples(plan.account), unsubscribeUrl: 'https://unsubscribe.example/' };
  return html`${channels.map((channel) => {
    const rendered = render(library, rule.id, channel, input);
    if (!rendered.ok) return html`<p class="alarm">${channel}: ${rendered.problem}</p>`;
    const { message } = rendered;
    const words = 'subject' in message ? html`<b>${message.subject}</b>${previewText(message.text)}` : html`${message.text}`;
    return html`<div class="mail"><span class="soft">${channel}</span><br>${words}</div>`;
  })}`;
}

/** Each attribute with its own name as a value, or the first that it may have. */
function examples(properties: Readonly<Record<string, PropertyPlan>>): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, exampleOf(name, property)]));
}

function exampleOf(name: string, { type, values }: PropertyPlan): Json {
  const text = values?.[0] ?? `[${name}]`;
  return { string: text, strings: [text], number: 3, boolean: true, date: '2026-12-31' }[type];
}
