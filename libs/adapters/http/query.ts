import type { z } from 'zod';

import { ProblemError } from './problem.js';

/**
 * A query checked against its schema (use a strict object, so that a misspelt parameter is said and not ignored).
 * Throws a {@link ProblemError} with every fault.
 */
export function checkedQuery<Output>(schema: z.ZodType<Output>, query: unknown): Output {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: key, message: 'is not a parameter here' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  );
  throw new ProblemError('invalid-query', undefined, faults);
}
