import { describe, expect, it } from 'vitest';
import { addressHash } from './address-hash.ts';

describe('addressHash', () => {
  it.each([
    ['email', 'ann@example.test', ' Ann@Example.TEST\n'],
    ['email', 'ann@bücher.test', 'ann@xn--bcher-kva.test'],
    ['email', 'ann@bücher.test', 'ann@BU\u0308CHER.test'],
    ['email', 'jos\u00e9@example.test', 'JOSE\u0301@example.test'],
    ['sms', '+441632960961', ' +44 1632 960961 '],
    ['sms', '+441632960961', '+44 (1632) 960-961'],
    ['slack', 'U123', ' U123'],
  ])('finds %s %j again as %j', (channel, first, second) => {
    expect(addressHash(channel, second)).toBe(addressHash(channel, first));
  });

  it.each([
    ['email', 'ann@example.test', 'email', 'anne@example.test'],
    ['email', 'ann+news@example.test', 'email', 'ann@example.test'],
    ['email', 'ann@exa mple', 'email', 'ann@other place'],
    ['email', 'ann', 'email', 'bob'],
    ['sms', '+441632960961', 'sms', '441632960961'],
    ['slack', 'U123', 'slack', 'u123'],
    ['slack', 'x', 'webhook', 'x'],
    ['email', '1', 'sms', '1'],
  ])('keeps %s %j apart from %s %j', (channel1, first, channel2, second) => {
    expect(addressHash(channel1, first)).not.toBe(addressHash(channel2, second));
  });

  it('stays what it is, for suppressions are stored under it', () => {
    expect(addressHash('email', 'ann@example.test')).toBe('033a5f065b7c45c6ea069b88a436cd54a93f198f7cb1fb068384d8ccdac209a3');
    expect(addressHash('sms', '+441632960961')).toBe('8f575b8a8aa6a8b217c84efef1613b8ea6b68bb05f563f51dedcf3874f05b4fa');
  });
});
