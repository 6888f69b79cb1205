import type { IncomingHttpHeaders } from 'node:http';

/** Where the installation runs, as far as it decides who could read the mailbox. */
export interface Place {
  /** The address that the process listens on. */
  readonly host: string;
  readonly database: 'PostgreSQL' | 'PGlite';
  readonly publicUrl: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Why the mailbox is not shown to this request; null when it is. It shows people's messages without a key, so it is for the
 * person at this machine alone. A web page elsewhere may point a name of its own at 127.0.0.1 (DNS rebinding): then `Host` has
 * that name. A proxy may write a local `Host` itself: then the public URL or a forwarding header tells.
 */
export function whyMailboxIsClosed(place: Place, headers: IncomingHttpHeaders): string | null {
  if (place.database !== 'PGlite') return 'This installation runs on PostgreSQL, so many people may reach it.';
  if (!LOOPBACK.test(place.host)) return `This installation listens on ${place.host}, so other machines may reach it.`;
  if (!LOOPBACK.test(new URL(place.publicUrl).hostname)) return `This installation is public at ${place.publicUrl}.`;
  if (FORWARDED.some((name) => headers[name] !== undefined)) return 'This request came through a proxy.';
  const name = (headers.host ?? '').replace(/:\d{1,5}$/, '');
  return LOOPBACK.test(name) ? null : 'The mailbox opens only under http://localhost or http://127.0.0.1, with the port of this installation.';
}
