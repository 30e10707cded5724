import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { principalOf, ProblemError } from '#libs/adapters/http';
import { DecisionRefused, type DecisionContext, type Expected, type Principal } from '#libs/application';
import { withDatabase } from '../database-problem.js';

/** A request whose body is still text. */
export type DecisionRequest = IncomingMessage & { readonly body?: unknown; readonly originalUrl?: string };

/** A request for a step on what exists, before anything of it is checked. */
export interface AskedStep {
  readonly request: DecisionRequest;
  readonly path: unknown;
  readonly query: unknown;
  readonly asker: Principal;
}

/** Parameter of a handler: the whole {@link AskedStep}. */
export const Asked = createParamDecorator((_: unknown, context: ExecutionContext): AskedStep => {
  const request = context.switchToHttp().getRequest<DecisionRequest & { params: unknown; query: unknown }>();
  return { request, path: request.params, query: request.query, asker: principalOf(request) };
});

const KEY = /^[\x21-\x7e]{8,128}$/;

/**
 * Who decides what when. A request with `Idempotency-Key` is carried out once, however often it comes within a day; the
 * same key with another request is refused.
 */
export function contextOf(request: DecisionRequest, actor: Principal, nowMs: number): DecisionContext {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { actor, nowMs };
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new ProblemError(
      'invalid-key',
      'Idempotency-Key takes 8 to 128 printable characters without spaces, such as a UUID.',
    );
  }
  const parts = [request.method, request.originalUrl, request.headers['if-match'], request.body].map(
    (part) => part ?? '',
  );
  const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { actor, nowMs, idempotency: { key, fingerprint } };
}

/** The version that a decision is made on, from `If-Match`. */
export function expectedOf({ headers }: IncomingMessage): Expected {
  const [, number, revision] = /^"(\d{1,9})\.(\d{1,9})"$/.exec(headers['if-match'] ?? '') ?? [];
  if (number === undefined || revision === undefined) {
    throw new ProblemError(
      'version-missing',
      'Send If-Match with the ETag that GET answers of the budget or initiative.',
    );
  }
  return { number: Number(number), revision: Number(revision) };
}

/** Names the version of an answer. */
export function setETag(response: ServerResponse, { number, revision }: Expected): void {
  response.setHeader('ETag', `"${number}.${revision}"`);
}

/** Does what may be refused, and says why it was with a problem. */
export async function decided<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await withDatabase(work);
  } catch (error) {
    if (!(error instanceof DecisionRefused)) throw error;
    const slug = error.refusal === 'changed-meanwhile' ? 'version-changed' : error.refusal;
    throw new ProblemError(slug, error.message, error.faults.length > 0 ? error.faults : undefined);
  }
}
