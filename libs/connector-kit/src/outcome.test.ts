import { describe, expect, it } from 'vitest';

import { byStatus } from './outcome.ts';

describe('byStatus', () => {
  it.each([
    [400, { state: 'rejected', reason: 'other' }],
    [401, { state: 'retry', reason: 'credentials' }],
    [403, { state: 'retry', reason: 'credentials' }],
    [404, { state: 'rejected', reason: 'other' }],
    [408, { state: 'retry', reason: 'vendor' }],
    [423, { state: 'retry', reason: 'vendor' }],
    [429, { state: 'retry', reason: 'limits', after: 5_000 }],
    [501, { state: 'rejected', reason: 'other' }],
    [302, { state: 'retry', reason: 'configuration' }],
    [200, { state: 'unknown' }],
  ])('reads HTTP %i', (status, outcome) => {
    const reply = { status, text: '', retryAfter: 5_000 };
    expect(byStatus(reply, 'never')).toMatchObject(outcome);
    expect(byStatus(reply, 'idempotent')).toMatchObject(outcome);
  });

  it('allows another try after a 5xx only where the vendor cannot send twice', () => {
    const reply = { status: 503, text: 'busy' };
    expect([byStatus(reply, 'never'), byStatus(reply, 'lookup'), byStatus(reply, 'idempotent')]).toMatchObject([{ state: 'unknown' }, { state: 'unknown' }, { state: 'retry', reason: 'vendor' }]);
  });

  it('repeats the beginning of what the vendor said, on one line', () => {
    const { message } = byStatus({ status: 400, text: `no\r\n such ${'x'.repeat(500)}` }, 'never') as { message: string };
    expect(message).toMatch(/^the vendor answered 400: no such x+$/);
    expect(message.length).toBeLessThan(250);
  });
});
