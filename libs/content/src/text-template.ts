import { convert } from 'html-to-text';

const TAG = /\{\{!--[\s\S]*?--\}\}|\{\{[\s\S]*?\}\}/g;
const MARK = /\uE000(\d+)\uE001/g;

/**
 * Turns an HTML template into the template of its text part, once per rulebook: leads' data never passes through an
 * HTML parser, and rendering stays as cheap as one more template. The tags travel as private-use characters.
 */
export function textTemplate(html: string): string {
  const tags: string[] = [];
  const masked = html.replace(TAG, (tag) => `\uE000${tags.push(tag) - 1}\uE001`);
  const text = convert(masked, {
    wordwrap: false,
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
      { selector: 'img', format: 'skip' },
      ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  });
  return text.replace(MARK, (_mark, index: string) => tags[Number(index)] ?? '');
}
