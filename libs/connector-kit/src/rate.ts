/** Spends the right to call a vendor. It never waits: who gets no right is told when to come back. */
export interface Rate {
  /** Takes up to `wanted` calls; answers how many it may make now. */
  take(wanted: number, now: Date): number;
  /** Milliseconds until the call after `ahead` others would be allowed. */
  wait(ahead: number): number;
}

/** A token bucket that holds one second's worth. Per process: quotas shared by processes belong in the database. */
export function rateOf(perSecond: number): Rate {
  const size = Math.max(1, perSecond);
  let tokens = size;
  let since: number | undefined;
  return {
    take(wanted, now) {
      // A clock that was set back adds nothing, and counts on from there.
      tokens = Math.min(size, tokens + (Math.max(0, now.getTime() - (since ?? now.getTime())) / 1_000) * perSecond);
      since = now.getTime();
      const granted = Math.min(wanted, Math.floor(tokens));
      tokens -= granted;
      return granted;
    },
    wait: (ahead) => Math.max(1, Math.ceil(((ahead + 1 - tokens) / perSecond) * 1_000)),
  };
}
