import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { KitError, SignatureError } from '@tendril/connector-kit';
import type { World } from '@tendril/flows';
import { AppError, messageOf } from '@tendril/kernel';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { BODY_LIMIT } from '../boot/read-json.ts';
import { WORLD } from '../world-token.ts';

/** Every error of the API: RFC 9457 problem details, with Tendril's stable code, the field at fault and what to do. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    field: z.string().optional(),
    hint: z.string().optional(),
    data: z.unknown().optional(),
  });

type Problem = z.output<typeof Problem>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not understood',
  401: 'A key is needed',
  403: 'The key does not allow this',
  404: 'Not found',
  409: 'This conflicts with what is there',
  412: 'Somebody else was faster',
  413: 'The request is too large',
  415: 'This content type is not taken here',
  422: 'The request is understood, but not possible',
  429: 'This is too much at once',
  503: 'Not ready',
};

/** The media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json';

const TOO_LARGE = 'Send events in batches of up to 1,000, without what rules do not ask about; CSV files of any size go to /v1/imports.';

/** PostgreSQL's SQLSTATEs for a NUL in text and in jsonb. */
const UNKEEPABLE = ['22021', '22P05'];

/** Turns whatever was thrown into problem details. What nobody foresaw is logged, and told to the caller without its inside. */
@Catch()
export class ProblemDetails implements ExceptionFilter {
  constructor(@Inject(WORLD) private readonly world: World) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(error);
    if (problem.status >= 500) this.world.log(`A request failed: ${messageOf(error)}`, { error: error instanceof Error ? error.stack : error });
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}

/** What is told about an error that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof AppError) {
    const { code, message, status, field, hint, data } = error;
    return problem(status, code, message, { field, hint, data });
  }
  if (error instanceof SignatureError) return problem(401, 'signature-refused', error.message, {});
  if (error instanceof KitError) return problem(400, error.code, error.message, {});
  if (UNKEEPABLE.includes(sqlStateOf(error))) {
    return problem(400, 'text-invalid', 'The request holds a NUL character, which cannot be kept', { hint: 'Check the encoding of the sender.' });
  }
  const status = statusOf(error);
  if (status === 413) return problem(413, 'too-large', `The body is larger than ${BODY_LIMIT / 1_000_000} MB, or than 10 KB in a form`, { hint: TOO_LARGE });
  if (status !== undefined && status < 500) return problem(status, codeOf(status), messageOf(error), {});
  return problem(500, 'internal', 'Something went wrong inside Tendril', { hint: 'The log of the core has the details.' });
}

/** Nest's own exceptions, and Fastify's errors for bodies it could not read. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** Empty for what the database did not say. */
function sqlStateOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function codeOf(status: number): string {
  return { 400: 'bad-request', 404: 'not-found', 413: 'too-large', 415: 'content-type' }[status] ?? `http-${status}`;
}

function problem(status: number, code: string, detail: string, more: Readonly<Record<'field' | 'hint' | 'data', unknown>> | object): Problem {
  const known = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return { type: `urn:tendril:problem:${code}`, title: TITLES[status] ?? 'Error', status, code, detail, ...known };
}
