import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildConsole, buildServer } from './build-parts.js';
import { installPackages } from './install-packages.js';
import { resolveKafkaJars } from './kafka-jars.js';
import { root, runSteps, step } from './step.js';

/** `npm test`: what the tests need is installed, fetched and built; then Jest runs with the arguments given. */
await runSteps(async () => {
  const jars = step('Fetching Kafka with Maven', resolveKafkaJars);
  await step('Installing packages (npm ci)', installPackages);
  await Promise.all([jars, step('Building the programs', buildServer), step('Building the console', buildConsole)]);
});

const flags = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules', 'jest', 'bin', 'jest.js')];
const jest = spawn(process.execPath, [...flags, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
jest.on('close', (code) => process.exit(code ?? 1));
