import 'reflect-metadata';
import { TopicsError } from '#libs/adapters/kafka';
import { createLogger } from '#libs/adapters/logging';
import { stopGracefully } from '#libs/adapters/process';
import { ConfigError, environment, loadLedgerConfig } from '#libs/config';
import { startLedger } from './ledger.js';

/** The ledger: what reports read, kept in Postgres. */
async function main(): Promise<void> {
  const config = loadLedgerConfig(environment());
  const logger = createLogger('ledger', config.logLevel);
  const ledger = await startLedger({
    config,
    logger,
    onFatal: (error) => {
      logger.fatal({ error: error.message }, 'the ledger cannot go on');
      process.exit(1);
    },
  });
  stopGracefully({
    stop: () => ledger.stop(),
    onFailure: (problem) => logger.error({ problem: String(problem) }, 'stopping failed'),
  });
  logger.info({ metrics: ledger.metricsUrl }, 'ledger started');
}

main().catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (taken) console.error("The ledger's port for metrics is taken. Set SPENDLINE_METRICS_PORT to a free one.");
  else console.error(error instanceof ConfigError || error instanceof TopicsError ? error.message : error);
  process.exit(1);
});
