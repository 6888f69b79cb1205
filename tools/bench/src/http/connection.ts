import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AppError } from '@tendril/kernel';
import { BENCH_KEY } from './server-process.ts';

/** A kept-alive connection for one request after the other. It costs far less than Node's own client: the server is measured, not this. */
export interface Connection {
  /** Posts a body that `postOf` made, and answers the JSON. @throws AppError `bench-wrong` for anything but a 2xx */
  send(post: Buffer): Promise<unknown>;
  close(): void;
}

/** A whole request with this body. */
export function postOf(path: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${BENCH_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`;
  return Buffer.from(head + text);
}

/** Opens so many connections to a port of this machine for the time of the work. */
export async function withConnections<T>(port: number, count: number, work: (connections: readonly Connection[]) => Promise<T>): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Connects to a port of this machine. */
async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let waiting: { resolve: (answer: string) => void; reject: (error: Error) => void } | undefined;
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    const length = lengthOf(received);
    if (length === undefined || received.length < length) return;
    const answer = received.slice(0, length);
    received = received.slice(length);
    waiting?.resolve(answer);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new AppError('bench-wrong', 'The server closed a connection in the middle of an answer')));
  return {
    send: async (post) => parsed(await exchange(socket, post, (wait) => (waiting = wait))),
    close: () => {
      waiting = undefined;
      socket.destroy();
    },
  };
}

function exchange(socket: Socket, post: Buffer, wait: (waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    wait({ resolve, reject });
    socket.write(post, (error) => error && reject(error)); // the server closes what was idle for a while
  });
}

/** Characters of the whole answer, once its head has arrived. */
function lengthOf(received: string): number | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(received.slice(0, end))?.[1];
  if (length === undefined) throw new AppError('bench-wrong', `The answer has no length: ${received.slice(0, end)}`);
  return end + 4 + Number(length);
}

function parsed(answer: string): unknown {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  if (!/^HTTP\/1\.1 2/.test(answer)) throw new AppError('bench-wrong', `The server answered ${answer.slice(9, 12)}: ${body.slice(0, 500)}`);
  return JSON.parse(body);
}
