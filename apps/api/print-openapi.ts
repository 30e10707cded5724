import 'reflect-metadata';
import { openApiDocument } from './openapi.js';

/** Prints the OpenAPI document as JSON, for `npm run generate`, which must work before anything is built. */
process.stdout.write(JSON.stringify(openApiDocument()));
