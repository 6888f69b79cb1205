const LEAST = 1_000;
const MOST = 24 * 3_600_000;

/** The three date forms that RFC 9110 §5.6.7 allows begin with a weekday; anything else that Date would accept is garbage. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * What a Retry-After header asks for, in milliseconds from `now`; undefined when absent or garbage.
 *
 * At least one second, because "0" or a date that our clock has passed would make a busy loop; at most 24 hours, because a
 * vendor's slip must not park a touchpoint for years.
 */
export function retryAfter(header: string | undefined, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  const asked = /^\d+$/.test(value) ? Number(value) * 1_000 : HTTP_DATE.test(value) ? Date.parse(value) - now.getTime() : NaN;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(asked, LEAST), MOST);
}
