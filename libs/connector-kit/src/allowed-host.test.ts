import { describe, expect, it } from 'vitest';

import { assertAllowed, publicAddresses } from './allowed-host.ts';

describe('assertAllowed', () => {
  const hosts = ['api.vendor.example'];

  it('takes https to a declared host', () => {
    expect(() => assertAllowed(new URL('https://api.vendor.example/messages?x=1'), hosts)).not.toThrow();
  });

  it.each([
    ['http://api.vendor.example/', /only https/],
    ['https://api.vendor.example:8443/', /port/],
    ['https://user:key@api.vendor.example/', /credentials/],
    ['https://api.vendor.example.evil.example/', /only talk to api.vendor.example/],
    ['https://api.vendor.example@evil.example/', /was not made/],
    ['https://169.254.169.254/latest/meta-data', /only talk to/],
  ])('refuses %s', (url, why) => {
    expect(() => assertAllowed(new URL(url), hosts)).toThrow(why);
  });
});

describe('publicAddresses', () => {
  const resolvingTo = (...addresses: string[]) => publicAddresses('api.vendor.example', async () => addresses.map((address) => ({ address })));

  it('gives all addresses of a public host', async () => {
    expect(await resolvingTo('8.8.8.8', '2606:4700:4700::1111')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ]);
  });

  it.each([
    '127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255',
    '::1', '::', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', 'nonsense',
  ])('refuses a host that leads to %s', async (address) => {
    await expect(resolvingTo(address)).rejects.toMatchObject({ code: 'forbidden', reached: false });
    await expect(resolvingTo('8.8.8.8', address)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('refuses a host without addresses, and addresses in place of names without asking', async () => {
    await expect(resolvingTo()).rejects.toThrow(/no address/);
    const unasked = () => Promise.reject(new TypeError('asked'));
    await expect(publicAddresses('127.0.0.1', unasked)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(publicAddresses('[::1]', unasked)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
