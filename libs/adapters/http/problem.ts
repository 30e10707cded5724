/** An error answer as RFC 9457 has it. `type` is `urn:spendline:problem:` and the slug, which is stable. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened here and what to do about it. */
  readonly detail?: string;
  /** Everything that is wrong with a request, where more than one thing can be. */
  readonly faults?: readonly ProblemFault[];
}

export interface ProblemFault {
  /** Where: a parameter or a path in the body. */
  readonly path: string;
  readonly message: string;
  /** Line of the body, where it has lines. */
  readonly line?: number;
}

/** Media type of a {@link Problem}. */
export const PROBLEM_TYPE = 'application/problem+json';

/** Every problem that the API answers with: slug, status and title. */
export const PROBLEMS = {
  'invalid-query': { status: 400, title: 'The query is not valid' },
  'invalid-body': { status: 400, title: 'The body is not valid' },
  'code-refused': { status: 400, title: 'The issuer does not take this code' },
  'invalid-key': { status: 400, title: 'The Idempotency-Key is not valid' },
  'token-missing': { status: 401, title: 'A token is needed' },
  'token-invalid': { status: 401, title: 'The token is not valid here' },
  'token-expired': { status: 401, title: 'The token has expired' },
  'role-missing': { status: 403, title: 'Your roles do not allow this' },
  'changes-disabled': { status: 403, title: 'Changes through the API are switched off' },
  'not-a-person': { status: 403, title: 'It takes a person who signed in' },
  'own-budget': { status: 403, title: 'Nobody approves what he wrote or submitted himself' },
  'own-initiative': { status: 403, title: 'Nobody evaluates what he proposed himself' },
  'over-limit': { status: 403, title: 'It is more than you may approve' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This method is not served here' },
  'exists-already': { status: 409, title: 'There is one already' },
  'wrong-status': { status: 409, title: 'This step is not possible now' },
  'changed-meanwhile': { status: 409, title: 'Somebody else changed it first' },
  'version-changed': { status: 412, title: 'It has changed since you read it' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not understood' },
  'reason-missing': { status: 422, title: 'It needs a reason' },
  'evaluation-missing': { status: 422, title: 'It needs what was looked at' },
  'invalid-initiative': { status: 422, title: 'The initiative has faults' },
  'invalid-budget': { status: 422, title: 'The budget has faults' },
  'invalid-action': { status: 422, title: 'This cannot be done so' },
  'key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  'version-missing': { status: 428, title: 'Say which version you mean' },
  'invalid-document': { status: 422, title: 'The document has faults' },
  'too-many-requests': { status: 429, title: 'Too many changes in a short time' },
  busy: { status: 503, title: 'Another of the kind is being worked on' },
  'stream-unavailable': { status: 503, title: 'Kafka does not answer' },
  'issuer-unavailable': { status: 503, title: 'The issuer of tokens does not answer' },
  'too-many-streams': { status: 503, title: 'Too many event streams are open' },
  'database-unavailable': { status: 503, title: 'The database does not answer' },
  'not-ready': { status: 503, title: 'The answer is not known yet' },
  'internal-error': { status: 500, title: 'Something went wrong in the server' },
} as const satisfies Record<string, { status: number; title: string }>;

/** Stable name of a problem. */
export type ProblemSlug = keyof typeof PROBLEMS;

/** A request that cannot be answered as asked. Thrown by controllers and guards, answered as a {@link Problem}. */
export class ProblemError extends Error {
  constructor(
    readonly slug: ProblemSlug,
    readonly detail?: string,
    readonly faults?: readonly ProblemFault[],
  ) {
    super(detail ?? PROBLEMS[slug].title);
    this.name = 'ProblemError';
  }
}

/** The problem of a slug. */
export function problem(slug: ProblemSlug, detail?: string, faults?: readonly ProblemFault[]): Problem {
  const { status, title } = PROBLEMS[slug];
  return {
    type: `urn:spendline:problem:${slug}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(faults === undefined ? {} : { faults }),
  };
}

/**
 * The problem to answer an error with. Only a {@link ProblemError} speaks for itself; of the framework's errors the
 * status is kept, and of everything else nothing is told.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return problem(error.slug, error.detail, error.faults);
  switch (statusOf(error)) {
    case 400:
      return problem('invalid-query', 'The request is malformed.');
    case 404:
      return problem('not-found', 'See /api/v1/live for the figures and docs/ for what else there is.');
    case 405:
      return problem('method-not-allowed');
    case 413:
      return problem('body-too-large');
    case 415:
      return problem('unsupported-media-type');
    default:
      return problem('internal-error', 'The server’s log says more.');
  }
}

/** The HTTP status that the framework (Nest, body-parser) put on its error, if it did. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
  if (typeof status === 'number') return status;
  return typeof statusCode === 'number' ? statusCode : undefined;
}
