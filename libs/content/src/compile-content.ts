import type { ContentRule, Policies } from '@tendril/rulebook';
import { compileTemplate, type Template } from './compile-template.ts';
import { type MergeGroup, mergeGroup } from './merge-values.ts';
import { textTemplate } from './text-template.ts';

/** One content, ready to render. A channel's templates are absent where the folder has none. */
export interface CompiledContent {
  readonly rule: ContentRule;
  readonly topic: string;
  readonly callToAction: MergeGroup;
  readonly email?: { readonly subject: Template; readonly html: Template; readonly text: Template };
  readonly sms?: Template;
}

/** All contents of one rulebook, compiled once. */
export interface ContentLibrary {
  readonly company: Policies['company'];
  readonly companyFields: MergeGroup;
  readonly contents: ReadonlyMap<string, CompiledContent>;
}

/**
 * Compiles every template of a rulebook: once per rulebook, because compiling per message costs a hundred times
 * the rendering. A broken template does not fail here; it answers with its problem when rendered.
 */
export function compileContent(content: readonly ContentRule[], policies: Policies): ContentLibrary {
  return {
    company: policies.company,
    companyFields: mergeGroup(policies.company),
    contents: new Map(content.map((rule) => [rule.id, compileOne(rule, policies)])),
  };
}

function compileOne(rule: ContentRule, policies: Policies): CompiledContent {
  const { 'email.hbs': html, 'subject.hbs': subject, 'text.hbs': text, 'sms.hbs': sms } = rule.templates;
  const compile = (name: string, source: string, isHtml = false) => compileTemplate(`${rule.id}/${name}`, source, isHtml);
  return {
    rule,
    topic: policies.topics[rule.topic]?.title ?? rule.topic,
    callToAction: mergeGroup(rule.callToAction),
    ...(html !== undefined &&
      subject !== undefined && {
        email: {
          subject: compile('subject.hbs', subject),
          html: compile('email.hbs', html, true),
          text: text === undefined ? compile('email.hbs', textOf(html)) : compile('text.hbs', text),
        },
      }),
    ...(sms !== undefined && { sms: compile('sms.hbs', sms) }),
  };
}

/** What is not text stays as it is, so that the compiler refuses it. */
function textOf(html: string): string {
  return typeof html === 'string' ? textTemplate(html) : html;
}
