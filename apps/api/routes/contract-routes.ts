import { z } from 'zod';
import { noParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';

/** What other programs may rely on: nothing of it is about anybody's money. */
export const CONTRACT_ROUTES = {
  listSchemas: {
    method: 'get',
    path: 'api/v1/schemas',
    access: 'open',
    tag: 'contract',
    summary: 'Names of the JSON Schemas of the payloads.',
    query: noParameters,
    answer: { says: 'names', schema: z.object({ items: z.array(z.string()) }) },
  },
  getSchema: {
    method: 'get',
    path: 'api/v1/schemas/:name',
    access: 'open',
    tag: 'contract',
    summary: 'The JSON Schema of a payload, such as `cost-event.v1`.',
    pathParameters: z.strictObject({ name: z.string() }),
    query: noParameters,
    answer: { says: 'a JSON Schema', mediaType: 'application/schema+json' },
    problems: ['not-found'],
  },
  getAsyncApi: {
    method: 'get',
    path: 'api/v1/asyncapi',
    access: 'open',
    tag: 'contract',
    summary: 'The AsyncAPI document of the topics.',
    query: noParameters,
    answer: { says: 'AsyncAPI 3.0', mediaType: 'application/yaml' },
  },
  getOpenApi: {
    method: 'get',
    path: 'api/v1/openapi',
    access: 'open',
    tag: 'contract',
    summary: 'The OpenAPI document of this API.',
    query: noParameters,
    answer: { says: 'OpenAPI 3.1', mediaType: 'application/yaml' },
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
