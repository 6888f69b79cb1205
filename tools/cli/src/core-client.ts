import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '@tendril/kernel';
import { z } from 'zod';
import type { World } from './world.ts';

/** Where a core that `npm start` runs listens. */
const DEFAULT_URL = 'http://127.0.0.1:3000';

/** What may be said to a running core. Everything that goes wrong is thrown as an AppError with the core's own words. */
export interface CoreClient {
  readonly url: string;
  get<T extends z.ZodType>(path: string, shape: T): Promise<z.output<T>>;
  post<T extends z.ZodType>(path: string, body: unknown, shape: T): Promise<z.output<T>>;
  /** Streams a file as text/csv, so that its size does not matter. */
  putFile(path: string, file: string): Promise<void>;
  text(path: string): Promise<string>;
}

/** Problem details (RFC 9457) as the core writes them. */
const Problem = z.object({
  status: z.number().optional(),
  code: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  field: z.string().optional(),
});

/** A client of the core at `--url`, `TENDRIL_URL` or the local default, with the key of `TENDRIL_KEY` or of an embedded install. */
export async function connectToCore(world: World, url?: string): Promise<CoreClient> {
  const base = (url ?? world.env['TENDRIL_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
  if (!URL.canParse(base)) {
    throw new AppError('url-invalid', `"${base}" is not the address of a core`, { field: 'url', hint: `Write it as ${DEFAULT_URL}.` });
  }
  const key = await findKey(world);
  const send = (method: string, path: string, options: RequestInit = {}) => request(`${base}${path}`, key, { ...options, method });
  return {
    url: base,
    get: async (path, shape) => read(await send('GET', path), shape),
    post: async (path, body, shape) =>
      read(await send('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }), shape),
    putFile: async (path, file) => {
      const body = Readable.toWeb(createReadStream(file));
      const options = { body, duplex: 'half', headers: { 'content-type': 'text/csv' } };
      await (await send('PUT', path, options as RequestInit)).text();
    },
    text: async (path) => (await send('GET', path)).text(),
  };
}

async function findKey(world: World): Promise<string> {
  const given = world.env['TENDRIL_KEY']?.trim();
  if (given) return given;
  for (const folder of new Set([world.home, world.folder])) {
    const stored = await readFile(join(folder, '.tendril', 'admin-key'), 'utf8').catch(() => '');
    if (stored.trim()) return stored.trim();
  }
  throw new AppError('key-missing', 'There is no API key to call the core with', {
    hint: 'Set TENDRIL_KEY to a key with the scope admin. A core started with "npm start" writes one to .tendril/admin-key.',
  });
}

async function request(url: string, key: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...options, headers: { ...options.headers, authorization: `Bearer ${key}` } });
  } catch (cause) {
    throw unreachable(url, cause);
  }
  if (response.ok) return response;
  throw asAppError(response.status, await response.text());
}

function unreachable(url: string, cause: unknown): AppError {
  const reason = cause instanceof Error && cause.cause instanceof Error && 'code' in cause.cause ? ` (${String(cause.cause.code)})` : '';
  return new AppError('core-unreachable', `No Tendril core answers at ${new URL(url).origin}${reason}`, {
    hint: 'Start one with "npm start", or say where it runs with --url or TENDRIL_URL.',
    cause,
  });
}

function asAppError(status: number, body: string): AppError {
  const problem = Problem.safeParse(parseJson(body)).data ?? {};
  const hint = problem.hint ?? (status === 401 || status === 403 ? 'Set TENDRIL_KEY to a key that may do this.' : undefined);
  const message = problem.detail ?? problem.title ?? `The core answered ${status} without saying why`;
  return new AppError(problem.code ?? `http-${status}`, message, {
    status,
    ...(hint ? { hint } : {}),
    ...(problem.field ? { field: problem.field } : {}),
  });
}

async function read<T extends z.ZodType>(response: Response, shape: T): Promise<z.output<T>> {
  const answer = shape.safeParse(parseJson(await response.text()));
  if (answer.success) return answer.data;
  throw new AppError('answer-not-understood', `What answers at ${new URL(response.url).origin} does not speak as a Tendril core does`, {
    hint: 'Check --url; the command line and the core should be of the same version.',
    cause: answer.error,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
