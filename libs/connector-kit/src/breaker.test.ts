import { beforeEach, describe, expect, it } from 'vitest';

import { breakerOf, type Breaker } from './breaker.ts';
import type { Outcome } from './contract.ts';
import { accepted, rejected, retry, unknown } from './outcome.ts';

const at = (seconds: number): Date => new Date(seconds * 1_000);

let breaker: Breaker;

beforeEach(() => {
  breaker = breakerOf();
});

function hear(times: number, outcome: Outcome, seconds = 0): void {
  for (let time = 0; time < times; time += 1) breaker.heard([outcome], at(seconds));
}

describe('breakerOf', () => {
  it('leaves a vendor alone after five calls in a row without an answer', () => {
    hear(4, unknown('silence'));
    expect(breaker.stopped(at(0))).toBeUndefined();
    hear(1, retry('vendor', 'unreachable'));
    expect(breaker.stopped(at(29))).toMatchObject({ reason: 'vendor', after: 1_000 });
    expect(breaker.stopped(at(30))).toBeUndefined();
  });

  it('counts anew after any answer, also a refusal', () => {
    hear(4, unknown('silence'));
    hear(1, rejected('address', 'no such number'));
    hear(4, unknown('silence'));
    expect(breaker.stopped(at(0))).toBeUndefined();
  });

  it('probes with one call at a time until the vendor answers', () => {
    hear(5, unknown('silence'));
    breaker.stopped(at(30));
    expect(breaker.width()).toBe(1);
    hear(1, unknown('silence'), 30);
    expect(breaker.stopped(at(31))).toMatchObject({ reason: 'vendor' });
    breaker.stopped(at(60));
    hear(1, accepted('1'), 60);
    expect([breaker.stopped(at(60)), breaker.width()]).toEqual([undefined, 5]);
  });

  it.each([
    [retry('limits', '429', 7_000), 7_000],
    [retry('limits', '429'), 30_000],
    [retry('credentials', '401'), 60_000],
    [retry('configuration', 'no such sender'), 60_000],
  ])('stops at once for %o', (outcome, after) => {
    hear(1, outcome);
    expect(breaker.stopped(at(0))).toMatchObject({ reason: outcome.state === 'retry' ? outcome.reason : '', after });
  });

  it('is not made to wait longer by a clock that is set back', () => {
    hear(1, retry('limits', '429', 7_000), 1_000);
    expect(breaker.stopped(at(0))).toMatchObject({ after: 7_000 });
    expect(breaker.stopped(at(7))).toBeUndefined();
  });
});
