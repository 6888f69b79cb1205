import { closest, type TrackingPlan } from '@tendril/events';
import type { ContentRule, Problem } from '@tendril/rulebook';
import { type Field, readTemplate, type TemplateProblem } from './read-template.ts';

const TEMPLATES = ['email.hbs', 'subject.hbs', 'text.hbs', 'sms.hbs'];

/**
 * Checks contents when a rulebook is loaded: everything that would later be a problem for every recipient.
 * The unsubscribe link and the postal address of e-mails are the layout's, so they cannot be forgotten.
 */
export function contentProblems(content: readonly ContentRule[], plan: TrackingPlan): Problem[] {
  return content.flatMap((rule) => [...ruleProblems(rule), ...templateProblems(rule, plan)]);
}

function ruleProblems({ id, templates, callToAction }: ContentRule): Problem[] {
  const has = (name: string): boolean => Object.hasOwn(templates, name);
  const problem = (file: string, message: string, hint: string): Problem[] => [
    { file: `${id}/${file}`, line: 1, column: 1, severity: 'error', message, hint },
  ];
  return [
    ...Object.keys(templates)
      .filter((name) => !TEMPLATES.includes(name))
      .flatMap((name) => problem(name, 'Nothing reads this template', `The templates are ${TEMPLATES.join(', ')}.`)),
    ...(has('email.hbs') && !has('subject.hbs') ? problem('email.hbs', 'The e-mail has no subject', 'Add subject.hbs beside it.') : []),
    ...(has('subject.hbs') && !has('email.hbs') ? problem('subject.hbs', 'The subject has no e-mail', 'Add email.hbs beside it.') : []),
    ...(has('sms.hbs') && !/\bSTOP\b/.test(templates['sms.hbs'] ?? '')
      ? problem('sms.hbs', 'The SMS does not say how to opt out', 'End it with "Reply STOP to opt out."')
      : []),
    ...(callToAction && !/^https?:\/\/\S+$/.test(callToAction.url)
      ? problem('content.json', `The call to action leads to "${callToAction.url}", which is not a web address`, 'Write https://…')
      : []),
  ];
}

function templateProblems(rule: ContentRule, plan: TrackingPlan): Problem[] {
  return Object.entries(rule.templates).flatMap(([name, source]) => {
    const { fields, problems } = readTemplate(source, name === 'email.hbs');
    const unknown = fields.flatMap((field) => unknownField(field, rule, plan) ?? []);
    return [...problems, ...unknown].map((found) => ({ file: `${rule.id}/${name}`, severity: 'error' as const, ...found }));
  });
}

/** A field that no recipient will ever have. */
function unknownField({ path, line, column }: Field, rule: ContentRule, plan: TrackingPlan): TemplateProblem | undefined {
  const [root = '', name = ''] = path;
  const known: Readonly<Record<string, object>> = {
    lead: plan.attributes,
    account: plan.account,
    company: { name: true, postalAddress: true, website: true },
    callToAction: rule.callToAction ?? {},
  };
  const group = known[root];
  if (!group || Object.hasOwn(group, name)) return undefined;
  return { line, column, message: `There is no "${path.join('.')}"`, hint: remedy(root, name, Object.keys(group)) };
}

function remedy(root: string, name: string, known: readonly string[]): string {
  if (known.length === 0) return `Nothing is known under ${root}: declare it in tracking-plan.json or content.json.`;
  const meant = closest(name, known);
  return meant ? `Did you mean ${root}.${meant}?` : `There are ${known.map((each) => `${root}.${each}`).join(', ')}.`;
}
