import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that was read to its end. */
export interface LocalRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a local server does with a request it has read: answer, never answer, or break the connection. */
export type LocalAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Breaks the connection in the middle of the body. */
      readonly cut?: true;
    }
  | 'hang'
  | 'drop';

/** A server on a free port of this machine, in place of a vendor. */
export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts one. What `answer` throws becomes a 500 with the sentence, so that a mistake in it shows in the test. */
export async function startLocal(answer: (request: LocalRequest) => LocalAnswer): Promise<LocalServer> {
  const server = createServer((request, response) => {
    const read = async (): Promise<void> => give(answer(await whole(request)), response);
    read().catch((error: unknown) => (response.headersSent ? response.destroy() : response.writeHead(500).end(String(error))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function whole(request: IncomingMessage): Promise<LocalRequest> {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  return { method: request.method ?? '', url: request.url ?? '', headers: Object.fromEntries(headers), body: await text(request) };
}

function give(answer: LocalAnswer, response: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'drop') {
    response.destroy();
    return;
  }
  const { status, headers = {}, body = '', cut } = answer;
  const length = Buffer.byteLength(body) * (cut ? 2 : 1);
  response.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': String(length) });
  if (cut) response.write(body, () => response.destroy());
  else response.end(body);
}
