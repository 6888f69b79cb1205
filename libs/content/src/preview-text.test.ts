import fc from 'fast-check';
import { expect, it } from 'vitest';
import { previewText } from './preview-text.ts';

it('keeps a short text on one line', () => {
  expect(previewText('  Hello\n\n  Ada ')).toBe('Hello Ada');
});

it('cuts between words and stays short', () => {
  expect(previewText('word '.repeat(40))).toBe(`${'word '.repeat(22).trim()}…`);
  fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => previewText(text).length <= 110));
});
