import { ProblemError } from '#libs/adapters/http';

/** The document in a request's body, as text. */
export function documentOf({ body }: { readonly body?: unknown }): string {
  if (typeof body !== 'string') {
    throw new ProblemError('unsupported-media-type', 'Send the document as application/yaml or application/json.');
  }
  if (body.trim() === '') throw new ProblemError('invalid-body', 'The body is empty: send the reference document.');
  return body;
}
