import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installPackages } from './install-packages.js';
import { root, runSteps, step } from './step.js';

/** `npm run scenarios`: what the simulator's scenarios fire, on virtual time; arguments after `--` name scenarios. */
await runSteps(() => step('Installing packages (npm ci)', installPackages));

const args = ['--import', './libs/testing/typescript/register.js', join('test', 'scenarios', 'main.ts')];
const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
child.on('close', (code) => process.exit(code ?? 1));
