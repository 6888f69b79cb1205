import type { CompiledContent, ContentLibrary } from './compile-content.ts';
import { emailHtml, emailText, type Frame } from './layout.ts';
import { type MergeValues, mergeValues } from './merge-values.ts';
import type { MergeInput, Rendered } from './types.ts';

/** Control characters: in a subject they could begin another header (CR, LF) or cut it short (NUL). */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** Line breaks and tabs are fine in an SMS; the rest is not. */
const SMS_CONTROL = /(?![\n\t])\p{Cc}/u;

/**
 * Writes one content for one recipient on one channel. What cannot be said is a problem in words, never an exception
 * and never a message with a gap.
 */
export function render(library: ContentLibrary, contentId: string, channel: string, input: MergeInput): Rendered {
  const content = library.contents.get(contentId);
  if (!content) return refused(`There is no content "${contentId}"`);
  const values = mergeValues(input, library.companyFields, content.callToAction);
  switch (channel) {
    case 'email':
      return renderEmail(library, content, values);
    case 'sms':
      return renderSms(content, values);
    default:
      return refused(`${contentId} cannot be sent on the channel "${channel}": contents are written for email and sms`);
  }
}

function renderEmail(library: ContentLibrary, content: CompiledContent, values: MergeValues): Rendered {
  const { email, rule } = content;
  if (!email) return refused(`${rule.id} has no e-mail; it needs email.hbs and subject.hbs`);
  if (values.unsubscribeUrl === undefined) return refused(`${rule.id}: an e-mail needs an unsubscribe link`);
  const subject = email.subject(values);
  if (!subject.ok) return subject;
  const line = subject.text.trim();
  if (CONTROL.test(line)) return refused(`${rule.id}/subject.hbs: the subject holds a line break or control character`);
  if (line === '') return refused(`${rule.id}/subject.hbs: the subject is empty`);
  const html = email.html(values);
  if (!html.ok) return html;
  const text = email.text(values);
  if (!text.ok) return text;
  const frame: Frame = {
    company: library.company,
    topic: content.topic,
    callToAction: rule.callToAction,
    unsubscribeUrl: values.unsubscribeUrl,
  };
  return {
    ok: true,
    message: { subject: line, html: emailHtml(line, html.text, text.text, frame), text: emailText(text.text, frame) },
  };
}

function renderSms({ sms, rule }: CompiledContent, values: MergeValues): Rendered {
  if (!sms) return refused(`${rule.id} has no SMS; it needs sms.hbs`);
  const filled = sms(values);
  if (!filled.ok) return filled;
  const text = filled.text.trim();
  if (SMS_CONTROL.test(text)) return refused(`${rule.id}/sms.hbs: the text holds a control character`);
  return text === '' ? refused(`${rule.id}/sms.hbs: the text is empty`) : { ok: true, message: { text } };
}

function refused(problem: string): Rendered {
  return { ok: false, problem };
}
