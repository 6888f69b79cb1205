import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Client, Connection, Submittable } from 'pg';

/** What pg's client calls on the query that runs, as far as COPY needs it; its types know of `submit` alone. */
interface Running extends Submittable {
  handleError(error: Error): void;
  handleReadyForQuery(): void;
  handleCommandComplete(): void;
  handleCopyInResponse(connection: CopyConnection): void;
  handleCopyData(message: { readonly chunk: Buffer }): void;
}

interface CopyConnection {
  readonly stream: Writable;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

const nothing = (): void => undefined;

function run(client: Client, statement: string, handlers: Pick<Running, 'handleCopyInResponse' | 'handleCopyData'>): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | undefined;
    const running: Running = {
      submit: (connection: Connection) => void connection.query(statement),
      handleError: (error) => {
        failed = error;
        reject(error);
      },
      handleReadyForQuery: () => (failed ? nothing() : resolve()),
      handleCommandComplete: nothing,
      ...handlers,
    };
    client.query(running);
  });
}

/** Runs `copy … to stdout` and drops what comes, as fast as it comes. Answers the number of bytes. */
export async function copyOut(client: Client, statement: string): Promise<number> {
  let bytes = 0;
  await run(client, statement, {
    handleCopyInResponse: nothing,
    handleCopyData: ({ chunk }) => {
      bytes += chunk.length;
    },
  });
  return bytes;
}

const CHUNK = 65_536;

/** Runs `copy … from stdin` with these lines in the text format, each with its line end. */
export async function copyIn(client: Client, statement: string, lines: Iterable<string>): Promise<void> {
  await run(client, statement, {
    handleCopyData: nothing,
    handleCopyInResponse: (connection) => void send(connection, lines),
  });
}

async function send(connection: CopyConnection, lines: Iterable<string>): Promise<void> {
  try {
    let chunk = '';
    for (const line of lines) {
      chunk += line;
      if (chunk.length < CHUNK) continue;
      connection.sendCopyFromChunk(Buffer.from(chunk));
      chunk = '';
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
    if (chunk !== '') connection.sendCopyFromChunk(Buffer.from(chunk));
    connection.endCopyFrom();
  } catch (error) {
    connection.sendCopyFail(String(error)); // the server answers with an error, which ends the query
  }
}

/** One line of COPY's text format. Values hold no tabs and no line ends; null is null. */
export function copyLine(...values: readonly (string | number | null)[]): string {
  return `${values.map((value) => (value === null ? '\\N' : typeof value === 'number' ? String(value) : value.replaceAll('\\', '\\\\'))).join('\t')}\n`;
}
