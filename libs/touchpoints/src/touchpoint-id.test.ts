import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { touchpointId } from './touchpoint-id.ts';

const text = fc.string({ maxLength: 4 });
const key = fc.record({ programme: text, lead: text, entry: fc.integer({ min: 1, max: 12 }), step: text, visit: fc.integer({ min: 1, max: 12 }) });

describe('touchpointId', () => {
  it('stays what it is, for touchpoints are stored under it', () => {
    expect(touchpointId({ programme: 'journeys/welcome', lead: 'lead-1', entry: 1, step: 'hello', visit: 1 })).toBe(
      '35664a314baa2ec1c4faae105b04b60d4c207d6ef3e302191d1dee0430693bb9',
    );
  });

  it('differs exactly when the key differs', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const same = a.programme === b.programme && a.lead === b.lead && a.entry === b.entry && a.step === b.step && a.visit === b.visit;
        expect(touchpointId(a) === touchpointId(b)).toBe(same);
        expect(touchpointId({ ...a })).toBe(touchpointId(a));
      }),
    );
  });

  it.each([
    [{ programme: 'a', lead: 'bc' }, { programme: 'ab', lead: 'c' }],
    [{ entry: 1, step: '1x' }, { entry: 11, step: 'x' }],
    [{ entry: 1, visit: 2 }, { entry: 2, visit: 1 }],
  ])('keeps apart %j and %j', (a, b) => {
    const rest = { programme: 'p', lead: 'l', entry: 1, step: 's', visit: 1 };
    expect(touchpointId({ ...rest, ...a })).not.toBe(touchpointId({ ...rest, ...b }));
  });
});
