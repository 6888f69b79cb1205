import { describe, expect, it } from 'vitest';
import { KEY_LIMIT, PublicLimits, VISITOR_LIMIT } from './public-limits.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 2, 2, 9, 0, second));
const of = (visitor: string, n: number): string[] => Array.from({ length: n }, () => visitor);

describe('limits of public keys', () => {
  it('hold for one visitor, within a minute', () => {
    const limits = new PublicLimits();
    expect(limits.admit('a', of('one', VISITOR_LIMIT), at(0))).toBe(true);
    expect(limits.admit('a', of('one', 1), at(59))).toBe(false);
    expect(limits.admit('a', of('other', 1), at(59))).toBe(true);
    expect(limits.admit('a', of('one', 1), at(60))).toBe(true);
  });

  it('hold for one key, whoever its visitors say they are', () => {
    const limits = new PublicLimits();
    expect(limits.admit('a', Array.from({ length: KEY_LIMIT }, (_, n) => `visitor ${n}`), at(0))).toBe(true);
    expect(limits.admit('a', ['one more'], at(1))).toBe(false);
    expect(limits.admit('b', ['one more'], at(1))).toBe(true);
  });

  it('count nothing of a request that they refuse', () => {
    const limits = new PublicLimits();
    expect(limits.admit('a', [...of('one', VISITOR_LIMIT + 1), 'other'], at(0))).toBe(false);
    expect(limits.admit('a', of('one', VISITOR_LIMIT), at(0))).toBe(true);
  });

  it('go on when the clock jumps back', () => {
    const limits = new PublicLimits();
    limits.admit('a', of('one', VISITOR_LIMIT), at(3_600));
    expect(limits.admit('a', of('one', VISITOR_LIMIT), at(0))).toBe(true);
    expect(limits.admit('a', of('one', 1), at(1))).toBe(false);
  });
});
