import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildServer } from './build-parts.js';
import { installPackages } from './install-packages.js';
import { resolveKafkaJars } from './kafka-jars.js';
import { root, runSteps, step } from './step.js';

/**
 * Runs `test/<folder>/<main>` with the arguments of this process, and ends as it does. Before, packages are installed and,
 * for programs that run the product's (`withServers`), Kafka is fetched and the product is built; each only if it is missing.
 */
export async function runProgram(folder, { withServers, main = 'main.ts' }) {
  await runSteps(async () => {
    const jars = withServers && step('Fetching Kafka with Maven', resolveKafkaJars);
    await step('Installing packages (npm ci)', installPackages);
    await Promise.all([jars, withServers && step('Building the programs', buildServer)]);
  });
  const args = ['--import', './libs/testing/typescript/register.js', join('test', folder, main)];
  const program = spawn(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
  program.on('close', (code) => process.exit(code ?? 1));
}
