import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Controller, Get, Header, Param, Query } from '@nestjs/common';

import { checkedQuery, ProblemError } from '#libs/adapters/http';
import { projectRoot } from '#libs/config';
import { schemas, type JsonSchema, type SchemaId } from '#libs/contract';

import { noParameters } from './parameters.js';

/** What other programs may rely on. */
@Controller('api/v1')
export class ContractController {
  /** Names of the schemas. */
  @Get('schemas')
  names(@Query() query: unknown): { readonly items: readonly string[] } {
    checkedQuery(noParameters, query);
    return { items: Object.keys(schemas) };
  }

  /** The JSON Schema of a payload, such as `cost-event.v1`. */
  @Get('schemas/:name')
  @Header('Content-Type', 'application/schema+json')
  schema(@Param('name') name: string, @Query() query: unknown): JsonSchema {
    checkedQuery(noParameters, query);
    if (!isSchemaId(name)) {
      throw new ProblemError('not-found', `No schema has that name. There are ${Object.keys(schemas).join(', ')}.`);
    }
    return schemas[name];
  }

  /** The AsyncAPI document of the topics. */
  @Get('asyncapi')
  @Header('Content-Type', 'application/yaml; charset=utf-8')
  async asyncApi(@Query() query: unknown): Promise<string> {
    checkedQuery(noParameters, query);
    return readFile(join(projectRoot(), 'docs', 'asyncapi.yaml'), 'utf8');
  }
}

function isSchemaId(name: string): name is SchemaId {
  return Object.hasOwn(schemas, name);
}
