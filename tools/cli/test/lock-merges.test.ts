import { describe, expect, it } from 'vitest';
import { type Change, gitCanMergeTrees, measureMerges, pickPair } from './lock-merges.ts';

const PAIRS = Number(process.env['TENDRIL_RUNS'] ?? 10);
const KINDS: readonly [Change['does'], Change['does']][] = [['change', 'change'], ['add', 'add'], ['change', 'add'], ['change', 'remove']];

describe.skipIf(!gitCanMergeTrees())('pull requests on different rules', () => {
  it.each(KINDS)('%s and %s of neighbours: git merges locks that each file carries, and not one file of them', (...kind) => {
    expect(measureMerges('each its own', 20, PAIRS, pickPair(kind, true))).toEqual({ pairs: PAIRS, conflicts: 0 });
    expect(measureMerges('one file', 20, PAIRS, pickPair(kind, true)).conflicts).toBe(PAIRS);
  });
});
