import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { ProblemFilter, securityHeaders, serveConsole } from '#libs/adapters/http';
import { keepConnections } from '#libs/adapters/prometheus';

import { DOCUMENT_TYPES } from './routes/reference-routes.js';
import { ApiModule, type ApiParts } from './api.module.js';

/** A reference document of a thousand rate cards has a tenth of this. */
const BODY_LIMIT = '1mb';

/** How the API is served. */
export interface HttpAppOptions {
  /** Folder of the built console. */
  readonly consoleFolder: string;
  /** Where Nest's own messages go. */
  readonly nestLog: LoggerService;
  /** Told of errors that are the server's own fault. */
  readonly onFault: (error: unknown) => void;
}

/** The API and the console as a Nest application that does not listen yet. */
export async function createHttpApp(parts: ApiParts, options: HttpAppOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.forParts(parts), {
    bodyParser: false,
    logger: options.nestLog,
    abortOnError: false,
    // Event streams never end by themselves.
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.use(securityHeaders);
  app.useBodyParser('text', { type: [...DOCUMENT_TYPES], limit: BODY_LIMIT });
  app.useGlobalFilters(new ProblemFilter(options.onFault));
  serveConsole(app, options.consoleFolder);
  keepConnections(app.getHttpServer());
  await app.init();
  return app;
}
