import { runProgram } from './run-program.js';

/** `npm run bench`: measures; arguments after `--` go to the benchmark (try `--help`). */
await runProgram('bench', { withServers: true });
