import { AppError } from '@tendril/kernel';
import { z } from 'zod';
import type { KeyedRequest } from './key-guard.ts';

/** What a request that activates a rulebook may say besides which one. */
export const ActivationFields = {
  expect: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'Write the hash of a rulebook, as GET /v1/rulebook gives it')
    .optional()
    .meta({ description: 'Hash of the rulebook that must still be active; the same as If-Match' }),
  reason: z.string().max(1000).nullable().default(null).meta({ description: 'Kept in the history' }),
};

/** Describes the header for the API docs. */
export const IF_MATCH = { name: 'If-Match', required: false, description: 'The ETag of GET /v1/rulebook: refuse with 412 when another rulebook is active by now' };

/** The rulebook that the caller takes for the active one, from the body or `If-Match`; undefined when any will do. */
export function expectedBy(request: KeyedRequest, expect: string | undefined): string | undefined {
  const header = request.headers['if-match']?.trim();
  if (header === undefined || header === '' || header === '*') return expect;
  const [, hash] = /^"([0-9a-f]{64})"$/.exec(header) ?? [];
  if (hash === undefined) {
    throw new AppError('if-match-invalid', 'If-Match is not the ETag of a rulebook', {
      status: 400,
      field: 'If-Match',
      hint: 'Send the ETag of GET /v1/rulebook unchanged: "<hash>", with its quotes.',
    });
  }
  if (expect === undefined || expect === hash) return hash;
  throw new AppError('if-match-invalid', 'If-Match and "expect" name different rulebooks', { status: 400, field: 'If-Match', hint: 'Send one of them.' });
}
