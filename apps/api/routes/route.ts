import { applyDecorators, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { Access, type ProblemSlug } from '#libs/adapters/http';
import type { RouteAccess } from '#libs/application';
import type { z } from 'zod';

/** Chapters of the API's description. */
export const TAGS = {
  live: 'What is going on now, from memory',
  ledger: 'What was, from the ledger',
  analyses: 'What the ledger tells of a month: who and what makes the cost',
  signals: 'One signal, and what people do with it',
  deadLetters: 'Messages about signals that a receiver did not take',
  budgets: 'Budgets and their approval',
  initiatives: 'The register of initiatives that save paid hours, and their evaluation',
  reference: 'What people decide: rates, budgets, rules, the organisation',
  past: 'Computed again from the input that is kept',
  contract: 'What other programs may rely on',
  access: 'Signing in',
} as const;

/** One route, declared once: the controllers, the guard, the matrix of roles and docs/openapi.yaml all read this. */
export interface RouteDeclaration {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** From the root, parameters as `:name`. */
  readonly path: string;
  readonly access: RouteAccess;
  readonly tag: keyof typeof TAGS;
  /** What it does; a sentence. */
  readonly summary: string;
  readonly description?: string;
  /** A decision: takes `Idempotency-Key`, and `If-Match` where it is made on a version. */
  readonly decides?: 'anew' | 'on-version';
  readonly pathParameters?: z.ZodObject;
  readonly query?: z.ZodType;
  readonly body?: { readonly schema: z.ZodType } | { readonly mediaTypes: readonly string[]; readonly says: string };
  readonly answer: RouteAnswer;
  /** Problems that it answers with, beside those that every route of its access can have. */
  readonly problems?: readonly ProblemSlug[];
}

/** What a route answers with when all is well. */
export interface RouteAnswer {
  readonly status?: 200 | 201;
  readonly says: string;
  readonly mediaType?: string;
  /** Of the JSON; absent where the shape is another document's (the contract's schemas, an event stream). */
  readonly schema?: z.ZodType;
}

const METHODS = { get: Get, post: Post, put: Put, delete: Delete } as const;

/** Makes a controller's method the handler of a route, closed to whom the route does not name. */
export function Route({ method, path, access, answer }: RouteDeclaration): MethodDecorator {
  return applyDecorators(METHODS[method](path), Access(access), HttpCode(answer.status ?? 200));
}
