import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { content, email, policies, recipient, sms } from '../test/sample.ts';
import { compileContent } from './compile-content.ts';
import { render } from './render.ts';
import type { Rendered } from './types.ts';

const HELLO = '<p>Hello {{lead.firstName}}, welcome.</p>';

function written(rendered: Rendered): { subject: string; html: string; text: string } {
  if (!rendered.ok) expect.fail(rendered.problem);
  return { subject: '', html: '', ...rendered.message };
}

const problem = (rendered: Rendered): string => (rendered.ok ? 'no problem' : rendered.problem);

describe('an e-mail', () => {
  it('carries body, call to action, sender, reason and the way out in both parts', () => {
    const { subject, html, text } = written(email(HELLO, {}, '  {{lead.firstName}}, hello\n'));
    expect(subject).toBe('Ada, hello');
    expect(html).toContain('<p>Hello Ada, welcome.</p>');
    for (const said of ['https://bell.example/guide?a&#x3D;1&amp;b&#x3D;2', 'Bell &amp; Bird, 1 Sample Quay', 'about: Guides &amp; advice', 'https://bell.example/u/token']) {
      expect(html).toContain(said);
    }
    expect(text).toBe(
      'Hello Ada, welcome.\n\nRead it: https://bell.example/guide?a=1&b=2\n\nThe Bell & Bird team\n\n--\n' +
        'You get this because you agreed to hear from Bell & Bird about: Guides & advice.\n' +
        'Unsubscribe: https://bell.example/u/token\nBell & Bird, 1 Sample Quay, Exampleton\n',
    );
  });

  it('shows its first words as the preview, without markup', () => {
    expect(written(email('<h1>Big</h1><p>news</p>')).html).toContain('overflow:hidden">Big news</div>');
  });

  it('makes the text part from the HTML, functions, links and conditions included', () => {
    const body = '<h2>Hi {{default lead.nickName "you & co"}}</h2>{{#if lead.firstName}}<p>A <a href="{{company.website}}">site</a></p>{{else}}<p>B</p>{{/if}}';
    expect(written(email(body)).text).toMatch(/^Hi you & co\n\nA site \(https:\/\/bell\.example\)\n\nRead it/);
  });

  it('takes text.hbs for the text part where there is one', () => {
    const rule = content({ 'email.hbs': HELLO, 'subject.hbs': 'Hi', 'text.hbs': 'Plain {{lead.firstName}} <3' });
    expect(written(render(compileContent([rule], policies), rule.id, 'email', recipient)).text).toMatch(/^Plain Ada <3\n/);
  });

  it('is not written without an unsubscribe link', () => {
    expect(problem(email(HELLO, { unsubscribeUrl: null }))).toBe('content/hello: an e-mail needs an unsubscribe link');
  });

  it.each(['Ada\r\nBcc: everyone@victim.example', 'Ada\0', 'Ada\u2028Lovelace'])('refuses the subject for %j', (firstName) => {
    expect(problem(email(HELLO, { lead: { firstName } }, 'Hello {{lead.firstName}}'))).toContain('line break or control character');
  });

  it('escapes whatever a lead claims to be called', () => {
    const plain = written(email(HELLO, { lead: { firstName: 'NAME' } }));
    const hostile = fc.string({ unit: fc.constantFrom(...'<>"\'&`={}/ ab'), minLength: 1 }).filter((name) => name.trim() !== '');
    fc.assert(
      fc.property(hostile, (firstName) => {
        const { html, text } = written(email(HELLO, { lead: { firstName } }));
        const tags = (page: string) => page.replace(/overflow:hidden">[^<]*</, '').match(/<[^>]*>/g);
        expect(tags(html)).toEqual(tags(plain.html));
        expect(text).toContain(`Hello ${firstName}, welcome.`);
      }),
    );
  });
});

describe('an SMS', () => {
  it('is plain text, not escaped', () => {
    expect(written(sms('Hi {{lead.firstName}} & co: {{callToAction.url}}\nReply STOP to opt out.\n', { lead: { firstName: "D'Ada" } })).text).toBe(
      "Hi D'Ada & co: https://bell.example/guide?a=1&b=2\nReply STOP to opt out.",
    );
  });

  it('refuses control characters and an empty text', () => {
    expect(problem(sms('Hi {{lead.firstName}}', { lead: { firstName: 'A\u001b[2J' } }))).toContain('control character');
    expect(problem(sms('{{! nothing to say }}'))).toBe('content/hello/sms.hbs: the text is empty');
  });
});

describe('a missing merge field', () => {
  it.each([[undefined], [null], [''], ['  '], [['a', 'b']], [{ a: 1 }]])('is named, never an empty gap: %j', (firstName) => {
    const lead = firstName === undefined ? {} : { firstName };
    expect(problem(email(HELLO, { lead }))).toBe(
      '"lead.firstName" is missing and content/hello/email.hbs line 1 needs it; give it a {{default lead.firstName "…"}}',
    );
    expect(written(email('Hi {{default lead.firstName "there"}}!', { lead })).text).toMatch(/^Hi there!/);
  });

  it('does not matter inside an if that is not taken', () => {
    const body = '{{#if lead.firstName}}{{lead.firstName}}{{else}}{{#unless account.sites}}{{lead.lastName}}{{/unless}}{{/if}}';
    expect(written(email(body)).text).toMatch(/^Ada/);
    expect(email(body, { lead: {}, account: { sites: 3 } }).ok).toBe(true);
    expect(problem(email(body, { lead: {}, account: { sites: 0 } }))).toContain('"lead.lastName" is missing');
  });

  it.each(['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', '__lookupGetter__'])('covers lead.%s', (name) => {
    expect(problem(email(`{{lead.${name}}}`))).toContain(`"lead.${name}" is missing`);
    expect(written(email(`{{default lead.${name} "nothing"}}`)).text).toMatch(/^nothing/);
  });
});

describe('template functions', () => {
  it('write dates and counts in words', () => {
    const input = { lead: { ends: '2026-03-04T23:30:00Z' }, account: { sites: 1, shops: 12 } };
    expect(written(sms('{{date lead.ends}}, {{plural account.sites "site" "sites"}}, {{plural account.shops "shop" "shops"}}', input)).text).toBe(
      '4 March 2026, 1 site, 12 shops',
    );
  });

  it('say what they cannot read', () => {
    expect(problem(sms('{{date lead.firstName}}'))).toContain('"Ada", which is not a date');
    expect(problem(sms('{{plural lead.firstName "a" "b"}}'))).toContain('"Ada", which is not a number');
  });
});

describe('what cannot be rendered', () => {
  const library = compileContent([content({ 'sms.hbs': 'Hi' })], policies);

  it('is a sentence', () => {
    expect(problem(render(library, 'content/none', 'email', recipient))).toBe('There is no content "content/none"');
    expect(problem(render(library, 'content/hello', 'email', recipient))).toContain('needs email.hbs and subject.hbs');
    expect(problem(render(library, 'content/hello', 'fax', recipient))).toContain('the channel "fax"');
    expect(problem(sms('{{#if lead.firstName}}'))).toContain('content/hello/sms.hbs:1:1: The template cannot be read');
  });

  it('includes a template that is an object, whatever it claims to be', () => {
    const tree = { type: 'Program', body: [{ type: 'ContentStatement', value: 'x' }] } as unknown as string;
    expect(problem(sms(tree))).toContain('The template is not text');
    expect(problem(email(tree))).toContain('The template is not text');
  });
});
