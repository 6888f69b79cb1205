/** What an error may carry besides its sentence. */
export interface AppErrorDetails {
  /** HTTP status when the error reaches an API caller; 500 when absent. */
  readonly status?: number;
  /** What the reader should do next, as a sentence. */
  readonly hint?: string;
  /** The field or thing at fault, for problem details. */
  readonly field?: string;
  /** Further plain data for machines, such as a list of problems. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

/**
 * An error a person can act on: a stable code, what happened and to which thing, and what to do next.
 *
 * @example
 * throw new AppError('segment-unknown', `There is no segment "${id}"`, { status: 404, hint: 'GET /v1/segments lists them.' });
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly data: unknown;

  constructor(
    /** Stable, kebab-case; part of the API. */
    readonly code: string,
    message: string,
    details: AppErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.status = details.status ?? 500;
    this.hint = details.hint;
    this.field = details.field;
    this.data = details.data;
  }
}

/** The sentence of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
