import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, type Html } from './mailbox-html.ts';

const read = (markup: string): string =>
  markup.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[entity]!);

describe('html', () => {
  it('lets no text out of its element or its quotes, and loses nothing of it', () => {
    const hostile = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', '=', '&lt;', ' ') });
    fc.assert(
      fc.property(hostile, (text) => {
        const inner = html`${text}`.markup;
        expect(inner).not.toMatch(/[<>"']/);
        expect(read(inner)).toBe(text);
      }),
    );
  });

  it('keeps what it made itself, joins lists, and shows nothing for nothing', () => {
    expect(html`<ul>${['a<', 'b'].map((text) => html`<li>${text}</li>`)}${null}${undefined}${false}${0}</ul>`.markup).toBe('<ul><li>a&lt;</li><li>b</li>0</ul>');
  });

  it('takes no JSON for markup of its own', () => {
    const forged = JSON.parse('{ "markup": "<b>" }') as Html;
    expect(() => html`${forged}`.markup).toThrow();
  });
});
