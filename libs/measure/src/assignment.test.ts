import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignArm, inHoldout } from './assignment.ts';
import { sampleRatioCheck } from './sample-ratio-check.ts';

const LEADS = Array.from({ length: 20_000 }, (_, index) => `lead-${index}`);
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('inHoldout', () => {
  it('keeps the share that was asked for', () => {
    const held = LEADS.filter((lead) => inHoldout(lead, { share: 0.1, salt: 'a' })).length;
    const arms = [
      { arm: 'holdout', n: held, weight: 0.1 },
      { arm: 'nurtured', n: LEADS.length - held, weight: 0.9 },
    ];
    expect(sampleRatioCheck(arms).mismatch).toBe(false);
  });

  it('stays what it is: leads in a holdout stay in it over releases', () => {
    expect(LEADS.slice(0, 50).filter((lead) => inHoldout(lead, { share: 0.1, salt: 'first' }))).toEqual(['lead-3', 'lead-7', 'lead-12', 'lead-25', 'lead-30', 'lead-35']);
  });

  it('holds back nobody at 0 and everybody at 1', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (lead, salt) => !inHoldout(lead, { share: 0, salt }) && inHoldout(lead, { share: 1, salt })));
  });

  it('only grows when the share grows', () => {
    fc.assert(
      fc.property(fc.string(), share, share, (lead, a, b) => {
        const held = inHoldout(lead, { share: Math.min(a, b), salt: 's' });
        return !held || inHoldout(lead, { share: Math.max(a, b), salt: 's' });
      }),
    );
  });

  it('draws anew with another salt', () => {
    const both = LEADS.filter((lead) => inHoldout(lead, { share: 0.1, salt: 'a' }) && inHoldout(lead, { share: 0.1, salt: 'b' })).length;
    const arms = [
      { arm: 'both', n: both, weight: 0.01 },
      { arm: 'not both', n: LEADS.length - both, weight: 0.99 },
    ];
    expect(sampleRatioCheck(arms).mismatch).toBe(false);
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses a share of %d', (wrong) => {
    expect(() => inHoldout('lead', { share: wrong, salt: 's' })).toThrow(expect.objectContaining({ code: 'holdout-share' }));
  });
});

describe('assignArm', () => {
  it('draws by weight', () => {
    const weights = { a: 50, b: 30, c: 20 };
    const drawn = LEADS.map((lead) => assignArm(lead, { salt: 'subject', weights }));
    const counts = Object.entries(weights).map(([arm, weight]) => ({ arm, weight, n: drawn.filter((other) => other === arm).length }));
    expect(sampleRatioCheck(counts).mismatch).toBe(false);
  });

  it('does not care how the arms are ordered or scaled, and draws no arm without weight', () => {
    const weight = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(fc.string(), fc.tuple(weight, weight, weight), (unit, [a, b, c]) => {
        fc.pre(a + b + c > 0);
        const arm = assignArm(unit, { salt: 's', weights: { a, b, c } });
        expect(assignArm(unit, { salt: 's', weights: { c: c * 4, b: b * 4, a: a * 4 } })).toBe(arm);
        expect({ a, b, c }).toHaveProperty(arm, expect.not.closeTo(0));
      }),
    );
  });

  it('is independent of the holdout under the same salt', () => {
    const held = LEADS.filter((lead) => inHoldout(lead, { share: 0.5, salt: 's' }));
    const inA = held.filter((lead) => assignArm(lead, { salt: 's', weights: { a: 1, b: 1 } }) === 'a').length;
    const arms = [
      { arm: 'a', n: inA, weight: 1 },
      { arm: 'b', n: held.length - inA, weight: 1 },
    ];
    expect(sampleRatioCheck(arms).mismatch).toBe(false);
  });

  it.each([{}, { a: 0 }, { a: 2, b: -1 }, { a: Number.NaN }, { a: Infinity }])('refuses the weights %j', (weights) => {
    expect(() => assignArm('lead', { salt: 's', weights })).toThrow(expect.objectContaining({ code: 'arm-weights' }));
  });
});
