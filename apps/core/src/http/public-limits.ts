/** Events a minute of one visitor: a person reads a page or two a second at most. */
export const VISITOR_LIMIT = 120;

/** Events a minute of one key: 500 a second, above what a large site has, below what would hold up everybody else. */
export const KEY_LIMIT = 30_000;

/**
 * Counts what browsers send within each minute of the clock. In the memory of one process, so an installation of several admits
 * as many times more; a flood from many addresses is for the proxy in front. Holds at most `KEY_LIMIT` numbers per key.
 */
export class PublicLimits {
  #minute = 0;
  #counts = new Map<string, number>();

  /** Whether these events are still within the limits; if so, they are counted. */
  admit(key: string, visitors: readonly string[], now: Date): boolean {
    const minute = Math.floor(now.getTime() / 60_000);
    if (minute !== this.#minute) this.#counts = new Map();
    this.#minute = minute;
    const news = new Map([[key, visitors.length]]);
    for (const visitor of visitors) {
      const name = `${key} ${visitor}`;
      news.set(name, (news.get(name) ?? 0) + 1);
    }
    const sums = [...news].map(([name, n]) => [name, n + (this.#counts.get(name) ?? 0)] as const);
    if (sums.some(([name, sum]) => sum > (name === key ? KEY_LIMIT : VISITOR_LIMIT))) return false;
    for (const [name, sum] of sums) this.#counts.set(name, sum);
    return true;
  }
}
