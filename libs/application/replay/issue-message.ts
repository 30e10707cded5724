import type { z } from 'zod';

/** What zod finds wrong, in words that finish the sentence "path ...", where its own do not. */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return `is not known here: ${issue.keys.join(', ')}`;
  if (issue.input === undefined) return 'is missing';
  return undefined;
}
