import { Reflector } from '@nestjs/core';
import { AppError } from '@tendril/kernel';
import type { BrowserKey } from '@tendril/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CheckKey } from '../boot/keys.ts';

/** Marks a route that pages of a site may call, with a browser key in `?key=`. */
export const ForBrowsers = Reflector.createDecorator<true>();

/** A page that calls: its key, and what its clock showed, if it said so in `?sent=`. */
export interface BrowserCaller {
  readonly keyId: string;
  readonly source: string;
  readonly sentAt: Date | undefined;
}

/** Bytes of a request with a browser key. Browsers themselves send no more with `keepalive`. */
const PUBLIC_BODY_LIMIT = 64 * 1024;

/** How long a browser may remember the answer to a preflight, in seconds; Chromium's own bound. */
const PREFLIGHT_AGE = 7200;

/** The key in the address, where only browser keys are taken: `sendBeacon` can send no header. Undefined when there is none. */
export function keyInAddress(request: FastifyRequest): string | undefined {
  return parameter(request, 'key');
}

function parameter({ query }: FastifyRequest, name: string): string | undefined {
  const value = typeof query === 'object' && query !== null && name in query ? (query as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/**
 * Lets a page in: its key is a browser key, and the page comes from one of the key's origins. The answer, errors included, may be
 * read by that page, and cookies are never asked for.
 *
 * @throws AppError `key-needed` (401), `key-in-address` (401), `origin-refused` (403)
 */
export async function admitBrowser(checkKey: CheckKey, request: FastifyRequest, reply: FastifyReply): Promise<BrowserCaller> {
  void reply.header('vary', 'Origin');
  const key = await checkKey(keyInAddress(request) ?? '');
  if (!key) {
    throw new AppError('key-needed', 'The key is unknown or revoked', { status: 401, hint: 'Make a browser key with POST /v1/keys.' });
  }
  if (!key.browser) {
    throw new AppError('key-in-address', `The key "${key.name}" is a server's key, which is not taken from an address`, {
      status: 401,
      hint: 'Send it as "Authorization: Bearer <key>". Addresses are kept in logs and histories: revoke this key and make another.',
    });
  }
  const { origin } = request.headers;
  if (!isFrom(key.browser, origin)) {
    throw new AppError('origin-refused', `The key "${key.name}" is not for pages of ${origin ?? 'an unknown origin'}`, {
      status: 403,
      hint: `It is for ${key.browser.origins.join(', ')}. A page of another site needs a key of its own.`,
    });
  }
  void reply.header('access-control-allow-origin', origin);
  const sentAt = new Date(parameter(request, 'sent') ?? Number.NaN);
  return { keyId: key.id, source: key.browser.source, sentAt: Number.isNaN(sentAt.getTime()) ? undefined : sentAt };
}

/** Answers what a browser asks before it sends JSON (CORS preflight): yes to the key's own pages, nothing to all others. */
export async function answerPreflight(checkKey: CheckKey, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.header('vary', 'Origin');
  const key = await checkKey(keyInAddress(request) ?? '');
  const { origin } = request.headers;
  if (!key?.browser || !isFrom(key.browser, origin)) return;
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': PREFLIGHT_AGE,
  });
}

function isFrom({ origins }: BrowserKey, origin: string | undefined): boolean {
  return origin !== undefined && origins.includes(origin);
}

/**
 * Looks at a request with a browser key before its body is read. The tracker sends its JSON as text: of the types that need no
 * preflight it is the only one, and `sendBeacon` would send a preflight with the site's cookies, which are not allowed here.
 *
 * @throws AppError `too-large` (413) for a body above 64 KB, or of unknown length
 */
export async function readAsBrowserBody(request: FastifyRequest): Promise<void> {
  if (request.method !== 'POST' || !request.url.startsWith('/v1/events?') || keyInAddress(request) === undefined) return;
  if (!(Number(request.headers['content-length'] ?? Infinity) <= PUBLIC_BODY_LIMIT)) {
    throw new AppError('too-large', 'A request with a browser key may have 64 KB', { status: 413, hint: 'Send fewer events at once.' });
  }
  if (/^text\/plain\b/i.test(request.headers['content-type'] ?? '')) request.headers['content-type'] = 'application/json';
}
