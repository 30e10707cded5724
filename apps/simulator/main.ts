import { TopicsError } from '#libs/adapters/kafka';
import { createLogger } from '#libs/adapters/logging';
import { stopGracefully } from '#libs/adapters/process';
import { ConfigError, environment, loadSimulatorConfig } from '#libs/config';
import { readArguments } from './options.js';
import { startSimulator } from './simulator.js';

/** The simulator: a call centre's traffic, for a first look and for tests. */
async function main(): Promise<void> {
  const { live, backfill, from, scenario, seed, speed } = readArguments(process.argv);
  const fromEnvironment = loadSimulatorConfig(environment());
  const config = { ...fromEnvironment, ...(scenario && { scenario }), ...(seed !== undefined && { seed }) };
  const logger = createLogger('simulator', config.logLevel);
  const simulator = await startSimulator({
    config,
    logger,
    speed,
    backfillMs: backfill,
    fromMs: from,
    untilNow: !live,
  });
  stopGracefully({
    stop: () => simulator.stop(),
    onFailure: (problem) => logger.error({ problem: String(problem) }, 'stopping failed'),
  });
  logger.info({ metrics: simulator.metricsUrl }, 'simulator started');
  await simulator.done;
  if (!live) {
    await simulator.stop();
    process.exit(0);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof TopicsError ? error.message : error);
  process.exit(1);
});
