import { AppError } from '@tendril/kernel';

const LONG_DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `{{date lead.trialEndsAt}}` → "4 March 2026", the day in UTC, from an RFC 3339 text or a plain date. */
function date(value: unknown): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new AppError('not-a-date', `{{date …}} was given ${JSON.stringify(value)}, which is not a date`);
  }
  return LONG_DATE.format(at);
}

/** `{{plural account.sites "site" "sites"}}` → "1 site", "4 sites". */
function plural(value: unknown, one: unknown, many: unknown): string {
  if (typeof value !== 'number') {
    throw new AppError('not-a-number', `{{plural …}} was given ${JSON.stringify(value)}, which is not a number`);
  }
  return `${value} ${String(value === 1 ? one : many)}`;
}

/** `{{default lead.firstName "there"}}` → the field, or the words to use where it is missing. */
function orElse(value: unknown, words: unknown): unknown {
  return value ?? words;
}

/** What a template may call besides `if` and `unless`: nothing else exists, so nothing else can be reached. */
export const TEMPLATE_FUNCTIONS = { date, default: orElse, plural } as const;

/** How each is written: the field first, then this many words. `example` completes an error's hint. */
export const FUNCTION_SHAPES: Readonly<Record<string, { readonly words: number; readonly example: string }>> = {
  date: { words: 0, example: '{{date lead.trialEndsAt}}' },
  default: { words: 1, example: '{{default lead.firstName "there"}}' },
  plural: { words: 2, example: '{{plural account.sites "site" "sites"}}' },
};
