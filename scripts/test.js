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

const bin = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules', 'jest', 'bin', 'jest.js')];

function jest(...args) {
  const child = spawn(process.execPath, [...bin, ...args], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

const args = process.argv.slice(2);
const status = await jest(...args, '--selectProjects', 'unit', 'int');
// In a process of its own: in workers that had run all the others, the simulation stood still for minutes. Its report is
// put beside the others'.
const simulationArgs = args.map((arg) => (arg.startsWith('--outputFile=') ? `${arg}.simulation` : arg));
const simulated = await jest(...simulationArgs, '--passWithNoTests', '--selectProjects', 'simulation');
process.exit(status || simulated);
