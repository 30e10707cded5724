import { runProgram } from './run-program.js';

/** `npm run bench`: measures; arguments after `--` go to the benchmark (try `--help`). `--in-process`: without a broker. */
if (process.argv.includes('--in-process')) await runProgram('bench', { withServers: false, main: 'in-process.ts' });
else await runProgram('bench', { withServers: true });
