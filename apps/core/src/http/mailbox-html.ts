/** Markup that may go into a page as it is. A class, so that no JSON from outside can pass for it. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What a template may hold: texts and numbers are escaped, `Html` is not, lists are joined, nothing else shows. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A template tag. Safe for text and for quoted attributes; an address for `href` must be checked by the caller. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => text + markupOf(parts[index])).join(''));
}

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string' || typeof part === 'number') return String(part).replace(/[&<>"']/g, (character) => ESCAPED[character]!);
  return part ? part.map(markupOf).join('') : '';
}

/** A whole page, as text: see `answerPage`. */
export function htmlPage(title: string, style: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}
