import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Controller, Header, Param, Query } from '@nestjs/common';

import { checkedQuery, ProblemError } from '#libs/adapters/http';
import { projectRoot } from '#libs/config';
import { schemas, type JsonSchema, type SchemaId } from '#libs/contract';

import { CONTRACT_ROUTES, Route } from '../routes/index.js';
import { noParameters } from './parameters.js';

/** What other programs may rely on. */
@Controller()
export class ContractController {
  /** Names of the schemas. */
  @Route(CONTRACT_ROUTES.listSchemas)
  names(@Query() query: unknown): { readonly items: readonly string[] } {
    checkedQuery(noParameters, query);
    return { items: Object.keys(schemas) };
  }

  /** The JSON Schema of a payload, such as `cost-event.v1`. */
  @Route(CONTRACT_ROUTES.getSchema)
  @Header('Content-Type', 'application/schema+json')
  schema(@Param('name') name: string, @Query() query: unknown): JsonSchema {
    checkedQuery(noParameters, query);
    if (!isSchemaId(name)) {
      throw new ProblemError('not-found', `No schema has that name. There are ${Object.keys(schemas).join(', ')}.`);
    }
    return schemas[name];
  }

  /** The AsyncAPI document of the topics. */
  @Route(CONTRACT_ROUTES.getAsyncApi)
  @Header('Content-Type', 'application/yaml; charset=utf-8')
  async asyncApi(@Query() query: unknown): Promise<string> {
    checkedQuery(noParameters, query);
    return readFile(join(projectRoot(), 'docs', 'asyncapi.yaml'), 'utf8');
  }

  /** The OpenAPI document of this API. */
  @Route(CONTRACT_ROUTES.getOpenApi)
  @Header('Content-Type', 'application/yaml; charset=utf-8')
  async openApi(@Query() query: unknown): Promise<string> {
    checkedQuery(noParameters, query);
    return readFile(join(projectRoot(), 'docs', 'openapi.yaml'), 'utf8');
  }
}

function isSchemaId(name: string): name is SchemaId {
  return Object.hasOwn(schemas, name);
}
