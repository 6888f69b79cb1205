import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the core that a test plays should answer; a request is known as `METHOD /path`. */
export type Answers = Readonly<Record<string, (call: Call) => Answer>>;

/** One request as the played core heard it. */
export interface Call {
  readonly headers: Readonly<IncomingMessage['headers']>;
  readonly body: string;
  /** How often this route was called before. */
  readonly times: number;
}

/** What it says back: JSON, or plain text. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
}

/** A running played core. */
export interface FakeCore {
  readonly url: string;
  /** `METHOD /path` of every request, in order. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

const NO_ROUTE: Answer = { status: 404, json: { status: 404, title: 'No such route' } };

/** A local server that plays the core's API, for the tests of the command line. */
export async function playCore(answers: Answers): Promise<FakeCore> {
  const calls: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = `${request.method} ${request.url}`;
    const times = calls.filter((call) => call === route).length;
    calls.push(route);
    const body = await text(request);
    const { status, json, text: plain } = answers[route]?.({ headers: request.headers, body, times }) ?? NO_ROUTE;
    response.writeHead(status, { 'content-type': json === undefined ? 'text/csv' : 'application/json' });
    response.end(json === undefined ? plain : JSON.stringify(json));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
