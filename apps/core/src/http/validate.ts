import { StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError } from '@tendril/kernel';

interface Issue {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
  readonly code?: string;
  /** Of a union: the issues of each branch. */
  readonly errors?: readonly (readonly Issue[])[];
}

const nameOf = (part: unknown): string => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part);

/**
 * A union fails with "Invalid input" and hides what is wrong in its branches: the branch that fits the shape of what was sent
 * (an object or a list) is the one that the sender meant.
 */
function flat(issue: Issue): Issue[] {
  const branches = issue.errors ?? [];
  const meant = branches.find((branch) => !branch.some(({ code, path }) => code === 'invalid_type' && (path ?? []).length === 0)) ?? branches[0];
  if (!meant || meant.length === 0) return [issue];
  return meant.flatMap(flat).map((inner) => ({ ...inner, path: [...(issue.path ?? []), ...(inner.path ?? [])] }));
}

/** Checks every body and query against the Zod schema of its parameter; the first problem is named, all are in `data`. */
export const validate = new StandardSchemaValidationPipe({
  exceptionFactory: (issues: readonly Issue[]) => {
    const problems = issues.flatMap(flat).map(({ message, path }) => ({ field: (path ?? []).map(nameOf).join('.'), message }));
    const [first] = problems;
    return new AppError('request-invalid', first ? `${first.field || 'The request'}: ${first.message}` : 'The request is invalid', {
      status: 400,
      data: problems,
      hint: 'The API docs at /docs show what this request takes.',
      ...(first?.field ? { field: first.field } : {}),
    });
  },
});
