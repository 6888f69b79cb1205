import { lookup } from 'node:dns/promises';

import ipaddr from 'ipaddr.js';

import { TransportError } from './kit-error.ts';

/** One address that a host name stands for. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Turns a host name into addresses; the system's own outside tests. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>;

/** The system's resolver. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/** Refuses what no connector may call: other hosts than it declared, anything but https on its port, and credentials in the URL. */
export function assertAllowed(url: URL, hosts: readonly string[]): void {
  const problem =
    url.protocol !== 'https:' ? 'only https is allowed'
    : url.port !== '' ? 'only the https port is allowed'
    : url.username !== '' || url.password !== '' ? 'a URL carries no credentials; use a header'
    : !hosts.includes(url.hostname) ? `the connector may only talk to ${hosts.join(', ') || 'nobody'}`
    : undefined;
  if (problem !== undefined) throw new TransportError('forbidden', `The request to ${url.host} was not made: ${problem}.`, false);
}

/**
 * The addresses of a host, all of them public; throws `TransportError` otherwise.
 *
 * The caller connects to exactly these: a second look-up could answer differently (DNS rebinding). One private address
 * among public ones refuses the host, because nobody needs such a host and an attacker does.
 */
export async function publicAddresses(host: string, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  const found = ipaddr.isValid(bare) ? [{ address: bare }] : await resolve(bare);
  const hidden = found.find(({ address }) => !isPublic(address));
  if (hidden !== undefined || found.length === 0) {
    const why = hidden === undefined ? 'has no address' : `leads to ${hidden.address}, which is not a public address`;
    throw new TransportError('forbidden', `The request to ${host} was not made: the host ${why}.`, false);
  }
  return found.map(({ address }) => ({ address, family: ipaddr.parse(address).kind() === 'ipv6' ? 6 : 4 }));
}

/** Global unicast alone: no private, loopback, link-local (metadata), multicast, tunnelled or IPv4-mapped address. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}
