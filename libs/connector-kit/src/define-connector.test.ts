import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { tiny } from '../test/tiny.ts';
import { defineConnector, secretSettings } from './define-connector.ts';
import { KitError } from './kit-error.ts';

describe('defineConnector', () => {
  it.each([
    ['an id that is not kebab-case', { id: 'SMS_tiny' }, /kebab-case/],
    ['a batch of none', { limits: { batch: 0, perSecond: 1 } }, /limits\.batch/],
    ['a batch of one and a half', { limits: { batch: 1.5, perSecond: 1 } }, /limits\.batch/],
    ['no calls a second', { limits: { batch: 1, perSecond: 0 } }, /limits\.perSecond/],
  ])('refuses %s', (_what, changed, why) => {
    expect(() => defineConnector({ ...tiny, ...changed })).toThrow(why);
    expect(() => defineConnector({ ...tiny, ...changed })).toThrow(KitError);
  });
});

describe('secretSettings', () => {
  it('finds marked settings, wrapped ones too', () => {
    const secret = z.string().meta({ secret: true });
    const settings = z.strictObject({ open: z.string().meta({ title: 'Open' }), a: secret, b: secret.optional(), c: z.string().optional().meta({ secret: true }), d: secret.nullable().default(null) });
    expect(secretSettings(settings)).toEqual(['a', 'b', 'c', 'd']);
  });
});
