import { describe, expect, it } from 'vitest';
import { callToAction, content, plan } from '../test/sample.ts';
import { contentProblems } from './content-problems.ts';

/** The problems of one e-mail body, as `line:column message`. */
function problemsOf(body: string): string[] {
  const rule = content({ 'email.hbs': body, 'subject.hbs': 'Hi' }, { callToAction });
  return contentProblems([rule], plan).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('contentProblems', () => {
  it('accepts what the templates may say', () => {
    const body = `{{! a note }}<p>{{lead.firstName}} {{default lead.firstName "you"}} {{date lead.trialEndsAt}}
      {{plural account.sites "site" "sites"}} <a href="{{callToAction.url}}">{{callToAction.label}}</a></p>
      {{#if account.sites}}{{company.name}}{{else if lead.firstName}}x{{else}}{{unsubscribeUrl}}{{/if}}{{#unless lead.firstName}}y{{/unless}}`;
    expect(problemsOf(body)).toEqual([]);
  });

  it.each([
    ['<p>\n  {{{lead.firstName}}}', '2:3 Unescaped output ({{{ or {{&) is not allowed'],
    ['{{&lead.firstName}}', '1:1 Unescaped output ({{{ or {{&) is not allowed'],
    ['a\n b {{shout lead.firstName}}', '2:4 There is no template function "shout"'],
    ['{{lookup lead "constructor"}}', '1:1 There is no template function "lookup"'],
    ['{{constructor lead}}', '1:1 There is no template function "constructor"'],
    ['{{#each lead}}x{{/each}}', '1:1 There is no block "each"'],
    ['{{#with lead}}x{{/with}}', '1:1 There is no block "with"'],
    ['{{#lead}}x{{/lead}}', '1:1 There is no block "lead"'],
    ['{{> footer}}', '1:1 Partials and decorators are not available'],
    ['{{* inline}}', '1:1 Partials and decorators are not available'],
    ['{{"text"}}', '1:1 This is not a merge field'],
    ['{{lead}}', '1:3 "lead" is not a merge field'],
    ['{{this}}', '1:3 "this" is not a merge field'],
    ['{{lead.firstName.constructor}}', '1:3 "lead.firstName.constructor" is not a merge field'],
    ['{{../lead.firstName}}', '1:3 "../lead.firstName" is not a merge field'],
    ['{{@root.lead}}', '1:3 "@root.lead" is not a merge field'],
    ['{{env.PATH}}', '1:3 "env.PATH" is not a merge field'],
    ['{{default lead.firstName}}', '1:1 {{default …}} is not written like this'],
    ['{{default lead.firstName lead.email}}', '1:1 {{default …}} is not written like this'],
    ['{{date (default lead.trialEndsAt "x")}}', '1:1 {{date …}} is not written like this'],
    ['{{#if (shout lead.firstName)}}x{{/if}}', '1:1 {{#if …}} asks for one merge field'],
    ['{{lead.surname}}', '1:3 There is no "lead.surname"'],
    ['{{lead.constructor}}', '1:3 There is no "lead.constructor"'],
    ['{{lead.__proto__}}', '1:3 There is no "lead.__proto__"'],
    ['{{#if account.shops}}x{{/if}}', '1:7 There is no "account.shops"'],
    ['<a href="{{lead.firstName}}">x</a>', '1:12 "lead.firstName" stands inside a tag'],
    ['<script>1</script>', '1:1 <script> has no place in a message'],
  ])('refuses %j', (body, problem) => {
    expect(problemsOf(body)).toEqual([problem]);
  });

  it('places what Handlebars itself cannot read', () => {
    expect(problemsOf('fine\n and {{#if lead.firstName}} never closed')[0]).toMatch(/^2:\d+ The template cannot be read/);
    expect(problemsOf('fine\n and {{lead.firstName')[0]).toMatch(/^2:6 The template cannot be read/);
    expect(problemsOf('{{#if lead.firstName}}\n  {{/unless}}')[0]).toMatch(/^1:\d+ The template cannot be read: if doesn't match unless/);
  });

  it('names the fields that exist', () => {
    const sms = '{{lead.fristName}} {{lead.shoeSize}} {{callToAction.url}} STOP';
    const found = contentProblems([content({ 'sms.hbs': sms })], plan);
    expect(found.map(({ file, hint }) => `${file} ${hint}`)).toEqual([
      'content/hello/sms.hbs Did you mean lead.firstName?',
      'content/hello/sms.hbs There are lead.firstName, lead.trialEndsAt.',
      'content/hello/sms.hbs Nothing is known under callToAction: declare it in tracking-plan.json or content.json.',
    ]);
  });

  it('lets a subject compare things', () => {
    expect(contentProblems([content({ 'email.hbs': 'x', 'subject.hbs': 'a < b, {{lead.firstName}}' })], plan)).toEqual([]);
  });

  it.each([
    [{ 'email.hbs': 'x' }, undefined, 'The e-mail has no subject'],
    [{ 'subject.hbs': 'x' }, undefined, 'The subject has no e-mail'],
    [{ 'sms.hbs': 'Buy now' }, undefined, 'The SMS does not say how to opt out'],
    [{ 'sms.hbs': 'STOP', 'push.hbs': 'x' }, undefined, 'Nothing reads this template'],
    [{ 'sms.hbs': 'STOP' }, { label: 'Go', url: 'javascript:alert(1)' }, 'The call to action leads to "javascript:alert(1)", which is not a web address'],
  ])('refuses a folder with %j', (templates, action, problem) => {
    const rule = content(templates as Record<string, string>, { callToAction: action });
    expect(contentProblems([rule], plan).map(({ message }) => message)).toEqual([problem]);
  });
});
