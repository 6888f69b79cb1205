import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { redactor } from './redact.ts';

describe('redactor', () => {
  it('hides a secret in every form and at every depth', () => {
    const secret = fc.string({ minLength: 6, unit: 'grapheme-ascii' }).filter((text) => !'[secret]'.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), (value, around) => {
        const { text, data } = redactor([value]);
        const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64')];
        for (const form of forms) expect(text(`${around}${form}${around}`)).not.toContain(form);
        const shown = Object.values(data({ list: [{ deep: value }], [value]: 1, error: new RangeError(value) }));
        expect(JSON.stringify(shown)).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
    );
  });

  it('hides what follows Basic and Bearer, whatever it is', () => {
    expect(redactor([]).text('authorization: Basic QUM6dG9rZW4=, Bearer abc.def')).toBe('authorization: Basic [secret], Bearer [secret]');
  });

  it('keeps the rest as it is', () => {
    const data = { at: new Date(0), count: 3, none: null, list: ['a', true], bytes: new Uint8Array(3) };
    expect(redactor(['sekret1']).data(data)).toEqual({ ...data, bytes: '[3 bytes]' });
  });

  it('ends on data that contains itself', () => {
    const data: Record<string, unknown> = {};
    data['self'] = data;
    expect(JSON.stringify(redactor([]).data(data))).toContain('[deep]');
  });
});
