const HIDDEN = '[secret]';

/** Shorter values would blank out ordinary words; no vendor's key is that short. */
const SHORTEST = 6;

/** How deep log data is followed; deeper is dropped rather than trusted. */
const DEEPEST = 8;

/** Authorization values carry secrets in forms that cannot be searched for, such as base64 of "id:key". */
const AUTHORIZATION = /\b(Basic|Bearer)\s+[\w+/=.~-]+/gi;

/** Hides secrets in text, and in every string and key inside plain data. */
export interface Redact {
  text(value: string): string;
  data(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** Every way in which the secret values are likely to appear: as they are, URL-encoded, in JSON, in base64. */
export function redactor(secrets: readonly string[]): Redact {
  const needles = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
    ])
    .sort((a, b) => b.length - a.length);
  const text = (value: string): string =>
    needles.reduce((so, needle) => so.replaceAll(needle, HIDDEN), value).replaceAll(AUTHORIZATION, `$1 ${HIDDEN}`);
  return { text, data: (value) => entries(value, text, DEEPEST) };
}

function walk(value: unknown, text: Redact['text'], depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth === 0) return '[deep]';
  if (value instanceof Error) return text(`${value.name}: ${value.message}`);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.map((item) => walk(item, text, depth - 1));
  return entries(value, text, depth);
}

function entries(value: object, text: Redact['text'], depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), walk(item, text, depth - 1)]));
}
