import { type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

import ipaddr from 'ipaddr.js';

import { isPublic, type Resolve } from './allowed-host.ts';
import { messageOf, TransportError } from './kit-error.ts';
import { retryAfter } from './retry-after.ts';
import { publicLookup } from './transport.ts';

/** A POST to an address that a user of this installation chose. */
export interface OutsidePost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How it is made. */
export interface OutsideOptions {
  /** Also http, and hosts inside the own network. */
  readonly allowPrivate: boolean;
  /** Ends a request; asked once for each. */
  readonly deadline: () => AbortSignal;
  readonly resolve: Resolve;
  readonly now: () => Date;
}

/** What came back, as far as it matters: the body is not read. */
export interface OutsideReply {
  readonly status: number;
  /** Milliseconds that the receiver asks to wait. */
  readonly retryAfter?: number;
}

/** Why this URL must not be called, as the end of a sentence; undefined when nothing in it is against it. A name may still lead inside. */
export function outsideProblem(text: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(text)) return 'it is not a URL';
  const { protocol, username, password, hostname } = new URL(text);
  if (username !== '' || password !== '') return 'it carries credentials';
  if (protocol === 'https:' || (allowPrivate && protocol === 'http:')) {
    const bare = hostname.replace(/^\[|\]$/g, '');
    return !allowPrivate && ipaddr.isValid(bare) && !isPublic(bare) ? `${bare} is not a public address` : undefined;
  }
  return 'only https is allowed';
}

/**
 * Makes the request and gives the status; throws `TransportError` when there is none. Redirects are not followed. The connection
 * goes to the addresses that were checked and to no others, so that a name cannot lead inside the second time it is asked for.
 */
export async function postOutside({ url: text, headers, body }: OutsidePost, { allowPrivate, deadline, resolve, now }: OutsideOptions): Promise<OutsideReply> {
  const problem = outsideProblem(text, allowPrivate);
  if (problem !== undefined) throw new TransportError('forbidden', `The request was not made: ${problem}.`, false);
  const url = new URL(text);
  const signal = deadline();
  const lookup = allowPrivate ? {} : { lookup: await publicLookup(url, signal, resolve) };
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = { ...headers, host: url.host, connection: 'close', 'content-length': String(Buffer.byteLength(body)) };
  const options = { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: url.pathname + url.search, ...lookup };
  return exchange(start, { ...options, method: 'POST', headers: sent, agent: false, signal }, { body, now });
}

function exchange(start: (options: RequestOptions) => ClientRequest, options: RequestOptions, { body, now }: { readonly body: string; readonly now: () => Date }): Promise<OutsideReply> {
  return new Promise((resolve, reject) => {
    const outgoing = start(options);
    outgoing.on('error', (error) => {
      const timeout = options.signal?.aborted === true;
      const said = timeout ? 'did not answer in time' : `could not be reached, or broke off: ${messageOf(error)}`;
      reject(new TransportError(timeout ? 'timeout' : 'dropped', `${String(options.hostname)} ${said}.`, true, error));
    });
    outgoing.on('response', (incoming) => {
      incoming.on('error', () => undefined);
      const after = retryAfter(incoming.headers['retry-after'], now());
      resolve({ status: incoming.statusCode ?? 0, ...(after === undefined ? {} : { retryAfter: after }) });
      incoming.destroy();
    });
    outgoing.end(body);
  });
}
