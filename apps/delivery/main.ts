import 'reflect-metadata';
import { TopicsError } from '#libs/adapters/kafka';
import { createLogger } from '#libs/adapters/logging';
import { stopGracefully } from '#libs/adapters/process';
import { ConfigError, environment, loadDeliveryConfig } from '#libs/config';
import { startDelivery } from './delivery.js';

/** The delivery: who is told of signals. */
async function main(): Promise<void> {
  const config = loadDeliveryConfig(environment());
  const logger = createLogger('delivery', config.logLevel);
  const delivery = await startDelivery({
    config,
    logger,
    onFatal: (error) => {
      logger.fatal({ error: error.message }, 'the delivery cannot go on');
      process.exit(1);
    },
  });
  stopGracefully({
    stop: () => delivery.stop(),
    onFailure: (problem) => logger.error({ problem: String(problem) }, 'stopping failed'),
  });
  logger.info({ metrics: delivery.metricsUrl }, 'delivery started');
}

main().catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (taken) console.error("The delivery's port for metrics is taken. Set SPENDLINE_METRICS_PORT to a free one.");
  else console.error(error instanceof ConfigError || error instanceof TopicsError ? error.message : error);
  process.exit(1);
});
