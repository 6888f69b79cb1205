import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { assertAllowed, publicAddresses, type ResolvedAddress, type Resolve } from './allowed-host.ts';
import type { HttpReply, HttpRequest } from './contract.ts';
import { messageOf, TransportError } from './kit-error.ts';
import { retryAfter } from './retry-after.ts';

/** No vendor answers a send with more; a connector that needs more should page. */
const LARGEST_REPLY = 4 * 1024 * 1024;

/** What a transport needs to know. */
export interface TransportOptions {
  /** The only hosts it talks to. */
  readonly hosts: readonly string[];
  /** Hosts that tests play on this machine: host → `http://127.0.0.1:<port>`. */
  readonly redirect: Readonly<Record<string, string>>;
  /** Ends a request; asked once for each. */
  readonly deadline: () => AbortSignal;
  readonly resolve: Resolve;
  readonly now: () => Date;
}

/**
 * Makes one request to an allowed host and reads the reply; throws `TransportError`, which says whether the vendor can have
 * seen the request. Redirects are not followed. Each request has a connection of its own: on a kept one that the vendor
 * closes at that moment, nobody could say whether the message left.
 */
export async function send(request: HttpRequest, options: TransportOptions): Promise<HttpReply> {
  const url = new URL(request.url);
  assertAllowed(url, options.hosts);
  const played = options.redirect[url.hostname];
  const signal = options.deadline();
  const target = played === undefined ? await vendor(url, signal, options.resolve) : local(url, played);
  const reply = await exchange(url.host, request, target, signal);
  const after = retryAfter(reply.headers['retry-after'], options.now());
  return { ...reply, json: parse(reply.text), ...(after === undefined ? {} : { retryAfter: after }) };
}

interface Target {
  readonly start: (options: RequestOptions) => ClientRequest;
  readonly options: RequestOptions;
}

async function vendor(url: URL, signal: AbortSignal, resolve: Resolve): Promise<Target> {
  const options = { hostname: url.hostname, port: 443, path: url.pathname + url.search, lookup: await publicLookup(url, signal, resolve) };
  return { start: httpsRequest, options };
}

/** Looks a host up in time, and answers Node's own look-up with what was found: public addresses alone. Throws `TransportError`. */
export async function publicLookup(url: URL, signal: AbortSignal, resolve: Resolve): Promise<NonNullable<RequestOptions['lookup']>> {
  const addresses = await Promise.race([publicAddresses(url.hostname, resolve), aborted(signal)]).catch((error: unknown) => {
    if (error instanceof TransportError) throw error;
    throw new TransportError('unreachable', `The host ${url.host} could not be found: ${messageOf(error)}.`, false, error);
  });
  return pinned(addresses);
}

function local(url: URL, origin: string): Target {
  const { hostname, port, protocol } = new URL(origin);
  if (protocol !== 'http:' || hostname !== '127.0.0.1') {
    throw new TransportError('forbidden', `${url.host} is redirected to ${origin}; only http://127.0.0.1:<port> plays a vendor.`, false);
  }
  return { start: httpRequest, options: { hostname, port, path: url.pathname + url.search } };
}

/** Answers Node's own look-up with what was checked, so that the connection goes nowhere else. */
function pinned(addresses: readonly ResolvedAddress[]): NonNullable<RequestOptions['lookup']> {
  return (_host, { all }, answer) => {
    const first = addresses[0];
    if (all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = (): void => reject(new TransportError('timeout', 'The host name was not resolved in time.', false));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

type Reply = Omit<HttpReply, 'json' | 'retryAfter'>;

function exchange(host: string, request: HttpRequest, { start, options }: Target, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let reached = false;
    const fail = (error: Error): void => reject(failure(host, error, signal, reached));
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const headers = { ...request.headers, host, connection: 'close', ...(body === undefined ? {} : { 'content-length': String(body.length) }) };
    const outgoing = begin(host, start, { ...options, method: request.method, headers, agent: false, signal });
    // For TLS, "connect" comes before the handshake, and nothing of the request leaves until that succeeded.
    const opened = options.port === 443 ? 'secureConnect' : 'connect';
    outgoing.on('socket', (socket) => socket.once(opened, () => (reached = true)));
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => read(incoming, resolve, fail));
    outgoing.end(body);
  });
}

/** Node refuses header values with line breaks and the like by throwing, before anything leaves. */
function begin(host: string, start: Target['start'], options: RequestOptions): ClientRequest {
  try {
    return start(options);
  } catch (error) {
    throw new TransportError('forbidden', `The request to ${host} was not made: ${messageOf(error)}.`, false, error);
  }
}

function read(incoming: IncomingMessage, resolve: (reply: Reply) => void, fail: (error: Error) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  incoming.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
    if (size > LARGEST_REPLY) incoming.destroy(new TransportError('too-large', `The reply is larger than ${LARGEST_REPLY} bytes.`, true));
  });
  incoming.on('error', fail);
  incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), text: Buffer.concat(parts).toString() }));
}

function failure(host: string, error: Error, signal: AbortSignal, reached: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const [code, what] =
    signal.aborted ? (['timeout', 'did not answer in time'] as const)
    : reached ? (['dropped', 'broke the connection off'] as const)
    : (['unreachable', 'could not be reached'] as const);
  return new TransportError(code, `${host} ${what}: ${messageOf(error)}.`, reached, error);
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
