import { describe, expect, it } from 'vitest';

import { newWebhookSecret, signWebhook } from './sign-webhook.ts';

describe('signWebhook', () => {
  it('gives the published example of the scheme', () => {
    const headers = signWebhook({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: new Date(1_614_265_330_999),
      body: '{"test": 2432232314}',
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    });
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('signs with each secret, so that receivers may hold either', () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    const sign = (some: readonly string[]) => signWebhook({ id: 'a', at: new Date(0), body: 'ü', secrets: some })['webhook-signature'];
    expect(sign(secrets)).toBe(secrets.map((secret) => sign([secret])).join(' '));
    expect(secrets.every((secret) => /^whsec_[A-Za-z0-9+/]{43}=$/.test(secret))).toBe(true);
    expect(secrets[0]).not.toBe(secrets[1]);
  });
});
