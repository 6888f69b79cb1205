import { describe, expect, it } from 'vitest';
import { sampleRatioCheck } from './sample-ratio-check.ts';

function arms(...counts: readonly (readonly [number, number])[]): { arm: string; n: number; weight: number }[] {
  return counts.map(([n, weight], index) => ({ arm: `arm ${index}`, n, weight }));
}

describe('sampleRatioCheck', () => {
  it('gives Pearson’s chi-square', () => {
    // Mendel's peas (1866), round and yellow to wrinkled and green: 315, 108, 101, 32 against 9:3:3:1 give 0.470, p 0.925.
    const peas = sampleRatioCheck(arms([315, 9], [108, 3], [101, 3], [32, 1]));
    expect(peas.chiSquare).toBeCloseTo(0.47, 3);
    expect(peas.p).toBeCloseTo(0.925, 3);
    expect(peas).toMatchObject({ degrees: 3, mismatch: false });
  });

  it('raises the alarm at one in a thousand', () => {
    // 10.8276 is the 0.999 quantile with one degree: (n₁ − n₂)² / (n₁ + n₂).
    expect(sampleRatioCheck(arms([5164, 1], [4836, 1])).mismatch).toBe(false);
    expect(sampleRatioCheck(arms([5165, 1], [4835, 1])).mismatch).toBe(true);
    expect(sampleRatioCheck(arms([1000, 9], [0, 1])).mismatch).toBe(true);
  });

  it.each([[[]], [arms([5, 1])], [arms([0, 1], [0, 1])], [arms([5, 1], [5, 0])], [arms([-5, 1], [9, 1])], [arms([Number.NaN, 1], [9, 1])]])('refuses %j', (counts) => {
    expect(() => sampleRatioCheck(counts)).toThrow(expect.objectContaining({ code: 'ratio-unreadable' }));
  });
});
