import 'reflect-metadata';

import { createLogger } from '#libs/adapters/logging';
import { stopGracefully } from '#libs/adapters/process';
import { ConfigError, environment, loadApiConfig } from '#libs/config';

import { startApi } from './api.js';

/** The API and the console that it serves. */
async function main(): Promise<void> {
  const config = loadApiConfig(environment());
  const logger = createLogger('api', config.logLevel);
  const api = await startApi(config, logger);
  stopGracefully({
    stop: () => api.stop(),
    onFailure: (problem) => logger.error({ err: problem }, 'stopping failed'),
  });
  logger.info({ url: api.url }, 'the API and the console are served');
}

main().catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (taken) console.error('The API’s port is taken. Set SPENDLINE_API_PORT to a free one.');
  else console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
