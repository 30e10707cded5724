import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildServer } from './build-parts.js';
import { installPackages } from './install-packages.js';
import { resolveKafkaJars } from './kafka-jars.js';
import { root, runSteps, step } from './step.js';

/** `npm run faults`: builds what is missing, then breaks things; arguments after `--` go to the matrix (try `--help`). */
await runSteps(async () => {
  const jars = step('Fetching Kafka with Maven', resolveKafkaJars);
  await step('Installing packages (npm ci)', installPackages);
  await Promise.all([jars, step('Building the programs', buildServer)]);
});

const args = ['--import', './libs/testing/typescript/register.js', join('test', 'faults', 'main.ts')];
const faults = spawn(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
faults.on('close', (code) => process.exit(code ?? 1));
