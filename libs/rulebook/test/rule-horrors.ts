import type { RuleSource } from '../src/index.ts';
import type { Broken } from './mutate-rule-file.ts';

/** Files that no generator would think of, made by hand from a good one. */
export function horrorsOf({ path, text }: RuleSource): Broken[] {
  const body = text.trim().replace(/^\{/, '').replace(/\}$/, '');
  const horrors: Readonly<Record<string, string>> = {
    'ten thousand lists': '['.repeat(10_000),
    'ten thousand objects': '{"a":'.repeat(10_000),
    'ten thousand levels, all closed': `{"not":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    'five megabytes of blanks': text + ' '.repeat(5_000_000),
    'five megabytes of one text': `{ "title": "${'x'.repeat(5_000_000)}" }`,
    'five megabytes of opening brackets': '['.repeat(5_000_000),
    'a byte order mark': `\uFEFF${text}`,
    'UTF-16, read as UTF-8': `\uFFFD\uFFFD${[...text].join('\0')}`,
    'Windows line ends': text.replaceAll('\n', '\r\n'),
    'old Macintosh line ends': text.replaceAll('\n', '\r'),
    'a byte that is no UTF-8': text.replace('"', '"\uFFFD'),
    'a NUL': text.replace('"', '"\0'),
    'nothing at all': '',
    'blanks': ' \n\t ',
    'a number': '42',
    'a text': '"rule"',
    'null': 'null',
    'a list of the rule': `[${text}]`,
    'the rule twice': `${text}${text}`,
    'YAML': 'id: segments/x\nversion: 1\n',
    'JavaScript': `module.exports = ${text}`,
    'HTML': '<!doctype html><title>404</title>',
    'a conflict of git': `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> branch\n`,
    'a trailing comma': `{${body},}`,
    'a leading comma': `{,${body}}`,
    'no commas': text.replaceAll(',', ' '),
    'single quotes': text.replaceAll('"', "'"),
    'typographic quotes': text.replaceAll('"', '”'),
    'a line comment': `// note\n${text}`,
    '__proto__': `{ "__proto__": { "polluted": true }, ${body} }`,
    'constructor.prototype': `{ "constructor": { "prototype": { "polluted": true } }, ${body} }`,
    'a hundred thousand keys': `{${Array.from({ length: 100_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
    'NaN': '{ "version": NaN }',
    'Infinity': '{ "version": Infinity }',
    'minus Infinity': '{ "version": -Infinity }',
    'hexadecimal': '{ "version": 0x10 }',
    'a plus': '{ "version": +1 }',
    'a number of a thousand digits': `{ "version": ${'9'.repeat(1000)} }`,
    'an escape that is none': '{ "title": "\\x41" }',
    'half a surrogate': '{ "title": "\\ud800" }',
    'a line break in a text': '{ "title": "a\nb" }',
  };
  return Object.entries(horrors).map(([how, broken]) => ({ path, text: broken, how }));
}
