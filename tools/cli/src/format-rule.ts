import { format } from 'prettier';

/**
 * The one layout of a rule file: JSON by prettier, 140 columns, objects on one line where they fit. It depends on what the
 * file says and not on how it was laid out before, so that two people who write the same write the same text.
 *
 * @throws when the text is not JSON.
 */
export function formatRule(text: string): Promise<string> {
  return format(text, { parser: 'json', printWidth: 140, objectWrap: 'collapse', endOfLine: 'lf' });
}
