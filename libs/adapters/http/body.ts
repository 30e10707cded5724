import type { z } from 'zod';

import { ProblemError, type ProblemFault } from './problem.js';

/** A decision is a form's worth of fields; documents have a route and a limit of their own. */
const BODY_MAX = 65_536;
const DEPTH_MAX = 16;
/** Names that mean something to JavaScript itself: nobody has a field of that name by accident. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** As much of a request as its body needs. The body is text, since documents are. */
interface BodyRequest {
  readonly headers: { readonly 'content-type'?: string | undefined };
  readonly body?: unknown;
}

/** The JSON body of a request, checked against its schema (a strict one). Throws a {@link ProblemError} with every fault. */
export function checkedBody<Output>(schema: z.ZodType<Output>, { headers, body }: BodyRequest): Output {
  if (!/^application\/json(;|$)/i.test(headers['content-type'] ?? '') || typeof body !== 'string') {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json.');
  }
  if (body.length > BODY_MAX) throw new ProblemError('body-too-large', `At most ${BODY_MAX} characters.`);
  const result = schema.safeParse(parsed(body));
  if (result.success) return result.data;
  throw new ProblemError('invalid-body', undefined, result.error.issues.flatMap(faultsOf));
}

function parsed(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProblemError('invalid-body', 'It is not JSON.');
  }
  const faults = forbiddenNames(value, '', 0);
  if (faults.length > 0) throw new ProblemError('invalid-body', undefined, faults);
  return value;
}

/** Looked for before anything reads the value. */
function forbiddenNames(value: unknown, path: string, depth: number): ProblemFault[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth > DEPTH_MAX) return [{ path, message: 'is nested too deeply' }];
  return Object.keys(value).flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (FORBIDDEN_NAMES.has(name)) return [{ path: at, message: 'is not a name that a field may have' }];
    return forbiddenNames((value as Record<string, unknown>)[name], at, depth + 1);
  });
}

function faultsOf(issue: z.core.$ZodIssue): ProblemFault[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a field here' }));
}
