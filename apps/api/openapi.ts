import { PROBLEM_TYPE, PROBLEMS, type ProblemSlug } from '#libs/adapters/http';
import { z } from 'zod';
import { ROUTES, TAGS, type RouteDeclaration } from './routes/index.js';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the API, from the declarations that the server itself goes by. */
export function openApiDocument(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(ROUTES)) {
    const path = `/${route.path.replace(/:(\w+)/g, '{$1}')}`;
    (paths[path] ??= {})[route.method] = operationOf(name, route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spendline',
      version: '1.0.0',
      description:
        'Amounts are decimal strings of at most six fraction digits; times are RFC 3339. Errors are problem details (RFC 9457) whose `type` is ' +
        '`urn:spendline:problem:` and a slug that stays. Fields and parameters that are not declared are refused.',
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'docs/operations.md says whose tokens are taken.',
        },
      },
      schemas: { Problem: PROBLEM_SCHEMA },
    },
  };
}

const PROBLEM_SCHEMA: Json = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', enum: Object.keys(PROBLEMS).map((slug) => `urn:spendline:problem:${slug}`) },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'what happened here and what to do about it' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' }, line: { type: 'integer' } },
      },
    },
  },
};

function operationOf(operationId: string, route: RouteDeclaration): Json {
  const { tag, summary, description, access, answer } = route;
  const parameters = parametersOf(route);
  const body = bodyOf(route);
  return {
    operationId,
    tags: [tag],
    summary,
    description: [description, accessText(access)].filter((text) => text !== undefined).join('\n\n'),
    security: access === 'open' ? [] : access === 'reading' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: body } }),
    responses: { [String(answer.status ?? 200)]: answerOf(answer), ...problemsOf(route) },
  };
}

function accessText(access: RouteDeclaration['access']): string {
  if (access === 'open') return 'Open to everybody.';
  if (access === 'reading') return 'Any role; without a token where reading is open (SPENDLINE_OPEN_READING).';
  return `Roles: ${access.join(', ')}.`;
}

function parametersOf({ pathParameters, query, decides }: RouteDeclaration): Json[] {
  const header = (name: string, required: boolean, description: string): Json => ({
    ...{ name, in: 'header', required, description },
    schema: { type: 'string' },
  });
  return [
    ...fieldsOf('path', pathParameters),
    ...fieldsOf('query', query),
    ...(decides === 'on-version'
      ? [header('If-Match', true, 'ETag of the budget or initiative: the version that is decided on')]
      : []),
    ...(decides ? [header('Idempotency-Key', false, 'carried out once, however often it comes within a day')] : []),
  ];
}

function fieldsOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, field]) => ({
    ...{ name, in: place, required: place === 'path' || required.includes(name) },
    schema: field,
  }));
}

function bodyOf({ body }: RouteDeclaration): Json | undefined {
  if (body === undefined) return undefined;
  if ('schema' in body) return { 'application/json': { schema: jsonSchema(body.schema, 'input') } };
  return Object.fromEntries(
    body.mediaTypes.map((type) => [type, { schema: { type: 'string', description: body.says } }]),
  );
}

function answerOf({ says, mediaType = 'application/json', schema }: RouteDeclaration['answer']): Json {
  return { description: says, content: { [mediaType]: schema ? { schema: jsonSchema(schema, 'output') } : {} } };
}

/** What every route of its kind can answer with, and what it names itself; one answer for each status. */
function problemsOf(route: RouteDeclaration): Json {
  const { access, query, body, decides, method } = route;
  const slugs: ProblemSlug[] = [
    ...(query ? (['invalid-query'] as const) : []),
    ...(body && 'schema' in body ? (['invalid-body', 'body-too-large', 'unsupported-media-type'] as const) : []),
    ...(access === 'open'
      ? []
      : (['token-missing', 'token-invalid', 'token-expired', 'role-missing', 'changes-disabled'] as const)),
    ...(access === 'open' ? [] : (['issuer-unavailable'] as const)),
    ...(method === 'get' ? [] : (['too-many-requests'] as const)),
    ...(decides ? (['invalid-key', 'key-reused'] as const) : []),
    ...(decides === 'on-version' ? (['version-missing', 'version-changed'] as const) : []),
    ...(route.problems ?? []),
  ];
  const byStatus = new Map<number, string[]>();
  for (const slug of new Set(slugs)) {
    const { status } = PROBLEMS[slug];
    byStatus.set(status, [...(byStatus.get(status) ?? []), slug]);
  }
  const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, names]) => [String(status), { description: names.join(', '), content }]),
  );
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
