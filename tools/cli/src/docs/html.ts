/** A piece of HTML that is safe to put into a page. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | readonly Part[];

/** HTML with values in it: texts are escaped, pieces and lists of pieces stand as they are, undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.reduce((all, text, at) => all + pieceOf(parts[at - 1]) + text) };
}

function pieceOf(part: Part): string {
  if (part === undefined) return '';
  if (Array.isArray(part)) return (part as readonly Part[]).map(pieceOf).join('');
  return typeof part === 'object' && 'html' in part ? part.html : escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Pieces with something between them. */
export function joined(pieces: readonly Html[], between: string): Html {
  return html`${pieces.map((piece, at) => (at === 0 ? piece : html`${between}${piece}`))}`;
}
