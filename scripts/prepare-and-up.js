import { join } from 'node:path';
import { buildConsole, buildServer } from './build-parts.js';
import { installPackages } from './install-packages.js';
import { resolveKafkaJars } from './kafka-jars.js';
import { root, runSteps, step } from './step.js';

/** `npm start`: what is missing is installed, fetched and built, side by side where it can be; then `spendline up` runs in this process. */
const parent = process.ppid;
await runSteps(async () => {
  const jars = process.env.KAFKA_BROKERS ? undefined : step('Fetching Kafka with Maven', resolveKafkaJars);
  await Promise.all([jars, installAndBuild()]);
});
// npm was stopped meanwhile: its shell does not pass signals on.
if (process.ppid !== parent) process.exit(130);
process.argv.splice(1, 1, join(root, 'bin', 'spendline.js'), 'up');
await import('../bin/spendline.js');

async function installAndBuild() {
  await step('Installing packages (npm ci)', installPackages);
  await Promise.all([step('Building the programs', buildServer), step('Building the console', buildConsole)]);
}
