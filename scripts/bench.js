import { runProgram } from './run-program.js';

/**
 * `npm run bench`: measures; arguments after `--` go to the benchmark (try `--help`). `--in-process`: without a broker.
 * `--peers DIR`: our engine in the peers' harness.
 */
const args = process.argv.slice(2);
if (args.includes('--in-process')) await runProgram('bench', { withServers: false, main: 'in-process-main.ts' });
else if (args.some((arg) => /^--peers(=|$)/.test(arg)))
  await runProgram('bench', { withServers: false, main: 'peers/peers-main.ts' });
else await runProgram('bench', { withServers: true });
